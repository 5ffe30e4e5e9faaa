/**
 * The function of an input that changes each item before it is given (`customMapFunction`).
 *
 * [map-1] The function has no access to the Actor's process, the network, files or the environment, and limits of its time
 *     and memory (`map-worker.ts`).
 * [map-2] Items of a page are given only after the function has returned an object for each of them. If it does not, the run
 *     fails with the reason, and nothing of that page is given or charged.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { MapLimits, MapReply } from './map-worker.ts';

type PlainItem = Record<string, unknown>;

/** What the function of the input did wrong, in a sentence for the user. The run is to fail [map-2]. */
export class MapFunctionError extends Error {
  override readonly name = 'MapFunctionError';
}

export type MapFunctionLimits = Omit<MapLimits, 'source'> & {
  /**
   * QuickJS looks at the clock between two operations of the language. A function that spends its time in long ones, such
   * as `repeat`, is ended with its thread after this time and that of its items.
   */
  readonly spareMs: number;
};

export const mapLimits: MapFunctionLimits = {
  memoryBytes: 64 * 2 ** 20,
  stackBytes: 256 * 1024,
  itemMs: 1_000,
  spareMs: 10_000,
};

export class MapFunction {
  readonly #worker: Worker;
  readonly #limits: MapFunctionLimits;
  #turn: Promise<unknown> = Promise.resolve();
  #failure: MapFunctionError | null = null;

  private constructor(worker: Worker, limits: MapFunctionLimits) {
    this.#worker = worker;
    this.#limits = limits;
  }

  /** @throws MapFunctionError if the text is no function */
  static async open(source: string, limits: MapFunctionLimits = mapLimits): Promise<MapFunction> {
    const file = import.meta.url.endsWith('.ts') ? './map-worker.ts' : './map-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      workerData: { source, ...limits } satisfies MapLimits,
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    // It must not keep a process alive that has nothing else to do.
    worker.unref();
    const map = new MapFunction(worker, limits);
    await map.#replyTo(null, 1);
    return map;
  }

  /** The mapped items, in their order. @throws MapFunctionError [map-2] */
  map(items: readonly PlainItem[]): Promise<PlainItem[]> {
    const mine = this.#turn.then(() => this.#mapNow(items));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #mapNow(items: readonly PlainItem[]): Promise<PlainItem[]> {
    if (items.length === 0) return [];
    const reply = await this.#replyTo(JSON.stringify(items), items.length, items);
    return JSON.parse(reply) as PlainItem[];
  }

  async #replyTo(message: string | null, count: number, items: readonly PlainItem[] = []): Promise<string> {
    if (this.#failure !== null) throw this.#failure;
    const mostMs = count * this.#limits.itemMs + this.#limits.spareMs;
    const signal = AbortSignal.timeout(mostMs);
    if (message !== null) this.#worker.postMessage(message);
    this.#worker.ref();
    try {
      const [reply] = (await once(this.#worker, 'message', { signal })) as [MapReply];
      if (reply.kind === 'mapped') return reply.items;
      throw this.#fail(`${whereOf(items, reply.index)}${reply.reason}`);
    } catch (error) {
      if (error instanceof MapFunctionError) throw error;
      const reason = signal.aborted ? `it took more than ${mostMs / 1000} s` : (error as Error).message;
      throw this.#fail(reason);
    } finally {
      this.#worker.unref();
    }
  }

  /** After a failure the function is not called again: the run ends. */
  #fail(reason: string): MapFunctionError {
    this.#failure = new MapFunctionError(
      `customMapFunction has failed: ${reason}. Correct it in the input; results of this page were not given or charged.`,
    );
    void this.#worker.terminate();
    return this.#failure;
  }
}

function whereOf(items: readonly PlainItem[], index: number | null): string {
  const item = index === null ? undefined : items[index];
  const id = item?.id ?? item?.aweme_id ?? item?.cid ?? item?.input;
  return id === undefined ? '' : `for the item ${String(id)}, `;
}
