import type { OpenTransaction } from './ambient.ts';
import type { Backend } from './backend.ts';
import { chooseBackend } from './choose-backend.ts';
import { Committer } from './committer.ts';
import { OpenedTransaction } from './opened-transaction.ts';

/** What all states, crawlers and transactions of this process share. */
export interface DurableRun {
  readonly backend: Backend;
  readonly committer: Committer;
  begin(): OpenTransaction;
  /** Answers once all that was handed over before is durable. */
  settled(): Promise<void>;
}

let current: Promise<DurableRun> | undefined;

/** The one of this process; recovers what an earlier process left half-done at the first call. */
export function durableRun(): Promise<DurableRun> {
  current ??= startRun(chooseBackend()).catch((error) => {
    current = undefined;
    throw error;
  });
  return current;
}

/** A run over a backend of the caller's choice, for tests and for programs that have one. */
export async function startRun(choosing: Backend | Promise<Backend>): Promise<DurableRun> {
  const backend = await choosing;
  const committer = new Committer(backend, await backend.recover());
  return {
    backend,
    committer,
    begin: () => new OpenedTransaction(committer),
    settled: () => committer.settled(),
  };
}
