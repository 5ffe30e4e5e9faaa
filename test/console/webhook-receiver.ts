import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes the calls of webhooks, and answers each with 200. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly string[];
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: string[] = [];
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    received.push(Buffer.concat(parts).toString());
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
