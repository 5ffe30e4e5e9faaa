import type { Backend } from './backend.ts';
import { chooseBackend } from './choose-backend.ts';
import { Committer } from './committer.ts';
import { defaultLimits, type StateLimits } from './state/limits.ts';
import type { OpenTransaction } from './transactions/ambient.ts';
import { OpenedTransaction } from './transactions/opened-transaction.ts';

/** Shared by all states, crawlers and transactions of this process. */
export interface DurableRun {
  readonly backend: Backend;
  readonly committer: Committer;
  /** @internal */
  readonly limits: StateLimits;
  begin(): OpenTransaction;
  /** @internal The transaction for changes outside of any other transaction. It is committed in the next tick. */
  automatic(): OpenTransaction;
  /** @internal The open documents by key. */
  readonly documents: Map<string, OpenDocument>;
  /** Resolves when all changes submitted before are durable. */
  settled(): Promise<void>;
}

/** A process has one document for each key: two would overwrite each other. */
export interface OpenDocument {
  readonly kind: 'state' | 'shared';
  readonly handle: Promise<unknown>;
  /** Resolves when the key can be opened again. */
  closing?: Promise<void>;
}

let current: Promise<DurableRun> | undefined;

/** The global property that tells all copies of this module in the process which copy is in use. */
const copyAtWork = Symbol.for('@wherry/durable');
const thisCopy = { url: import.meta.url };

/**
 * The run of this process. The first call chooses the backend and completes a commit that an earlier process left half-done.
 * @throws Error if the environment does not name the run's storages, or another copy of this package is in use
 */
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

/** A run over a given backend, for tests. */
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
      // If it fails, the process ends by an unhandled rejection, and does not go on without its state.
      setImmediate(() => void commitAutomatic());
      return transaction;
    },
    async settled() {
      await commitAutomatic();
      await committer.settled();
    },
  };
}

/** Each copy would have its own states, and overwrite those of the other. */
const twoCopies = (first: string, second: string): Error =>
  new Error(
    `There are two copies of @wherry/durable in this process: ${first} and ${second}. Install only one: ` +
      '`npm ls @wherry/durable` shows where they come from, and `npm dedupe` may remove one.',
  );

/** Opens the document with the key, or returns the handle from when it was opened before. */
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
      `"${key}" is already opened by ${known.kind === 'state' ? 'openState' : 'useState'}. Use another key.`,
    );
  }
  const handle = open();
  run.documents.set(key, { kind, handle });
  handle.catch(() => run.documents.delete(key));
  return handle;
}

/** Frees the key when `close` has resolved. A caller that opens the key meanwhile waits, and gets a new handle. */
export function closeOnce(run: DurableRun, key: string, close: () => Promise<void>): Promise<void> {
  const known = run.documents.get(key)!;
  known.closing ??= close().finally(() => run.documents.delete(key));
  return known.closing;
}
