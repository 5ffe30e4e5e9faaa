import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { describe, faultOf, send } from '../../packages/platform/test/fuzz-answers.ts';
import { FuzzCalls, fuzzRoutes, type Known, type Route } from '../../packages/platform/test/fuzz-calls.ts';
import type { Random } from '../../packages/platform/test/simulation/random.ts';
import type { Api } from './api.ts';
import type { ApiRun } from './crowd.ts';
import { token } from './victim.ts';

/** So many calls at a time. */
const connections = 4;
/** What has no response by then waits for the end of a run. */
const waitSecs = 10;
/** 64 MB in a few bytes. */
const bomb = brotliCompressSync(Buffer.alloc(64 * 1024 * 1024), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** Floods the API with calls that are almost right, and with what is not even HTTP. */
export class Flood {
  readonly problems: string[] = [];
  readonly statuses = new Map<number, number>();
  readonly #api: Api;
  readonly #random: Random;
  #routes: readonly Route[] = [];
  #known: Known = {};
  #rounds = 0;

  constructor(api: Api, random: Random) {
    this.#api = api;
    this.#random = random;
  }

  async prepare(): Promise<void> {
    this.#routes = await fuzzRoutes();
  }

  async calls(count: number): Promise<void> {
    await this.#renewKnown();
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const calls = new FuzzCalls(this.#random, { known: this.#known, token });
    let left = count;
    const work = async () => {
      while (left-- > 0) {
        const call = calls.of(this.#random.pick(this.#routes));
        const response = send(agent, this.#api.url, call).catch(() => undefined);
        const answer = await Promise.race([response, delay(waitSecs * 1000, undefined, { ref: false })]);
        // The platform may be dead, or out of file handles.
        if (answer === undefined) continue;
        this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
        const isBusy = answer.status === 503 || answer.status === 507;
        const fault = isBusy ? undefined : faultOf(call, answer);
        if (fault !== undefined) this.problems.push(`${describe(call)}\n    ${fault}`);
      }
    };
    await Promise.all(Array.from({ length: connections }, work));
    agent.destroy();
  }

  /** Connections that send no HTTP, or not all of it, or more than is wanted. */
  async rawConnections(): Promise<void> {
    const { port } = new URL(this.#api.url);
    const noise = Buffer.from(Array.from({ length: 500 }, () => this.#random.below(256)));
    const head = (more: string) => `POST /v2/datasets HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`;
    const pieces = [
      noise,
      Buffer.from('GET /v2/users/me HTTP/1.1\r\nhost: localhost\r\n'),
      Buffer.from(head('content-type: application/json\r\ncontent-length: 1000\r\n')),
      Buffer.from(`${head('transfer-encoding: chunked\r\n')}ffffffffffffffff\r\n`),
      Buffer.from(`GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`),
      Buffer.concat([Buffer.from(head(`content-encoding: br\r\ncontent-length: ${bomb.length}\r\n`)), bomb]),
    ];
    const sockets = Array.from({ length: 30 }, (_, index) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined).resume();
      socket.write(pieces[index % pieces.length]!);
      return socket;
    });
    await delay(1000 + this.#random.below(3000));
    for (const socket of sockets) socket.destroy();
  }

  /** Things of its own, since it deletes them. */
  async #renewKnown(): Promise<void> {
    const round = this.#rounds++;
    const post = async <Result>(path: string, body?: unknown) =>
      ((await this.#api.call('POST', path, { body }))?.body as { data?: Result } | undefined)?.data;
    const sourceFiles = [{ name: 'main.js', format: 'TEXT', content: '' }];
    const version = { versionNumber: '0.1', buildTag: 'latest', sourceType: 'SOURCE_FILES', sourceFiles };
    const actor = await post<{ id: string }>('/v2/acts', { name: `flood-${round}`, versions: [version] });
    const dataset = await post<{ id: string }>(`/v2/datasets?name=flood-${round}`);
    const store = await post<{ id: string }>(`/v2/key-value-stores?name=flood-${round}`);
    const queue = await post<{ id: string }>(`/v2/request-queues?name=flood-${round}`);
    // Not at every time: the platform may be dead, or its disk full.
    if (!actor || !dataset || !store || !queue) return;
    const build = await post<{ id: string }>(`/v2/acts/${actor.id}/builds?version=0.1&waitForFinish=20`);
    const run = await post<ApiRun>(`/v2/acts/${actor.id}/runs?memory=128`);
    this.#known = {
      actorId: [actor.id, `flood-${round}`],
      runId: run ? [run.id] : [],
      buildId: build ? [build.id] : [],
      id: [...(run ? [run.id] : []), ...(build ? [build.id] : [])],
      datasetId: [dataset.id, `flood-${round}`],
      storeId: [store.id, `flood-${round}`],
      queueId: [queue.id, `flood-${round}`],
      recordKey: ['k', 'INPUT', 'OUTPUT'],
      versionNumber: ['0.1', '0.2'],
      name: ['A', 'B'],
      // No server that takes the runs of others, or leaves them without one.
      serverId: ['local-9'],
      sequence: ['1', '2'],
      userId: ['me', 'wherry'],
    };
  }
}
