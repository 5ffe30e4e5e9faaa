import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { DockerHost } from './docker-hosts.ts';

const image = 'apify/actor-node:24';
const beatEveryMs = 2;

/** A program for `node -e` that shows that it runs, by writing to a connection all the time. */
const programFor = (host: string, port: number): string =>
  `require('net').connect(${port}, '${host}', function () { setInterval(() => this.write('.'), ${beatEveryMs}); })`;

/** A Swarm service without Wherry: one task of a trivial program, which ends at SIGTERM, as Node programs do. */
export class PlainService implements AsyncDisposable {
  readonly #manager: DockerHost;
  readonly #listener: Server;
  #beating: Socket | undefined;
  #lastBeatAtMs = 0;

  private constructor(manager: DockerHost, listener: Server) {
    this.#manager = manager;
    this.#listener = listener;
  }

  /** @param host an address of this machine that the nodes reach */
  static async start(manager: DockerHost, host: string): Promise<PlainService> {
    const listener = createServer();
    listener.listen(0, host);
    await once(listener, 'listening');
    const service = new PlainService(manager, listener);
    const program = programFor(host, (listener.address() as AddressInfo).port);
    const first = service.#nextBeat();
    await manager.docker('service', 'create', '--detach', '--name', 'plain', '--init', image, 'node', '-e', program);
    await first;
    return service;
  }

  /** Drains the node of the service. Returns for how many ms the service did not run. */
  async drain(): Promise<number> {
    const node = await this.#manager.docker(
      'service',
      'ps',
      'plain',
      '--filter',
      'desired-state=running',
      '--format',
      '{{.Node}}',
    );
    const next = this.#nextBeat();
    await this.#manager.docker('node', 'update', '--availability', 'drain', node);
    const awayMs = await next;
    await this.#manager.docker('node', 'update', '--availability', 'active', node);
    return awayMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#manager.docker('service', 'rm', 'plain');
    this.#beating?.destroy();
  }

  /** Waits for the first sign of another task. Returns how many ms it came after the last sign of this task. */
  async #nextBeat(): Promise<number> {
    const [socket] = (await once(this.#listener, 'connection')) as [Socket];
    socket.on('error', () => socket.destroy());
    await once(socket, 'data');
    const awayMs = performance.now() - this.#lastBeatAtMs;
    const beat = () => {
      this.#lastBeatAtMs = performance.now();
    };
    beat();
    socket.on('data', beat);
    this.#beating = socket;
    return awayMs;
  }
}
