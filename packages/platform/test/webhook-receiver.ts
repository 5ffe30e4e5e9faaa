import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ReceivedCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it has asked for.
  readonly body: any;
  readonly dispatchId: string;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly calls: ReceivedCall[];
  /** How many calls are being answered now, at most so far. */
  readonly mostAtOnce: () => number;
  callsTo(path: string): ReceivedCall[];
}

export type Answer = (call: ReceivedCall, response: ServerResponse, count: number) => unknown;

/** A server that webhooks are sent to. `answer` gets how often its path was called before; 200 unless given. */
export async function startReceiver(answer: Answer = (_call, response) => response.end('ok')): Promise<Receiver> {
  const calls: ReceivedCall[] = [];
  let [now, most] = [0, 0];
  const server = createServer((request, response) => {
    now += 1;
    most = Math.max(most, now);
    response.once('close', () => {
      now -= 1;
    });
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const path = request.url!;
      const count = calls.filter((each) => each.path === path).length;
      const { headers } = request;
      const call = { path, headers, body: jsonOf(text), dispatchId: String(headers['x-apify-webhook-dispatch-id']) };
      calls.push(call);
      answer(call, response, count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    mostAtOnce: () => most,
    callsTo: (path) => calls.filter((each) => each.path === path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
