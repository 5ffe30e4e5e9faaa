/**
 * What a request handler has done so far, and where it is in its life.
 *
 * [work-1] what a handler does takes effect with the handled mark of its request, in one commit, or not at all.
 * [work-2] after its handler has failed, nothing more of a work takes effect, whoever still runs for it.
 * [work-3] what a handler did without waiting for it, and that came after the commit, is written on its own: late, not lost.
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

  /** For what is to be committed as it is at that moment. */
  beforeCommit(prepare: () => void): void {
    this.#preparations.push(prepare);
  }

  /** Takes back, when the work is undone or rejected, what was changed in memory outside of the transaction. */
  onUndo(undo: () => void): void {
    this.#undos.push(undo);
  }

  onCommit(follow: () => void): void {
    this.#follows.push(follow);
  }

  /** Called again, it answers with the outcome of the first call. */
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

/** Where the code at work belongs. A scope without a work is the crawler's own: it fetches, marks and reclaims. */
export interface Scope {
  readonly work: Work | undefined;
  /** The task of a crawler, for its own calls. */
  readonly task: TaskInScope | undefined;
  /** Whether it matters right now which requests are new to the queue: there is a limit to be kept. */
  readonly countsNewRequests?: boolean;
  /** Takes the requests that `crawler.run` was given. */
  readonly addInitially?: AddInitially | undefined;
}

export type AddInitially = (
  requests: readonly RequestObject[],
  options: { queueId?: string; forefront: boolean },
) => Promise<void>;

export interface TaskInScope {
  /** The request that is handled is done: commits all of it. */
  finish(request: object, options: QueueOptions): Promise<FinishOutcome>;
  /** The request goes back to where it came from: what the handler of its error did is committed first. */
  reclaim(): Promise<void>;
  /** Whether the task's request has this id. */
  handles(requestId: string): boolean;
}

export interface QueueOptions {
  readonly queueId?: string;
  readonly clientKey?: string;
}

/** `dropped`: somebody else works on the request now. */
export type FinishOutcome = 'committed' | 'dropped';

const scopes = new AsyncLocalStorage<Scope>();

export const scopeAtWork = (): Scope | undefined => scopes.getStore();

export function runInScope<Result>(scope: Scope, body: () => Result): Result {
  const { work } = scope;
  return scopes.run(scope, () => (work === undefined ? body() : runInTransaction(work.transaction, body)));
}

/** A commit of the crawler's own. */
export const commitOutside = (transaction: OpenTransaction): Promise<void> =>
  outsideOfScope(() => transaction.commit());

/** So that the writes of a commit are not taken for those of the handler whose turn it was. */
const outsideOfScope = <Result>(body: () => Result): Result => scopes.exit(() => runOutsideTransaction(body));
