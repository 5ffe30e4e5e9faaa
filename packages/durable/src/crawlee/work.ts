/**
 * What a request handler has done so far, and the phase of its commit.
 *
 * [work-1] What a handler does takes effect together with the handled mark of its request, in one commit, or not at all.
 * [work-2] After a handler has failed, nothing more of its work takes effect, even if some of its code still runs.
 * [work-3] A write that the handler did not await, and that arrives after the commit, is made on its own: late, but not lost.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestObject } from '../commit.ts';
import { type OpenTransaction, runInTransaction, runOutsideTransaction } from '../transactions/ambient.ts';

export type WorkPhase = 'open' | 'committing' | 'committed' | 'undone';

export class Work {
  readonly transaction: OpenTransaction;
  readonly #preparations: (() => void)[] = [];
  readonly #undos: (() => void)[] = [];
  readonly #follows: (() => void)[] = [];
  #phase: WorkPhase = 'open';
  #commit: Promise<void> | undefined;

  constructor(transaction: OpenTransaction) {
    this.transaction = transaction;
  }

  get phase(): WorkPhase {
    return this.#phase;
  }

  /** Calls `prepare` just before the commit, to add values as of that moment. */
  beforeCommit(prepare: () => void): void {
    this.#preparations.push(prepare);
  }

  /** Calls `undo` if the work is undone or rejected, to undo changes in memory outside of the transaction. */
  onUndo(undo: () => void): void {
    this.#undos.push(undo);
  }

  onCommit(follow: () => void): void {
    this.#follows.push(follow);
  }

  /** Called again, it returns the promise of the first call. */
  commit(): Promise<void> {
    this.#commit ??= this.#commitOnce();
    return this.#commit;
  }

  async #commitOnce(): Promise<void> {
    for (const prepare of this.#preparations) prepare();
    this.#phase = 'committing';
    try {
      await outsideOfScope(() => this.transaction.commit());
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    this.#phase = 'committed';
    for (const follow of this.#follows) follow();
  }

  undo(): void {
    if (this.#phase !== 'open') return;
    this.transaction.undo();
    this.#rollBack();
  }

  #rollBack(): void {
    this.#phase = 'undone';
    for (const undo of this.#undos.toReversed()) undo();
  }
}

/** What the running code belongs to. Without a work it is the crawler's own code: it fetches, marks and reclaims. */
export interface Scope {
  readonly work: Work | undefined;
  /** The task, for the crawler's own calls. */
  readonly task: TaskInScope | undefined;
  /** Whether it matters which requests are new to the queue, because their number is limited. */
  readonly countsNewRequests?: boolean;
  /** Adds the requests that `crawler.run` was given. */
  readonly addInitially?: AddInitially | undefined;
}

export type AddInitially = (
  requests: readonly RequestObject[],
  options: { queueId?: string; forefront: boolean },
) => Promise<void>;

export interface TaskInScope {
  /** The request has been handled: commits its work. */
  finish(request: object, options: QueueOptions): Promise<FinishOutcome>;
  /** The request goes back to the queue or list, after what its error handler did is committed. */
  reclaim(): Promise<void>;
  /** Whether the task's request has this id. */
  handles(requestId: string): boolean;
}

export interface QueueOptions {
  readonly queueId?: string;
  readonly clientKey?: string;
}

/** `dropped`: another client works on the request now. */
export type FinishOutcome = 'committed' | 'dropped';

const scopes = new AsyncLocalStorage<Scope>();

export const scopeAtWork = (): Scope | undefined => scopes.getStore();

export function runInScope<Result>(scope: Scope, body: () => Result): Result {
  const { work } = scope;
  return scopes.run(scope, () => (work === undefined ? body() : runInTransaction(work.transaction, body)));
}

/** Commits a transaction of the crawler itself. */
export const commitOutside = (transaction: OpenTransaction): Promise<void> =>
  outsideOfScope(() => transaction.commit());

/** Runs `body` outside of any scope, so that the writes of a commit are not captured as writes of a handler. */
const outsideOfScope = <Result>(body: () => Result): Result => scopes.exit(() => runOutsideTransaction(body));
