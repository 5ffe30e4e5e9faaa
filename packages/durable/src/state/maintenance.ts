import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import { onPersistState } from '../events.ts';
import { compact, deleteChunks } from './compaction.ts';
import { chunkKey, type Garbage, mergedKey } from './head-record.ts';
import { ReadableCopy } from './readable-copy.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * Keeps the log short and deletes records that are no longer needed, one task at a time, while commits go on. A failure does
 * not fail the program's commits: the task is tried again once the log has grown further.
 */
export class Maintenance {
  readonly #backend: Backend;
  readonly #committer: Committer;
  readonly #document: StoredDocument;
  #snapshotSize: number;
  #compactFrom = 0;
  #working: Promise<void> | undefined;
  #stopped = false;
  readonly #readable: ReadableCopy;
  #endRefreshing: (() => void) | undefined;

  constructor(backend: Backend, committer: Committer, document: StoredDocument, snapshotSize: number) {
    this.#backend = backend;
    this.#committer = committer;
    this.#document = document;
    this.#snapshotSize = snapshotSize;
    this.#readable = new ReadableCopy(backend, committer, document);
    this.#limit(0);
    document.onCommit(() => this.#consider());
  }

  /** Deletes what an earlier process left behind. */
  begin(): void {
    this.#work(async () => {
      await this.#deleteUnfinished();
      await this.#deleteGarbage();
    });
  }

  /** Resolves when no task is in progress. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Resolves when no task is in progress and the readable copy is up to date. No task is begun afterwards. */
  async stop(): Promise<void> {
    await this.idle();
    this.#stopped = true;
    this.#endRefreshing?.();
    await this.#refresh();
  }

  #consider(): void {
    if (!this.#document.headIsReadable) this.#endRefreshing ??= onPersistState(() => this.#refresh());
    if (
      this.#working !== undefined ||
      this.#stopped ||
      this.#committer.hasFailed ||
      this.#document.logSize < this.#compactFrom
    )
      return;
    this.#work(async () => {
      this.#limit(this.#document.logSize);
      await this.#deleteUnfinished();
      await this.#deleteGarbage();
      this.#snapshotSize = await compact(this.#backend, this.#committer, this.#document);
      this.#limit(0);
      await this.#deleteGarbage();
      // The next snapshot need not wait for the readable copy.
      void this.#refresh();
    });
  }

  async #refresh(): Promise<void> {
    if (!this.#committer.hasFailed) await this.#readable.refresh().catch(() => undefined);
  }

  #limit(reached: number): void {
    const { minLogSize, logPerSnapshot } = this.#document.limits;
    this.#compactFrom = reached + Math.max(minLogSize, this.#snapshotSize * logPerSnapshot);
  }

  #work(body: () => Promise<void>): void {
    this.#working = body()
      .catch(() => undefined)
      .finally(() => {
        this.#working = undefined;
        // Commits may have made the log long enough for the next snapshot meanwhile.
        this.#consider();
      });
  }

  async #deleteUnfinished(): Promise<void> {
    const { unfinishedGeneration, key } = this.#document;
    if (unfinishedGeneration === undefined) return;
    await deleteUnfinished(this.#backend, key, unfinishedGeneration);
    this.#document.unfinishedDeleted();
  }

  async #deleteGarbage(): Promise<void> {
    const { garbage } = this.#document;
    if (garbage === undefined) return;
    for (const key of garbageKeys(this.#document.key, garbage)) await this.#backend.deleteRecord(key);
    this.#document.garbageDeleted();
  }
}

function* garbageKeys(key: string, { snapshot, merged }: Garbage): Generator<string> {
  for (let index = 0; index < snapshot.chunks; index += 1) yield chunkKey(key, snapshot.generation, index);
  for (let index = merged[0]; index < merged[1]; index += 1) yield mergedKey(key, index);
}

/** Deletes the chunks of a snapshot that was not finished. They were written in order, so the first missing one ends them. */
export async function deleteUnfinished(backend: Backend, key: string, generation: number): Promise<void> {
  let chunks = 0;
  while ((await backend.readRecord(chunkKey(key, generation, chunks))) !== undefined) chunks += 1;
  await deleteChunks(backend, key, { generation, chunks });
}
