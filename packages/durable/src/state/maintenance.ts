import type { Backend } from '../backend.ts';
import type { Committer } from '../committer.ts';
import { compact } from './compaction.ts';
import { chunkKey, type Garbage, mergedKey } from './head-record.ts';
import { maxCopySize, writeReadableCopy } from './readable-copy.ts';
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

  constructor(backend: Backend, committer: Committer, document: StoredDocument, snapshotSize: number) {
    this.#backend = backend;
    this.#committer = committer;
    this.#document = document;
    this.#snapshotSize = snapshotSize;
    this.#limit(0);
    document.onGrowth = () => this.#consider();
  }

  /** First of all, what an earlier process left behind. */
  begin(): void {
    this.#work(() => this.#cleanUp());
  }

  /** Answers when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Does what is due, so that the next process need not; then nothing is begun any more. */
  async stop(): Promise<void> {
    await this.idle();
    this.#consider();
    this.#stopped = true;
    await this.idle();
    if (this.#snapshotSize > maxCopySize) return;
    this.#work(() => writeReadableCopy(this.#backend, this.#committer, this.#document));
    await this.idle();
  }

  #consider(): void {
    if (this.#working !== undefined || this.#stopped || this.#document.logSize < this.#compactFrom) return;
    this.#work(async () => {
      this.#limit(this.#document.logSize);
      await this.#cleanUp();
      this.#snapshotSize = await compact(this.#backend, this.#committer, this.#document);
      this.#limit(0);
      await this.#deleteGarbage();
    });
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
      });
  }

  async #cleanUp(): Promise<void> {
    const { key, writing } = this.#document;
    if (writing !== undefined) await deleteAbandoned(this.#backend, key, writing);
    this.#document.writing = undefined;
    await this.#deleteGarbage();
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

/** Chunks are written in their order, so they end where one is missing; deleted from the end, so that this stays so. */
export async function deleteAbandoned(backend: Backend, key: string, generation: number): Promise<void> {
  let chunks = 0;
  while ((await backend.readRecord(chunkKey(key, generation, chunks))) !== undefined) chunks += 1;
  for (let index = chunks - 1; index >= 0; index -= 1) await backend.deleteRecord(chunkKey(key, generation, index));
}
