import { encode } from '../document/encoding.ts';
import type { Operation } from '../document/operation.ts';
import { copyForState } from '../document/state-copy.ts';
import { type DurableRun, durableRun } from '../durable-run.ts';
import { headOf } from './head-record.ts';
import { OpenedState, type State } from './state.ts';
import { StoredDocument } from './stored-document.ts';

export interface OpenStateOptions<Value extends object> {
  /** The key of its record in the run's default key-value store. */
  readonly key: string;
  /** Of the state's shape: a whole number from 1 on, raised when the shape changes. */
  readonly version?: number;
  /** What it is at first. Plain JSON with `durableSet` and `durableMap` wherever they are wanted. */
  readonly initial: () => Value;
  /** The process's own unless given. */
  readonly run?: DurableRun;
}

/** Opens the state of this run with the key, or makes it. */
export async function openState<Value extends object>(options: OpenStateOptions<Value>): Promise<State<Value>> {
  const { key, version = 1, initial } = options;
  const run = options.run ?? (await durableRun());
  const document = new StoredDocument(key, version);
  const text = await run.backend.readRecord(key);
  const head = text === undefined ? undefined : headOf(JSON.parse(text), key);
  if (head !== undefined) {
    document.recover(head);
    return new OpenedState(run, document);
  }
  await begin(run, document, initial());
  return new OpenedState(run, document);
}

/** The first commit of a state. */
async function begin(run: DurableRun, document: StoredDocument, initial: unknown): Promise<void> {
  const { value, fills, size } = copyForState(initial, document.key, document.collections);
  const operations: Operation[] = [['set', [], encode(value)], ...fills];
  const parts = { items: [], records: [], requests: [], charges: [] };
  await run.committer.submit({
    apply: () => ({ parts, size, operations: new Map([[document, operations]]), undo: () => undefined }),
  });
}
