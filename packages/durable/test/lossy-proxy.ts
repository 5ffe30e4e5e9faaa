import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Loss = 'none' | 'call' | 'response' | 'unavailable';

export interface LossyProxy extends AsyncDisposable {
  readonly url: string;
  readonly losses: Map<Loss, number>;
}

/** A proxy before an API that loses calls or their responses, as `next` says. */
export async function startLossyProxy(target: string, next: () => Loss): Promise<LossyProxy> {
  const losses = new Map<Loss, number>();
  const server = createServer((incoming, outgoing) => {
    const loss = next();
    losses.set(loss, (losses.get(loss) ?? 0) + 1);
    if (loss === 'call') {
      incoming.socket.destroy();
      return;
    }
    if (loss === 'unavailable') {
      incoming.resume();
      outgoing.writeHead(503).end('try again');
      return;
    }
    const options = { method: incoming.method, headers: incoming.headers };
    const forwarded = httpRequest(new URL(incoming.url!, target), options, (response) => {
      if (loss === 'response') {
        response.resume();
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(response.statusCode!, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    losses,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
