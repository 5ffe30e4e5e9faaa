/**
 * Loaded into the platform's process by `--import`: appends the status of each response of 500 and above to the file of
 * `WHERRY_TORTURE_RESPONSES`, which is on another disk than the platform's data, so that none is missed on a full one.
 */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  // Opened at once, since file handles may be used up later.
  const descriptor = openSync(process.env.WHERRY_TORTURE_RESPONSES!, 'a');
  subscribe('http.server.response.finish', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (response.statusCode < 500) return;
    const path = request.url?.split('?')[0]?.slice(0, 200);
    writeSync(descriptor, `${JSON.stringify({ status: response.statusCode, method: request.method, path })}\n`);
  });
}
