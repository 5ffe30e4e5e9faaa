import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A client that writes what it is told to the platform's socket, as no HTTP library does. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #received = '';
  #failure: NodeJS.ErrnoException | undefined;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
    });
    this.socket.on('error', (error) => {
      this.#failure = error;
    });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** What went wrong on the connection, such as EPIPE. */
  get failure(): string | undefined {
    return this.#failure?.code;
  }

  get received(): string {
    return this.#received;
  }

  /** Resolves when the data has been given to the system, or the connection has failed. */
  send(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(data, () => resolve());
    });
  }

  /** The whole response that has arrived; undefined until then. */
  get answer(): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const head = this.#received.slice(0, end);
    const body = this.#received.slice(end + 4);
    if (body.length < Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)) return undefined;
    return { status: Number(head.split(' ')[1]), head, body };
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
