/**
 * Brings what all parts of the process want to change to the backend, one commit at a time.
 *
 * [committer-1] one commit at most is under way, and the numbers have no gap.
 * [committer-2] changes take effect in the order in which they were handed over; each as a whole, in one commit.
 * [committer-3] a change that is rejected leaves everything as it was before, and takes no other change along.
 * [committer-4] a change is answered only once the backend has answered.
 * [committer-5] after a failure whose outcome is unknown, or a fence, nothing is sent any more.
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
  /** After a rejected batch its members are tried one by one. */
  alone: boolean;
  readonly settle: Deferred<void>;
}

interface Member {
  readonly waiting: Waiting;
  readonly applied: Applied;
}

/** The platform takes bodies up to 9 MiB; a batch stays far below, for sizes are estimates and others wait for it. */
const maxBatchSize = 1024 * 1024;
const maxBatchLength = 500;

export class Committer {
  readonly #backend: Backend;
  #lastSequence: number;
  #queue: Waiting[] = [];
  /** Those of all that is queued or under way. */
  readonly #unsettled = new Set<Promise<void>>();
  #idleWork: (() => void)[] = [];
  #running = false;
  #applying = false;
  #failure: Error | undefined;

  constructor(backend: Backend, lastSequence: number) {
    this.#backend = backend;
    this.#lastSequence = lastSequence;
  }

  /** Whether a change is being made in memory. It may be made again, so it must not hand over others. */
  get isApplying(): boolean {
    return this.#applying;
  }

  /** [committer-5] whether nothing can be committed any more. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Answers once the change is durable. */
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

  /** Runs `work` between two commits, when nothing that is in memory is still to be acknowledged. */
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

  /** Answers once all that was handed over before is settled; throws when nothing can be committed any more [committer-5]. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#unsettled);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Not at once: what is handed over in the same tick shares the first commit. */
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

  /** [committer-2]. The changes that are next in turn, applied. */
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

  /** [committer-1] */
  async #send(parts: CommitParts): Promise<void> {
    const id = randomUUID();
    for (let sequence = this.#lastSequence + 1; ; ) {
      const outcome = await this.#backend.commit({ sequence, id, parts });
      if (outcome.kind === 'committed') {
        this.#lastSequence = sequence;
        return;
      }
      if (outcome.next <= sequence) throw new Error(`commit ${sequence} is taken, but the next one is ${outcome.next}`);
      sequence = outcome.next;
    }
  }

  #rollBack(batch: readonly Member[], documents: ReadonlyMap<CommittedDocument, unknown>, error: Error): void {
    for (const { applied } of batch.toReversed()) applied.undo();
    for (const document of documents.keys()) document.discard();
    if (!(error instanceof CommitRejectedError)) {
      // [committer-5] it may have taken effect, so nothing that follows from it may be tried.
      this.#failure = error;
      for (const { waiting } of batch) waiting.settle.reject(error);
    } else if (batch.length === 1) {
      batch[0]!.waiting.settle.reject(error);
    } else {
      // [committer-3] whose fault it is shows when each is tried alone.
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
