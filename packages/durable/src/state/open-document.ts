import type { Json } from '../commit.ts';
import type { CollectionData } from '../document/collection-data.ts';
import { isCollectionData, SetData } from '../document/collection-data.ts';
import { DurableMap } from '../document/durable-map.ts';
import { DurableSet } from '../document/durable-set.ts';
import { decode, encode } from '../document/encoding.ts';
import type { Operation, RecordedChange, Recorder } from '../document/operation.ts';
import { copyForState, type StateCopy } from '../document/state-copy.ts';
import type { DurableRun } from '../durable-run.ts';
import { StateVersionError } from '../errors.ts';
import { isPlainObject, setOwn } from '../json.ts';
import { replaceWhole } from './compaction.ts';
import { headOf } from './head-record.ts';
import { deleteUnfinished, Maintenance } from './maintenance.ts';
import { recover } from './recovery.ts';
import { StoredDocument } from './stored-document.ts';

export interface DocumentOptions {
  readonly key: string;
  readonly version: number;
  /** Returns the first value. It is given the plain JSON record under the key, if there is one. */
  readonly initial: (record: Json | undefined) => unknown;
  readonly upgrade: ((old: unknown, fromVersion: number) => unknown) | undefined;
  readonly collections: boolean;
}

export interface OpenedDocument {
  readonly document: StoredDocument;
  readonly maintenance: Maintenance;
}

/** Reads the state with the key and upgrades it to the version, or creates it. */
export async function openDocument(run: DurableRun, options: DocumentOptions): Promise<OpenedDocument> {
  const { key, version } = options;
  checkOptions(key, version);
  const { backend, committer } = run;
  const document = new StoredDocument(key, version, run.limits);
  const text = await backend.readRecord(key);
  const record = text === undefined ? undefined : parsed(text, key);
  const head = headOf(record, key);
  if (head === undefined) {
    const copy = copyOf(document, options.initial(record), options.collections);
    const size = await begin(run, document, copy, []);
    return { document, maintenance: new Maintenance(backend, committer, document, size) };
  }
  const stored = head.durable.version;
  if (stored > version) throw newerState(key, stored, version);
  if (stored < version && options.upgrade === undefined) throw noUpgrade(key, stored, version);
  const recovered = await recover(backend, document, head);
  const written = stored < version ? await upgrade(run, document, options, stored) : 0;
  const maintenance = new Maintenance(backend, committer, document, Math.max(recovered, written));
  maintenance.begin();
  return { document, maintenance };
}

function copyOf(document: StoredDocument, value: unknown, collections: boolean): StateCopy {
  if (!isPlainObject(value)) throw new TypeError(`The state "${document.key}" must be an object at its root.`);
  if (!collections) return copyForState(value, document.key, undefined);
  // A collection has one place in the tree: it stays at the first place, and a copy is made for every other one.
  const placed = new Set<CollectionData>();
  const kept = (data: CollectionData) => {
    const isKept = document.collections.byId.get(data.id) === data && !placed.has(data);
    placed.add(data);
    return isKept;
  };
  return copyForState(value, document.key, document.collections, { kept });
}

/**
 * Makes the first commit of a document, or of a version. Resolves with the size of the snapshot in characters.
 * @param before changes that an upgrade made in collections that are kept
 */
async function begin(
  { backend, committer, limits }: DurableRun,
  document: StoredDocument,
  { value, size, fills }: StateCopy,
  before: readonly RecordedChange[],
): Promise<number> {
  const kept = before.flatMap(({ operation }) => (operation === undefined ? [] : [operation]));
  const operations: Operation[] = [...kept, ['set', [], encode(value)], ...fills];
  const wholeSize = before.reduce((sum, change) => sum + change.size, size);
  if (wholeSize <= limits.maxFirstSize) {
    const parts = { items: [], records: [], requests: [], charges: [] };
    await committer.submit({
      apply: () => ({ parts, size: wholeSize, operations: new Map([[document, operations]]), undo: () => undefined }),
    });
    return 0;
  }
  // No head names the chunks that an earlier process may have written.
  await deleteUnfinished(backend, document.key, document.nextGeneration);
  for (const operation of operations) document.apply(operation);
  return replaceWhole(backend, committer, document);
}

async function upgrade(run: DurableRun, document: StoredDocument, options: DocumentOptions, from: number) {
  const changes: RecordedChange[] = [];
  const tree = decode(encode(document.root), document.collections);
  const upgraded = options.upgrade!(
    upgradable(tree, (change) => void changes.push(change)),
    from,
  );
  return begin(run, document, copyOf(document, upgraded, options.collections), changes);
}

function parsed(text: string, key: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new StateVersionError(
      `The record "${key}" is not a state, and not JSON. It was not changed. Use another key, or delete the record.`,
      { cause: error },
    );
  }
}

function checkOptions(key: string, version: number): void {
  if (!/^[a-zA-Z0-9!\-_.'()]{1,200}$/.test(key)) {
    throw new TypeError(
      `The key of a state must have 1 to 200 characters of a-zA-Z0-9!-_.'(), but is ${JSON.stringify(key)}.`,
    );
  }
  if (Number.isSafeInteger(version) && version >= 1) return;
  throw new TypeError(`The version of a state must be a positive integer, but is ${version}.`);
}

const newerState = (key: string, stored: number, version: number): StateVersionError =>
  new StateVersionError(
    `The state "${key}" has version ${stored}; this program knows version ${version}. It was not changed. Use the newer ` +
      'program, or start a new run.',
  );

const noUpgrade = (key: string, stored: number, version: number): StateVersionError =>
  new StateVersionError(
    `The state "${key}" has version ${stored}; this program needs version ${version} and has no "upgrade". It was not ` +
      'changed. Give openState an upgrade(old, fromVersion).',
  );

/** Replaces the data of collections by collections that a program can use. Objects and lists are changed in place. */
function upgradable(tree: unknown, record: Recorder): unknown {
  if (isCollectionData(tree))
    return tree instanceof SetData ? new DurableSet(tree, record) : new DurableMap(tree, record);
  if (typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map((each) => upgradable(each, record));
  for (const [key, value] of Object.entries(tree)) setOwn(tree, key, upgradable(value, record));
  return tree;
}
