import type { Backend } from './backend.ts';
import { chooseBackend } from './choose-backend.ts';
import { Committer } from './committer.ts';
import { defaultLimits, type StateLimits } from './state/limits.ts';
import type { OpenTransaction } from './transactions/ambient.ts';
import { OpenedTransaction } from './transactions/opened-transaction.ts';

/** What all states, crawlers and transactions of this process share. */
export interface DurableRun {
  readonly backend: Backend;
  readonly committer: Committer;
  /** @internal */
  readonly limits: StateLimits;
  begin(): OpenTransaction;
  /** @internal The one that takes what is changed outside of any; it is committed in the next tick. */
  automatic(): OpenTransaction;
  /** @internal The documents that are open, by their keys. */
  readonly documents: Map<string, OpenDocument>;
  /** Answers once all that was handed over before is durable. */
  settled(): Promise<void>;
}

/** A key has one document in a process: two would overwrite each other. */
export interface OpenDocument {
  readonly kind: 'state' | 'shared';
  readonly handle: Promise<unknown>;
  /** Answers when the key is free again. */
  closing?: Promise<void>;
}

let current: Promise<DurableRun> | undefined;

/** Says which copy of this module is at work in the process, to all copies. */
const copyAtWork = Symbol.for('@wherry/durable');
const thisCopy = { url: import.meta.url };

/** The one of this process; recovers what an earlier process left half-done at the first call. */
export async function durableRun(): Promise<DurableRun> {
  const copies = globalThis as { [copyAtWork]?: typeof thisCopy };
  copies[copyAtWork] ??= thisCopy;
  if (copies[copyAtWork] !== thisCopy) throw twoCopies(copies[copyAtWork].url, thisCopy.url);
  current ??= startRun(chooseBackend()).catch((error) => {
    current = undefined;
    throw error;
  });
  return current;
}

/** A run over a backend of the caller's choice, for tests and for programs that have one. */
export async function startRun(
  choosing: Backend | Promise<Backend>,
  limits: StateLimits = defaultLimits,
): Promise<DurableRun> {
  const backend = await choosing;
  const committer = new Committer(backend, await backend.recover());
  let automatic: OpenTransaction | undefined;
  const commitAutomatic = async () => {
    const transaction = automatic;
    automatic = undefined;
    await transaction?.commit();
  };
  return {
    backend,
    committer,
    limits,
    documents: new Map(),
    begin: () => new OpenedTransaction(committer),
    automatic() {
      if (automatic !== undefined) return automatic;
      const transaction = new OpenedTransaction(committer);
      automatic = transaction;
      // Nobody awaits it: when it fails, the process ends by an unhandled rejection rather than go on without its state.
      setImmediate(() => void commitAutomatic());
      return transaction;
    },
    async settled() {
      await commitAutomatic();
      await committer.settled();
    },
  };
}

/** Each would have states of its own, and overwrite the other's. */
const twoCopies = (first: string, second: string): Error =>
  new Error(
    `There are two copies of @wherry/durable in this process: ${first} and ${second}. Install one only: ` +
      '`npm ls @wherry/durable` shows where they come from, `npm dedupe` may join them.',
  );

/** Opens the document with the key, or gives out the handle of when it was opened before. */
export async function openOnce<Handle>(
  run: DurableRun,
  key: string,
  kind: OpenDocument['kind'],
  open: () => Promise<Handle>,
): Promise<Handle> {
  const known = run.documents.get(key);
  if (known?.closing !== undefined) {
    await known.closing;
    return openOnce(run, key, kind, open);
  }
  if (known !== undefined) {
    if (known.kind === kind) return known.handle as Promise<Handle>;
    throw new TypeError(
      `"${key}" is open by ${known.kind === 'state' ? 'openState' : 'useState'} already. Use another key.`,
    );
  }
  const handle = open();
  run.documents.set(key, { kind, handle });
  handle.catch(() => run.documents.delete(key));
  return handle;
}

/** Frees the key once `close` is over. Whoever opens it meanwhile waits, and gets a handle of its own. */
export function closeOnce(run: DurableRun, key: string, close: () => Promise<void>): Promise<void> {
  const known = run.documents.get(key)!;
  known.closing ??= close().finally(() => run.documents.delete(key));
  return known.closing;
}
