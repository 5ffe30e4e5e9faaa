import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the Actor of a run has told (`actors/tell.js`). */
export interface Testimony {
  /** The keys of the items that the platform has acknowledged. */
  readonly acknowledged: Set<string>;
  /** The furthest progress whose record was acknowledged. */
  step: number;
  /** The pages that a crawler has given up. */
  readonly gaveUp: Set<string>;
  /** Why processes of it have ended by themselves. */
  readonly died: string[];
}

interface Told {
  readonly runId: string;
  readonly kind: 'acknowledged' | 'step' | 'gaveUp' | 'died' | 'pid' | 'port' | 'fault';
  readonly value: string | number;
}

/**
 * A server outside of the platform: the site that Actors crawl, and where they tell what was acknowledged to them. What an
 * Actor tells here stays, whatever becomes of it and of the platform.
 */
export class Witness {
  readonly url: string;
  readonly pids = new Set<number>();
  readonly ports = new Set<number>();
  /** What an Actor has seen and must not be. */
  readonly faults: string[] = [];
  readonly #server: Server;
  readonly #testimonies = new Map<string, Testimony>();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', async (request, response) => {
      if (request.url === '/tell') {
        await this.#listen(request);
        response.end();
      } else response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>${request.url}</title>`);
    });
  }

  static async open(): Promise<Witness> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Witness(server);
  }

  of(runId: string): Testimony {
    let testimony = this.#testimonies.get(runId);
    if (testimony === undefined) {
      testimony = { acknowledged: new Set(), step: 0, gaveUp: new Set(), died: [] };
      this.#testimonies.set(runId, testimony);
    }
    return testimony;
  }

  get acknowledged(): number {
    return [...this.#testimonies.values()].reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  }

  async #listen(request: IncomingMessage): Promise<void> {
    // The process may be killed while it tells.
    const said = await text(request).catch(() => undefined);
    if (said === undefined) return;
    const { runId, kind, value } = JSON.parse(said) as Told;
    const testimony = this.of(runId);
    switch (kind) {
      case 'acknowledged':
        testimony.acknowledged.add(String(value));
        break;
      case 'step':
        testimony.step = Math.max(testimony.step, Number(value));
        break;
      case 'gaveUp':
        testimony.gaveUp.add(String(value));
        break;
      case 'died':
        testimony.died.push(String(value));
        break;
      case 'pid':
        this.pids.add(Number(value));
        break;
      case 'port':
        this.ports.add(Number(value));
        break;
      case 'fault':
        this.faults.push(`run ${runId}: ${value}`);
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
