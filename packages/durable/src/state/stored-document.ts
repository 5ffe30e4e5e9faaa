/**
 * A state as it is stored: its tree, the log of operations since the last snapshot, and the names of the records that hold
 * the two. Callers report what happened through its methods; nothing in it is assigned from outside.
 *
 * [document-1] The tree changes only by acknowledged commits. The collections are shared with the live state, and the two
 *     are equal whenever no commit is in progress.
 * [document-2] A head names only records that exist, and all records that make up the state. Every other record of the
 *     state is named as garbage, or belongs to the snapshot that is being written.
 * [document-3] A snapshot holds the tree as of the boundary, which is the end of a merged segment. Its collections may be
 *     newer: their operations since the boundary are also in the log, and applying them twice changes nothing [tree-2].
 */

import type { Change, CommittedDocument } from '../change.ts';
import type { CommitParts, Json } from '../commit.ts';
import { applyToCollections, applyToTree, type TreeBox } from '../document/apply-operation.ts';
import { type CollectionData, Collections } from '../document/collection-data.ts';
import { encode, type Tree } from '../document/encoding.ts';
import { coalesced, type Operation } from '../document/operation.ts';
import { type Garbage, type HeadRecord, type SnapshotName, stateFormat } from './head-record.ts';
import type { StateLimits } from './limits.ts';
import { appended, cutBefore, emptied, emptyLog, type LogPosition } from './operation-log.ts';
import { HeadValue } from './readable-value.ts';

/**
 * A step of writing a snapshot that takes effect with a commit of the document.
 * `begin`: sets the boundary, from which a snapshot can be written. `switch`: the snapshot `to` replaces the previous
 * snapshot and the log up to the boundary; `used` are the collections in it. `replace`: it replaces all that is stored.
 */
export type SnapshotStep =
  | { readonly kind: 'begin' }
  | { readonly kind: 'switch'; readonly to: SnapshotName; readonly used: ReadonlySet<CollectionData> }
  | { readonly kind: 'replace'; readonly to: SnapshotName };

/** From the boundary until the switch the tree does not change. */
interface Frozen {
  readonly mergedIndex: number;
  readonly logSize: number;
  readonly lastCollectionId: number;
  /** What was acknowledged since the boundary. */
  readonly held: Operation[];
}

/** What the document will be once the commit that was staged is acknowledged. */
interface Staged {
  readonly operations: readonly Operation[];
  readonly step: SnapshotStep | undefined;
  readonly log: LogPosition;
  readonly snapshot: SnapshotName;
  readonly garbage: Garbage | undefined;
}

/** Keeps a copy of the document up to date. */
export interface Follower {
  acknowledged(operations: readonly Operation[]): void;
  withdrawn(operations: readonly Operation[]): void;
}

const noParts: CommitParts = { items: [], records: [], requests: [], charges: [] };

export class StoredDocument implements CommittedDocument {
  readonly key: string;
  readonly version: number;
  readonly limits: StateLimits;
  readonly collections = new Collections();
  readonly #box: TreeBox = { root: {} };
  readonly #headValue: HeadValue;
  #log = emptyLog;
  #snapshot: SnapshotName = { generation: 0, chunks: 0 };
  #garbage: Garbage | undefined;
  #unfinished: number | undefined;
  #frozen: Frozen | undefined;
  /** To be carried out by the next commit. */
  #step: SnapshotStep | undefined;
  #staged: Staged | undefined;
  #changeCount = 0;
  #follower: Follower | undefined;
  #onCommit: () => void = () => undefined;

  constructor(key: string, version: number, limits: StateLimits) {
    this.key = key;
    this.version = version;
    this.limits = limits;
    this.#headValue = new HeadValue(limits.maxReadableSize);
  }

  /** The root of the tree. It is not to be changed. */
  get root(): Tree {
    return this.#box.root;
  }

  /** Whether the readable copy is in the head. */
  get headIsReadable(): boolean {
    return this.#headValue.isPresent;
  }

  /** The generation of the next snapshot. */
  get nextGeneration(): number {
    return this.#snapshot.generation + 1;
  }

  /** The records that can be deleted now. */
  get garbage(): Garbage | undefined {
    return this.#garbage;
  }

  /** The generation of a snapshot that was begun, and was neither switched to nor deleted. */
  get unfinishedGeneration(): number | undefined {
    return this.#unfinished;
  }

  /** The size of the log in characters. */
  get logSize(): number {
    return this.#log.size;
  }

  /** How many commits of this process have changed the document. */
  get changeCount(): number {
    return this.#changeCount;
  }

  /** Whether the tree stands still for a snapshot. `replayHeld` brings a copy of it up to date. */
  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  /** Keeps a copy up to date from now on. A document has one follower. */
  follow(follower: Follower): void {
    if (this.#follower !== undefined) throw new Error(`The state "${this.key}" has a follower already.`);
    this.#follower = follower;
  }

  /** Sets what is called after each acknowledged commit, in place of what was set before. */
  onCommit(listener: () => void): void {
    this.#onCommit = listener;
  }

  /** Applies an operation that is stored, or that the next snapshot will hold. Only before the first commit. */
  apply(operation: Operation): void {
    applyToTree(this.#box, operation, this.collections);
    applyToCollections(operation, this.collections);
  }

  /** Ends the reading of a stored state, after each of its operations was applied. */
  restore(head: HeadRecord, log: LogPosition): void {
    this.#snapshot = head.durable.snapshot;
    this.#garbage = head.durable.garbage;
    this.#log = log;
    this.#unfinished = head.durable.writing;
    this.#headValue.isPresent = head.value !== undefined;
    const used = new Set<CollectionData>();
    encode(this.#box.root, used);
    this.collections.sweep(used, this.collections.lastId);
  }

  /** Brings a copy of the tree, which may be frozen, up to the last acknowledged commit. */
  replayHeld(copy: TreeBox): void {
    for (const operation of this.#frozen?.held ?? []) applyToTree(copy, operation, this.collections);
  }

  /** A change that records no operation. Its commit carries out the step. */
  snapshotChange(step: SnapshotStep): Change {
    return {
      apply: () => {
        this.#step = step;
        const undo = () => {
          this.#step = undefined;
        };
        return { parts: noParts, size: 0, operations: new Map([[this, []]]), undo };
      },
    };
  }

  stage(operations: readonly Operation[]): CommitParts['records'] {
    const step = this.#step;
    const { position, records } =
      step?.kind === 'replace'
        ? emptied(this.key, this.#log)
        : appended(
            this.key,
            { log: this.#log, operations: coalesced(operations), close: step?.kind === 'begin' },
            this.limits,
          );
    this.#staged = this.#stagedBy(step, operations, position);
    return [...records, { key: this.key, value: this.#head(this.#staged) as unknown as Json }];
  }

  acknowledge(): void {
    const { operations, log, step, snapshot, garbage } = this.#staged!;
    this.#staged = undefined;
    [this.#log, this.#snapshot, this.#garbage] = [log, snapshot, garbage];
    if (operations.length > 0) this.#changeCount += 1;
    if (this.#frozen !== undefined) this.#frozen.held.push(...operations);
    else for (const operation of operations) applyToTree(this.#box, operation, this.collections);
    this.#follower?.acknowledged(operations);
    if (step !== undefined) this.#carryOut(step);
    this.#onCommit();
  }

  discard(): void {
    this.#staged = undefined;
  }

  withdraw(operations: readonly Operation[]): void {
    this.#follower?.withdrawn(operations);
  }

  /** Writing the snapshot failed. The tree changes again; the chunks that exist are deleted later. */
  abandonSnapshot(): void {
    this.#unfreeze();
  }

  /** The chunks of the unfinished snapshot were deleted. */
  unfinishedDeleted(): void {
    this.#unfinished = undefined;
  }

  /** The garbage was deleted. The next head no longer names it. */
  garbageDeleted(): void {
    this.#garbage = undefined;
  }

  #carryOut(step: SnapshotStep): void {
    this.#step = undefined;
    if (step.kind === 'begin') {
      this.#unfinished = this.nextGeneration;
      const { merged, size } = this.#log;
      this.#frozen = { mergedIndex: merged[1], logSize: size, lastCollectionId: this.collections.lastId, held: [] };
      return;
    }
    this.#unfinished = undefined;
    const lastCollectionId = this.#frozen?.lastCollectionId ?? 0;
    this.#unfreeze();
    if (step.kind === 'switch') this.collections.sweep(step.used, lastCollectionId);
  }

  #unfreeze(): void {
    this.replayHeld(this.#box);
    this.#frozen = undefined;
  }

  #stagedBy(step: SnapshotStep | undefined, operations: readonly Operation[], log: LogPosition): Staged {
    const snapshot = this.#snapshot;
    switch (step?.kind) {
      case 'switch': {
        const { mergedIndex, logSize } = this.#frozen!;
        const garbage: Garbage = { snapshot, merged: [log.merged[0], mergedIndex] };
        return { operations, step, log: cutBefore(log, mergedIndex, logSize), snapshot: step.to, garbage };
      }
      case 'replace': {
        const garbage: Garbage = { snapshot, merged: this.#log.merged };
        return { operations, step, log, snapshot: step.to, garbage };
      }
      default:
        return { operations, step, log, snapshot, garbage: this.#garbage };
    }
  }

  #head({ log, step, snapshot, garbage, operations }: Staged): HeadRecord {
    const begun = step?.kind === 'begin' ? snapshot.generation + 1 : this.#unfinished;
    const writing = step === undefined || step.kind === 'begin' ? begun : undefined;
    const value = this.#headValue.after(this, operations);
    return {
      durable: {
        format: stateFormat,
        version: this.version,
        snapshot,
        merged: log.merged,
        fresh: log.fresh,
        tail: log.tail,
        ...(writing !== undefined && { writing }),
        ...(garbage !== undefined && { garbage }),
      },
      ...(value !== undefined && { value }),
    };
  }
}
