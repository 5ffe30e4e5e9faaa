import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WriterPlace } from '@wherry/platform';
import { ApifyClient } from 'apify-client';
import autocannon from 'autocannon';
import type { Benchmark, Figure } from '../benchmark.ts';
import { type Child, startChild } from '../child.ts';
import { type LoopDelays, newFolder, token } from '../processes.ts';
import { median, medianRatio, percentile } from '../rounds.ts';

const syncMicros = [150, 500, 1_000, 10_000];
const connections = 64;
const readEveryMs = 10;
const item = JSON.stringify({ url: 'https://example.com/products/1', title: 'Product 1', price: 12 });
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

/** The writer in a thread beside the writer on the main thread, with syncs of the disk made slow. */
export const writer: Benchmark = {
  name: 'writer',
  about: 'the writer on the main thread and in a thread of its own, by how long a sync of the disk takes',
  async run({ quick }) {
    await using programs = await newFolder();
    const library = await compileSlowSync(programs.path);
    // In memory, so that a sync takes what is asked for and nothing besides.
    await using folder = await newFolder('/dev/shm');
    const figures: Figure[] = [];
    for (const micros of syncMicros) {
      const environment = { LD_PRELOAD: library, SLOW_SYNC_MICROS: String(micros) };
      await using main = await Subject.start(`${folder.path}/main-${micros}`, 'main thread', environment);
      await using thread = await Subject.start(`${folder.path}/thread-${micros}`, 'worker thread', environment);
      figures.push(...(await compare({ main, thread }, micros, quick ? 2 : 11)));
    }
    return figures;
  },
};

/** @throws Error when there is no `gcc` */
async function compileSlowSync(folder: string): Promise<string> {
  const library = `${folder}/slow-sync.so`;
  const source = fileURLToPath(new URL('../programs/slow-sync.c', import.meta.url));
  await promisify(execFile)('gcc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
  return library;
}

interface Round {
  /** One connection that waits for each write. */
  readonly writeMs: number;
  readonly writesPerSec: number;
  readonly readMs: number;
  readonly readP99Ms: number;
  readonly loopP99Ms: number;
}

const lines: readonly { what: string; unit: string; key: keyof Round }[] = [
  { what: 'a write, one caller', unit: 'ms', key: 'writeMs' },
  { what: `writes, ${connections} callers`, unit: '/s', key: 'writesPerSec' },
  { what: '  a read beside them, median', unit: 'ms', key: 'readMs' },
  { what: '  a read beside them, p99', unit: 'ms', key: 'readP99Ms' },
  { what: '  event loop delay, p99', unit: 'ms', key: 'loopP99Ms' },
];

async function compare(
  { main, thread }: { main: Subject; thread: Subject },
  micros: number,
  rounds: number,
): Promise<Figure[]> {
  const measured = { main: [] as Round[], thread: [] as Round[] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const place of round % 2 === 0 ? (['main', 'thread'] as const) : (['thread', 'main'] as const)) {
      const figures = await (place === 'main' ? main : thread).measure();
      if (figures.writeMs < micros / 1000) throw new Error('The syncs were not delayed: is there a libc to preload?');
      // The first round warms up.
      if (round > 0) measured[place].push(figures);
    }
  }
  return lines.map(({ what, unit, key }) => {
    const threads = measured.thread.map((round) => round[key]);
    const mains = measured.main.map((round) => round[key]);
    return {
      what: `sync of ${micros / 1000} ms: ${what}`,
      value: median(threads),
      unit,
      beside: { what: 'on the main thread', value: median(mains), unit },
      ratio: medianRatio(threads, mains),
      goals: [],
    };
  });
}

/** A platform that is written to and read from. */
class Subject implements AsyncDisposable {
  readonly #platform: Child<string, null, LoopDelays>;
  readonly #itemsUrl: string;
  readonly #recordUrl: string;

  private constructor(platform: Child<string, null, LoopDelays>, datasetId: string, storeId: string) {
    this.#platform = platform;
    this.#itemsUrl = `${platform.ready}/v2/datasets/${datasetId}/items`;
    this.#recordUrl = `${platform.ready}/v2/key-value-stores/${storeId}/records/record`;
  }

  static async start(dataFolder: string, place: WriterPlace, environment: Record<string, string>): Promise<Subject> {
    const platform = await startChild<string, null, LoopDelays>('children/writer-process.ts', {
      args: [dataFolder, token, place],
      environment,
    });
    const client = new ApifyClient({ baseUrl: platform.ready, token });
    const { id: datasetId } = await client.datasets().getOrCreate();
    const { id: storeId } = await client.keyValueStores().getOrCreate();
    await client.keyValueStore(storeId).setRecord({ key: 'record', value: { price: 12 } });
    return new Subject(platform, datasetId, storeId);
  }

  async measure(): Promise<Round> {
    const alone = await this.#write(1, 1);
    const reads = new Reads(this.#recordUrl);
    await this.#platform.ask(null);
    const writesPerSec = await this.#write(connections, 1);
    const { p99Ms: loopP99Ms } = await this.#platform.ask(null);
    const readMs = await reads.end();
    return {
      writeMs: 1000 / alone,
      writesPerSec,
      readMs: median(readMs),
      readP99Ms: percentile(readMs, 0.99),
      loopP99Ms,
    };
  }

  /** Returns how many writes a second were acknowledged. */
  async #write(count: number, secs: number): Promise<number> {
    const options = { url: this.#itemsUrl, method: 'POST' as const, headers, body: item, workers: 1 };
    const result = await autocannon({ ...options, connections: count, duration: secs });
    const failed = result.errors + result.non2xx;
    if (failed > 0) throw new Error(`${failed} writes failed`);
    return result['2xx'] / result.duration;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#platform[Symbol.asyncDispose]();
  }
}

/** Reads of one record at a fixed rate, however long each takes. */
class Reads {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #timer: NodeJS.Timeout;
  readonly #reads: Promise<number>[] = [];

  constructor(url: string) {
    this.#url = url;
    this.#timer = setInterval(() => this.#reads.push(this.#read()), readEveryMs);
  }

  /** Returns how long each of the reads took, in milliseconds. */
  async end(): Promise<number[]> {
    clearInterval(this.#timer);
    const all = await Promise.all(this.#reads);
    this.#agent.destroy();
    return all;
  }

  #read(): Promise<number> {
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      request(this.#url, { agent: this.#agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`a read got the status ${response.statusCode}`));
        response.resume().on('end', () => resolve(performance.now() - startedAt));
      })
        .on('error', reject)
        .end();
    });
  }
}
