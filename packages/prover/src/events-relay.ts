/** The events websocket of an attempt, passed on byte by byte, so that nothing of it changes. */
import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { AttemptTraffic } from './attempt-traffic.ts';

export interface EventsRelay {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly attempt: AttemptTraffic;
  /** The platform's URL. */
  readonly target: string;
}

/** What a server sends is neither masked nor, by this platform, compressed: the event's name is there to be read. */
const migrating = '"name":"migrating"';

export function relayEvents({ request, socket, head, attempt, target }: EventsRelay): void {
  const { hostname, port } = new URL(target);
  const upstream = net.connect(Number(port), hostname, () => {
    upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headerLines(request)}\r\n`);
    upstream.write(head);
    socket.pipe(upstream);
  });
  const close = () => {
    socket.destroy();
    upstream.destroy();
    attempt.sockets.delete(close);
  };
  let rest = '';
  upstream.on('data', (chunk: Buffer) => {
    socket.write(chunk);
    const text = rest + chunk.toString('latin1');
    if (text.includes(migrating)) attempt.sawMigrating();
    rest = text.slice(-migrating.length);
  });
  for (const end of [socket, upstream]) end.on('error', close).on('close', close);
  attempt.addSocket(close);
}

function headerLines({ rawHeaders }: IncomingMessage): string {
  let lines = '';
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  return lines;
}
