import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import { newId } from '../../../shared/ids.ts';
import type { WebServerAddress } from '../web-server-address.ts';

/** Both sides send something at least this often, since a network that is cut reports nothing. */
const speakEveryMs = 1500;
const silenceMs = 4500;

type Waiting = { readonly resolve: (stream: Duplex) => void; readonly reject: (error: Error) => void };

/** The platform's end of the control connection with one node's agent, and the node's Docker over it. */
export class NodeLink {
  readonly nodeId: string;
  /** The node's daemon. Its calls fail when the link is closed. */
  readonly docker: Docker;
  readonly #control: Duplex;
  readonly #waiting = new Map<string, Waiting>();
  readonly #streams = new Set<Duplex>();
  readonly #onClose: () => void;
  #timer: NodeJS.Timeout;
  #heardAtMs = performance.now();

  constructor(nodeId: string, control: Duplex, onClose: () => void) {
    this.nodeId = nodeId;
    this.#control = control;
    this.#onClose = onClose;
    this.docker = dockerOver(() => this.#openStream());
    control.on('close', () => this.#closed());
    control.on('data', () => {
      this.#heardAtMs = performance.now();
    });
    this.#timer = setInterval(() => this.#speak(), speakEveryMs);
    this.#timer.unref();
  }

  get isClosed(): boolean {
    return this.#control.destroyed;
  }

  /** Accepts a stream that the agent opened, if this link has asked for it. */
  take(id: string, stream: Duplex): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || this.isClosed) return false;
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    waiting.resolve(stream);
    return true;
  }

  /** Tells that the agent could not connect where a stream was to go. */
  refuse(id: string): void {
    this.#waiting.get(id)?.reject(new Error(`the node ${this.nodeId} could not connect`));
  }

  /** A stream to an address that the node reaches. @throws Error when nothing accepts the connection there */
  connect({ host, port }: WebServerAddress): Promise<Duplex> {
    return this.#openStream({ host, port });
  }

  close(): void {
    this.#control.destroy();
  }

  #speak(): void {
    if (performance.now() - this.#heardAtMs > silenceMs) this.close();
    else this.#control.write('{}\n');
  }

  #closed(): void {
    clearInterval(this.#timer);
    for (const { reject } of this.#waiting.values()) reject(new Error(`the node ${this.nodeId} is away`));
    for (const stream of this.#streams) stream.destroy();
    this.#onClose();
  }

  /** @param to the node's Docker unless given */
  async #openStream(to?: WebServerAddress): Promise<Duplex> {
    if (this.isClosed) throw new Error(`the node ${this.nodeId} is away`);
    const id = newId();
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    const timer = setTimeout(() => reject(new Error(`the node ${this.nodeId} does not respond`)), silenceMs);
    this.#waiting.set(id, { resolve, reject });
    this.#control.write(`${JSON.stringify({ open: id, to })}\n`);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }
}

/** A client whose connections are streams of a link. */
function dockerOver(open: () => Promise<Duplex>): Docker {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = (_options, done) => {
    open().then(
      (stream) => done?.(null, stream),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  };
  return new Docker({ host: 'node', port: 80, protocol: 'http', agent } as Docker.DockerOptions);
}
