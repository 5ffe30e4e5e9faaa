import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import { onPersistState } from '../persist-state.ts';
import { compact, deleteChunks } from './compaction.ts';
import { chunkKey, type Garbage, mergedKey } from './head-record.ts';
import { ReadableCopy } from './readable-copy.ts';
import type { StoredDocument } from './stored-document.ts';

/**
 * Keeps the log short and deletes what is not needed any more, one thing at a time, beside the commits. A failure is no
 * fault of the program's commits: it is tried again once the log has grown further.
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
    document.onGrowth = () => this.#consider();
  }

  /** First of all, what an earlier process left behind. */
  begin(): void {
    this.#work(async () => {
      await this.#deleteAbandoned();
      await this.#deleteGarbage();
    });
  }

  /** Answers when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Nothing is begun any more; the copy for people is the last one. */
  async stop(): Promise<void> {
    await this.idle();
    this.#stopped = true;
    this.#endRefreshing?.();
    await this.#refresh();
  }

  #consider(): void {
    if (!this.#document.headIsReadable) this.#endRefreshing ??= onPersistState(() => this.#refresh());
    if (this.#working !== undefined || this.#stopped || this.#document.logSize < this.#compactFrom) return;
    this.#work(async () => {
      this.#limit(this.#document.logSize);
      await this.#deleteAbandoned();
      await this.#deleteGarbage();
      this.#snapshotSize = await compact(this.#backend, this.#committer, this.#document);
      this.#limit(0);
      await this.#deleteGarbage();
      await this.#readable.refresh();
    });
  }

  async #refresh(): Promise<void> {
    await this.#readable.refresh().catch(() => undefined);
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
        // Commits may have brought the next one's worth meanwhile.
        this.#consider();
      });
  }

  async #deleteAbandoned(): Promise<void> {
    const { abandoned, key } = this.#document;
    if (abandoned === undefined) return;
    await deleteAbandoned(this.#backend, key, abandoned);
    this.#document.abandoned = undefined;
  }

  async #deleteGarbage(): Promise<void> {
    const { garbage } = this.#document;
    if (garbage === undefined) return;
    for (const key of garbageKeys(this.#document.key, garbage)) await this.#backend.deleteRecord(key);
    this.#document.forgetGarbage();
  }
}

function* garbageKeys(key: string, { snapshot, merged }: Garbage): Generator<string> {
  for (let index = 0; index < snapshot.chunks; index += 1) yield chunkKey(key, snapshot.generation, index);
  for (let index = merged[0]; index < merged[1]; index += 1) yield mergedKey(key, index);
}

/** Chunks are written in their order, so they end where one is missing. */
export async function deleteAbandoned(backend: Backend, key: string, generation: number): Promise<void> {
  let chunks = 0;
  while ((await backend.readRecord(chunkKey(key, generation, chunks))) !== undefined) chunks += 1;
  await deleteChunks(backend, key, { generation, chunks });
}
