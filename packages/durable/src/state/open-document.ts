import type { Json } from '../commit.ts';
import type { CollectionData } from '../document/collection-data.ts';
import { decode, encode } from '../document/encoding.ts';
import type { Operation } from '../document/operation.ts';
import { copyForState, type StateCopy } from '../document/state-copy.ts';
import type { DurableRun } from '../durable-run.ts';
import { StateVersionError } from '../errors.ts';
import { isPlainObject } from '../json.ts';
import { headOf } from './head-record.ts';
import { Maintenance } from './maintenance.ts';
import { recover } from './recovery.ts';
import { StoredDocument } from './stored-document.ts';
import { upgradable } from './upgradable.ts';

export interface DocumentOptions {
  readonly key: string;
  readonly version: number;
  /** What it is at first; given the plain JSON record that has the key, if there is one. */
  readonly initial: (record: Json | undefined) => unknown;
  readonly upgrade: ((old: unknown, fromVersion: number) => unknown) | undefined;
  readonly collections: boolean;
}

export interface OpenedDocument {
  readonly document: StoredDocument;
  readonly maintenance: Maintenance;
}

/** Reads the state with the key, and brings it to the version; or makes it. */
export async function openDocument(run: DurableRun, options: DocumentOptions): Promise<OpenedDocument> {
  const { key, version } = options;
  checkOptions(key, version);
  const { backend, committer } = run;
  const document = new StoredDocument(key, version, run.limits);
  const text = await backend.readRecord(key);
  const record = text === undefined ? undefined : (JSON.parse(text) as Json);
  const head = headOf(record, key);
  if (head === undefined) {
    await begin(run, document, copyOf(document, options.initial(record), options.collections));
    return { document, maintenance: new Maintenance(backend, committer, document, 0) };
  }
  const stored = head.durable.version;
  if (stored > version) throw newerState(key, stored, version);
  if (stored < version && options.upgrade === undefined) throw noUpgrade(key, stored, version);
  const snapshotSize = await recover(backend, document, head);
  if (stored < version) await upgrade(run, document, options, stored);
  const maintenance = new Maintenance(backend, committer, document, snapshotSize);
  maintenance.begin();
  return { document, maintenance };
}

function copyOf(document: StoredDocument, value: unknown, collections: boolean): StateCopy {
  if (!isPlainObject(value)) throw new TypeError(`The state "${document.key}" must be an object at its root.`);
  if (!collections) return copyForState(value, document.key, undefined);
  // A collection has one place: the first one keeps it, any other one is a copy.
  const placed = new Set<CollectionData>();
  return copyForState(value, document.key, document.collections, (data) => {
    const kept = document.collections.byId.get(data.id) === data && !placed.has(data);
    placed.add(data);
    return kept;
  });
}

/** The first commit of a document, or the first one of a version. */
async function begin(run: DurableRun, document: StoredDocument, copy: StateCopy, before: Operation[] = []) {
  const operations: Operation[] = [...before, ['set', [], encode(copy.value)], ...copy.fills];
  const parts = { items: [], records: [], requests: [], charges: [] };
  await run.committer.submit({
    apply: () => ({ parts, size: copy.size, operations: new Map([[document, operations]]), undo: () => undefined }),
  });
}

async function upgrade(run: DurableRun, document: StoredDocument, options: DocumentOptions, from: number) {
  const operations: Operation[] = [];
  const old = upgradable(decode(encode(document.box.root), document.collections), (change) => {
    if (change.operation !== undefined) operations.push(change.operation);
  });
  const upgraded = options.upgrade!(old, from);
  await begin(run, document, copyOf(document, upgraded, options.collections), operations);
}

function checkOptions(key: string, version: number): void {
  if (!/^[a-zA-Z0-9!\-_.'()]{1,200}$/.test(key)) {
    throw new TypeError(`A state's key has 1 to 200 characters of a-zA-Z0-9!-_.'(), unlike ${JSON.stringify(key)}.`);
  }
  if (Number.isSafeInteger(version) && version >= 1) return;
  throw new TypeError(`A state's version is a whole number from 1 on, not ${version}.`);
}

const newerState = (key: string, stored: number, version: number): StateVersionError =>
  new StateVersionError(
    `The state "${key}" is of version ${stored}, this program knows ${version}. It was left as it is. Run the newer ` +
      'program, or begin a new run.',
  );

const noUpgrade = (key: string, stored: number, version: number): StateVersionError =>
  new StateVersionError(
    `The state "${key}" is of version ${stored}, this program wants ${version} and gives no "upgrade". It was left as ` +
      'it is. Give openState an upgrade(old, fromVersion).',
  );
