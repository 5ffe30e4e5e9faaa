/**
 * Sends the changes of all parts of the process to the backend, one commit at a time.
 *
 * [committer-1] At most one commit is in progress, and the sequence numbers have no gaps.
 * [committer-2] Changes take effect in the order in which they were submitted, each as a whole and in one commit.
 * [committer-3] A rejected change leaves everything as it was before, and no other change is rejected because of it.
 * [committer-4] The promise of a change settles only after the backend has responded.
 * [committer-5] After a failure with an unknown outcome, or after a fence, nothing more is sent.
 */
import { randomUUID } from 'node:crypto';
import type { Backend } from './backend.ts';
import { type Applied, type Change, type CommittedDocument, withinLimits } from './change.ts';
import type { CommitParts } from './commit.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { Operation } from './document/operation.ts';
import { CommitRejectedError } from './errors.ts';
import { mergeParts } from './merged-parts.ts';

interface Waiting {
  readonly change: Change;
  /** After a batch was rejected, its members are sent one by one. */
  alone: boolean;
  readonly settle: Deferred<void>;
}

interface Member {
  readonly waiting: Waiting;
  readonly applied: Applied;
}

/** The platform accepts bodies up to 9 MiB. Batches are far smaller: sizes are estimates, and other changes wait. */
const maxBatchSize = 1024 * 1024;
const maxBatchLength = 500;

export class Committer {
  readonly #backend: Backend;
  #lastSequence: number;
  #queue: Waiting[] = [];
  /** The promises of all changes that are queued or in progress. */
  readonly #unsettled = new Set<Promise<void>>();
  #idleWork: (() => void)[] = [];
  #running = false;
  #applying = false;
  #failure: Error | undefined;

  constructor(backend: Backend, lastSequence: number) {
    this.#backend = backend;
    this.#lastSequence = lastSequence;
  }

  /** Whether a change is being made in memory. It may be made again, so it must not submit other changes. */
  get isApplying(): boolean {
    return this.#applying;
  }

  /** Whether nothing more can be committed [committer-5]. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves when the change is durable. */
  submit(change: Change): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const settle = deferred();
    this.#queue.push({ change, alone: false, settle });
    this.#unsettled.add(settle.promise);
    const forget = () => void this.#unsettled.delete(settle.promise);
    settle.promise.then(forget, forget);
    this.#wake();
    return settle.promise;
  }

  /** Runs `work` between two commits, when all changes in memory are acknowledged. */
  betweenCommits<Result>(work: () => Result): Promise<Result> {
    const done = deferred<Result>();
    this.#idleWork.push(() => {
      try {
        done.resolve(work());
      } catch (error) {
        done.reject(error);
      }
    });
    this.#wake();
    return done.promise;
  }

  /** Resolves when all changes submitted before have settled. Rejects if nothing more can be committed [committer-5]. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#unsettled);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Starts in a microtask, so that changes submitted in the same tick share the first commit. */
  #wake(): void {
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#idleWork.length > 0) {
      for (const work of this.#idleWork.splice(0)) work();
      if (this.#failure !== undefined) {
        for (const { settle } of this.#queue.splice(0)) settle.reject(this.#failure);
        continue;
      }
      const batch = this.#takeBatch();
      if (batch.length > 0) await this.#commit(batch);
    }
    this.#running = false;
  }

  /** Applies the next changes in order [committer-2] and returns them. */
  #takeBatch(): Member[] {
    const batch: Member[] = [];
    let size = 0;
    while (this.#queue.length > 0 && batch.length < maxBatchLength && size < maxBatchSize) {
      const waiting = this.#queue[0]!;
      if (waiting.alone && batch.length > 0) break;
      this.#queue.shift();
      this.#applying = true;
      try {
        const applied = withinLimits(waiting.change.apply());
        batch.push({ waiting, applied });
        size += applied.size;
      } catch (error) {
        waiting.settle.reject(error);
      } finally {
        this.#applying = false;
      }
      if (waiting.alone && batch.length > 0) break;
    }
    return batch;
  }

  async #commit(batch: readonly Member[]): Promise<void> {
    const documents = operationsByDocument(batch);
    try {
      const staged = [...documents].flatMap(([document, operations]) => document.stage(operations));
      const parts = mergeParts(batch.map(({ applied }) => applied.parts));
      const whole = { ...parts, records: [...parts.records, ...staged] };
      if (!isEmpty(whole)) await this.#send(whole);
    } catch (error) {
      this.#rollBack(batch, documents, error as Error);
      return;
    }
    for (const document of documents.keys()) document.acknowledge();
    for (const { waiting } of batch) waiting.settle.resolve();
  }

  /** Finds the next free sequence number and commits under it [committer-1]. */
  async #send(parts: CommitParts): Promise<void> {
    const id = randomUUID();
    for (let sequence = this.#lastSequence + 1; ; ) {
      const outcome = await this.#backend.commit({ sequence, id, parts });
      if (outcome.kind === 'committed') {
        this.#lastSequence = sequence;
        return;
      }
      if (outcome.next <= sequence)
        throw new Error(`Commit ${sequence} is taken, but the next number is ${outcome.next}.`);
      sequence = outcome.next;
    }
  }

  #rollBack(batch: readonly Member[], documents: ReadonlyMap<CommittedDocument, unknown>, error: Error): void {
    for (const { applied } of batch.toReversed()) applied.undo();
    for (const document of documents.keys()) document.discard();
    if (!(error instanceof CommitRejectedError)) {
      // The commit may have taken effect, so nothing that depends on it may be sent [committer-5].
      this.#failure = error;
      for (const { waiting } of batch) waiting.settle.reject(error);
    } else if (batch.length === 1) {
      batch[0]!.waiting.settle.reject(error);
    } else {
      // Sending each change alone shows which one is rejected [committer-3].
      for (const { waiting } of batch) waiting.alone = true;
      this.#queue.unshift(...batch.map(({ waiting }) => waiting));
    }
  }
}

function operationsByDocument(batch: readonly Member[]): Map<CommittedDocument, Operation[]> {
  const all = new Map<CommittedDocument, Operation[]>();
  for (const { applied } of batch) {
    for (const [document, operations] of applied.operations) {
      const before = all.get(document);
      if (before === undefined) all.set(document, [...operations]);
      else for (const operation of operations) before.push(operation);
    }
  }
  return all;
}

const isEmpty = ({ items, records, requests, charges }: CommitParts): boolean =>
  items.length + records.length + requests.length + charges.length === 0;
