import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * `unsent`: the connection breaks before the call arrives; `responseLost`: after it took effect; `refused`: 503;
 * `twice`: it arrives twice.
 */
export const troubles = ['unsent', 'responseLost', 'refused', 'twice'] as const;
export type Trouble = (typeof troubles)[number];

export interface TroubledApi extends AsyncDisposable {
  readonly url: string;
}

/** Forwards calls to the API, and injects faults into some of them. */
export async function startTroubledApi(
  api: string,
  troubleOf: (method: string, path: string) => Trouble | undefined,
): Promise<TroubledApi> {
  const server = createServer((incoming, outgoing) => {
    outgoing.on('error', () => undefined);
    serve(api, troubleOf(incoming.method!, incoming.url!), incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(api: string, trouble: Trouble | undefined, incoming: IncomingMessage, outgoing: ServerResponse) {
  const body = await buffer(incoming);
  if (trouble === 'unsent') return outgoing.destroy();
  if (trouble === 'refused') {
    const error = { type: 'internal-error', message: 'Try again.' };
    return outgoing.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  }
  if (trouble === 'twice') (await forward(api, incoming, body)).resume();
  const response = await forward(api, incoming, body);
  if (trouble === 'responseLost') {
    response.resume();
    return outgoing.destroy();
  }
  outgoing.writeHead(response.statusCode!, response.headers);
  return response.pipe(outgoing);
}

function forward(api: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, host: new URL(api).host, 'content-length': body.length } };
    const call = request(new URL(url!, api), options, resolve);
    call.on('error', reject);
    call.end(body);
  });
}
