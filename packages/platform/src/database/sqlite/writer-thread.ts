import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WriteOutcome, WriteRequest } from './applier.ts';

/** Where groups of writes are committed: docs/decisions/0003-where-the-writer-runs.md. */
export type WriterPlace = 'main thread' | 'worker thread';

/** From here on the event loop loses more to a sync than a write loses to the way to another thread and back. */
const slowSyncMs = 0.5;

/** @param syncMs undefined when it could not be measured */
export const writerPlaceFor = (syncMs: number | undefined): WriterPlace =>
  syncMs === undefined || syncMs < slowSyncMs ? 'main thread' : 'worker thread';

/** What the worker is started with. */
export interface WriterThreadData {
  readonly file: string;
  readonly operations: readonly string[];
}

/**
 * Commits groups of writes in a worker thread, one group at a time, so that a slow sync does not stop the event loop.
 * A worker that fails ends the process with its error (nothing listens for it), as a failure of the main thread does:
 * none of its group was acknowledged.
 */
export class WriterThread {
  readonly #worker: Worker;
  #settle: (outcomes: WriteOutcome[]) => void = () => undefined;

  /**
   * @param file of the database, with its schema up to date
   * @param operations URLs of modules that define, or import, every write that will be asked for
   */
  constructor(file: string, operations: readonly string[]) {
    const workerData: WriterThreadData = { file, operations };
    this.#worker = new Worker(new URL('./writer-program.ts', import.meta.url), { workerData });
    this.#worker.on('message', (outcomes: WriteOutcome[]) => this.#settle(outcomes));
  }

  /** Outcomes in the order of `batch`. Call it when no other group is under way. */
  apply(batch: readonly WriteRequest[]): Promise<WriteOutcome[]> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      try {
        this.#worker.postMessage(batch);
      } catch (error) {
        // An input is not plain data, so that nothing reached the worker.
        resolve(batch.map(() => ({ kind: 'failed', error: error as Error })));
      }
    });
  }

  /** Call it when no group is under way. */
  async close(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await ended;
  }
}

const syncCount = 7;

/**
 * How long a sync of a page that is written anew takes in `folder`, in milliseconds: the fastest of a few, so that
 * other work of the machine does not make a fast disk look slow. Returns undefined when the disk does not take the
 * page: whether the platform can start on it is for the database to say.
 */
export function measureSyncMs(folder: string): number | undefined {
  const file = path.join(folder, 'sync-time');
  const page = Buffer.alloc(4096, 1);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'w', 0o600);
    let fastest = Number.POSITIVE_INFINITY;
    for (let sync = 0; sync <= syncCount; sync += 1) {
      writeSync(descriptor, page, 0, page.length, 0);
      const startedAt = performance.now();
      fsyncSync(descriptor);
      // The first sync stores the size of the file as well, which no later one does.
      if (sync > 0) fastest = Math.min(fastest, performance.now() - startedAt);
    }
    return fastest;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
    rmSync(file, { force: true });
  }
}
