import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SecretKeys } from '../secret-keys.ts';
import type { AppliedGroup, WriteRequest } from './applier.ts';

/** Where groups of writes are committed: docs/decisions/0003-where-the-writer-runs.md. */
export type WriterPlace = 'main thread' | 'worker thread';

/** With slower syncs, blocking the event loop costs more than sending a write to another thread and back. */
const slowSyncMs = 0.5;

/** @param syncMs undefined when it could not be measured */
export const writerPlaceFor = (syncMs: number | undefined): WriterPlace =>
  syncMs === undefined || syncMs < slowSyncMs ? 'main thread' : 'worker thread';

/** The `workerData` of the worker. */
export interface WriterThreadData {
  /** The file of the database, with its schema up to date. */
  readonly file: string;
  /** URLs of modules that define or import every write that will be requested. */
  readonly operations: readonly string[];
  /** The keys of the stored secrets. */
  readonly keys: SecretKeys['keys'];
  readonly reserveFile: string | undefined;
}

/** What the worker is sent, and what it sends back: the result of a group, or that it has done what it was told. */
export type WriterOrder = readonly WriteRequest[] | 'watch' | 'unwatch' | 'close';
export type WriterReply = AppliedGroup | 'done';

/**
 * Commits groups of writes in a worker thread, one group at a time, so that a slow sync does not stop the event loop.
 * An error of the worker has no listener, so it ends the process, as an error of the main thread does. None of the
 * group's writes has been acknowledged then.
 */
export class WriterThread {
  readonly #worker: Worker;
  #settle: (applied: AppliedGroup) => void = () => undefined;
  /** Who waits for the end of an order, in the order of the orders. */
  readonly #ordered: (() => void)[] = [];

  constructor(workerData: WriterThreadData) {
    this.#worker = new Worker(new URL('./writer-program.ts', import.meta.url), {
      workerData,
      // Not those of the process, of which `--input-type` would keep the thread from starting.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.on('message', (reply: WriterReply) => {
      if (reply === 'done') this.#ordered.shift()!();
      else this.#settle(reply);
    });
  }

  /** Call it only when no other group is being applied. */
  apply(batch: readonly WriteRequest[]): Promise<AppliedGroup> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      try {
        this.#order(batch);
      } catch (error) {
        // An input is not plain data, so nothing was sent to the worker.
        resolve({ outcomes: batch.map(() => ({ kind: 'failed', error: error as Error })), changes: [] });
      }
    });
  }

  /** It may be called while a group is being applied, which is over then. */
  watch(isWatched: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#ordered.push(resolve);
      this.#order(isWatched ? 'watch' : 'unwatch');
    });
  }

  /** Call it only when no group is being applied. */
  async close(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#order('close');
    await ended;
  }

  #order(order: WriterOrder): void {
    this.#worker.postMessage(order);
  }
}

const syncCount = 7;

/**
 * Measures how long the sync of an overwritten page takes in `folder`. Returns milliseconds: the fastest of a few
 * syncs, so that other work of the machine does not make a fast disk look slow. Returns undefined when the page cannot
 * be written: opening the database then shows whether the platform can start.
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
