import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Random } from '../../packages/platform/test/simulation/random.ts';
import { chromiumPath } from '../support/browser.ts';
import { compileCache } from '../support/compile-cache.ts';
import type { Api } from './api.ts';
import type { Witness } from './witness.ts';

interface Program {
  readonly memoryMbytes: number;
  /** How many steps a run has, the shortest and the longest. */
  readonly steps: readonly [number, number];
}

/** `actors/*.js`. Each takes a few seconds of a quiet machine. */
const programs = {
  crawler: { memoryMbytes: 512, steps: [20, 80] },
  durable: { memoryMbytes: 512, steps: [50, 200] },
  'web-server': { memoryMbytes: 256, steps: [10, 60] },
  browser: { memoryMbytes: 1024, steps: [5, 40] },
  children: { memoryMbytes: 256, steps: [5, 40] },
  flooder: { memoryMbytes: 256, steps: [5, 60] },
} as const satisfies Record<string, Program>;

export type Kind = keyof typeof programs;

/** No clock that is set makes a run too old. */
const timeoutSecs = 30 * 24 * 3600;

/** In every process that an Actor starts, unless it empties the environment. */
export const markVariable = 'WHERRY_TORTURE';

export interface TortureRun {
  readonly id: string;
  readonly kind: Kind;
  readonly size: number;
  readonly datasetId: string;
  readonly storeId: string;
  status: string;
  /** What was done to it that may make it fail. */
  readonly hits: Set<'killed'>;
}

interface Start {
  readonly kind: Kind;
  readonly key: string;
  readonly size: number;
  /** How many lines a flooder prints in one step. */
  readonly burst: number;
  readonly restarts: boolean;
}

export interface ApiRun {
  readonly id: string;
  readonly status: string;
  readonly statusMessage?: string;
  readonly defaultDatasetId: string;
  readonly defaultKeyValueStoreId: string;
}

export const isOver = (status: string): boolean => ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED-OUT'].includes(status);

/** The runs that are tortured: as many at a time as are wanted, of all kinds. */
export class Crowd {
  readonly runs: TortureRun[] = [];
  /** Starts whose response did not come; each is sent again with its key. */
  #doubtful: Start[] = [];
  readonly #api: Api;
  readonly #witness: Witness;
  readonly #random: Random;
  readonly #kinds: Kind[];
  readonly #actors = new Map<Kind, string>();
  #started = 0;

  constructor(api: Api, witness: Witness, random: Random) {
    this.#api = api;
    this.#witness = witness;
    this.#random = random;
    this.#kinds = (Object.keys(programs) as Kind[]).filter((kind) => kind !== 'browser' || chromiumPath !== undefined);
  }

  /** Deploys and builds the Actors. @param mark the value of `markVariable` */
  async deploy(mark: string): Promise<void> {
    for (const kind of this.#kinds) {
      const envVars = Object.entries({
        NODE_COMPILE_CACHE: compileCache,
        WITNESS_URL: this.#witness.url,
        [markVariable]: mark,
        CHROMIUM: chromiumPath ?? '',
      }).map(([name, value]) => ({ name, value }));
      const manifest = { name: kind, version: '0.0.1', type: 'module', scripts: { start: 'node main.js' } };
      const sourceFiles = [
        { name: 'main.js', content: await sourceOf(kind) },
        { name: 'tell.js', content: await sourceOf('tell') },
        { name: 'package.json', content: JSON.stringify(manifest) },
      ].map((file) => ({ ...file, format: 'TEXT' }));
      const version = { versionNumber: '0.1', buildTag: 'latest', sourceType: 'SOURCE_FILES', sourceFiles, envVars };
      const actor = await this.#api.insist<{ id: string }>('POST', '/v2/acts', {
        body: { name: `torture-${kind}`, versions: [version] },
      });
      const build = await this.#api.insist<{ id: string; status: string }>(
        'POST',
        `/v2/acts/${actor!.id}/builds?version=0.1&waitForFinish=60`,
      );
      if (build!.status !== 'SUCCEEDED') throw new Error(`the build of ${kind} ended ${build!.status}`);
      this.#actors.set(kind, actor!.id);
    }
  }

  get unfinished(): TortureRun[] {
    return this.runs.filter(({ status }) => !isOver(status));
  }

  find(id: string): TortureRun | undefined {
    return this.runs.find((run) => run.id === id);
  }

  /** Starts runs until so many are not over. */
  async fillUp(count: number): Promise<void> {
    await this.settle();
    if (this.unfinished.length + this.#doubtful.length >= count) return;
    // In turn, so that a short torture has all kinds as well.
    const kind = this.#kinds[this.#started % this.#kinds.length]!;
    const [least, most] = programs[kind].steps;
    const size = least + this.#random.below(most - least);
    // The log of a tenth of the flooders is cut.
    const burst = this.#random.chance(0.1) ? 2000 : 20 + this.#random.below(300);
    const wanted = { kind, size, burst, key: `start-${this.#started}`, restarts: this.#random.chance(0.5) };
    this.#started += 1;
    if (!(await this.#start(wanted))) this.#doubtful.push(wanted);
  }

  /** Sends the starts again that may not have arrived. Returns whether all are known now. */
  async settle(): Promise<boolean> {
    const doubtful = this.#doubtful;
    this.#doubtful = [];
    for (const start of doubtful) if (!(await this.#start(start))) this.#doubtful.push(start);
    return this.#doubtful.length === 0;
  }

  async #start(start: Start): Promise<boolean> {
    const { kind, key, size, burst, restarts } = start;
    const { memoryMbytes } = programs[kind];
    const response = await this.#api.call(
      'POST',
      `/v2/acts/${this.#actors.get(kind)}/runs?memory=${memoryMbytes}&restartOnError=${restarts}&timeout=${timeoutSecs}`,
      {
        body: { site: this.#witness.url, size, burst },
        headers: { 'idempotency-key': key },
      },
    );
    if (response?.status !== 201) return false;
    const { id, status, defaultDatasetId, defaultKeyValueStoreId } = (response.body as { data: ApiRun }).data;
    const stores = { datasetId: defaultDatasetId, storeId: defaultKeyValueStoreId };
    // The platform may have started it before the response was lost.
    if (this.find(id) === undefined) this.runs.push({ id, kind, size, status, ...stores, hits: new Set() });
    return true;
  }

  /** Reads how the runs are. */
  async refresh(): Promise<void> {
    const listed = await this.#api.all<ApiRun>('/v2/actor-runs?desc=1').catch(() => []);
    const statuses = new Map(listed.map(({ id, status }) => [id, status]));
    for (const run of this.runs) run.status = statuses.get(run.id) ?? run.status;
  }

  /** Resolves with the runs that are not over after so many seconds. */
  async ended(secs: number, progress: () => void): Promise<readonly TortureRun[]> {
    const endMs = performance.now() + secs * 1000;
    for (;;) {
      await this.refresh();
      if (this.unfinished.length === 0 || performance.now() > endMs) return this.unfinished;
      progress();
      await delay(500);
    }
  }
}

const sourceOf = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`./actors/${name}.js`, import.meta.url)), 'utf8');
