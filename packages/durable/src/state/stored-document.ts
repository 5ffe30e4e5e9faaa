/**
 * A state as it is stored.
 *
 * [document-1] its tree changes by acknowledged commits alone. Its collections are those of the live state, which are the same
 *     whenever nothing is under way.
 * [document-2] a head names only what is stored, and all that makes up the state; whatever else is there is named as garbage.
 * [document-3] a snapshot holds the tree as it was at the boundary, the end of a merged segment. Collections may be newer in it:
 *     their operations since the boundary are in the log, and may be done twice [tree-2].
 */

import type { CommittedDocument } from '../change.ts';
import type { CommitParts, Json } from '../commit.ts';
import { applyToCollections, applyToTree, type TreeBox } from '../document/apply-operation.ts';
import { coalesced } from '../document/coalesced.ts';
import { Collections } from '../document/collection-data.ts';
import type { Operation } from '../document/operation.ts';
import { type Garbage, type HeadRecord, type SnapshotName, stateFormat } from './head-record.ts';
import { HeadValue } from './head-value.ts';
import type { StateLimits } from './limits.ts';
import { appended, cutBefore, emptied, emptyLog, type LogPosition } from './operation-log.ts';

/** What the next commit of the document is to do besides. */
type Wish = { readonly kind: 'boundary' } | { readonly kind: 'switch' | 'replace'; readonly to: SnapshotName };

/** Where a snapshot that is being written begins. */
interface Boundary {
  readonly mergedIndex: number;
  readonly logSize: number;
  readonly lastCollectionId: number;
}

interface Staged {
  readonly operations: readonly Operation[];
  readonly log: LogPosition;
  readonly wish: Wish | undefined;
  readonly snapshot: SnapshotName;
  readonly garbage: Garbage | undefined;
}

/** What keeps a copy of its own in step. */
export interface Follower {
  acknowledged(operations: readonly Operation[]): void;
  withdrawn(operations: readonly Operation[]): void;
}

export class StoredDocument implements CommittedDocument {
  readonly key: string;
  readonly version: number;
  readonly limits: StateLimits;
  readonly box: TreeBox = { root: {} };
  readonly collections = new Collections();
  follower: Follower | undefined;
  /** Called after each acknowledged commit, when the log has grown. */
  onGrowth: () => void = () => undefined;
  wish: Wish | undefined;
  /** The generation of a snapshot that was begun, and is neither switched to nor deleted again. */
  abandoned: number | undefined;
  /** How many commits have changed it in this process. */
  changeCount = 0;
  readonly #headValue: HeadValue;
  #log = emptyLog;
  #snapshot: SnapshotName = { generation: 0, chunks: 0 };
  #garbage: Garbage | undefined;
  #boundary: Boundary | undefined;
  /** What was acknowledged since the boundary, while the tree stands still for the snapshot. */
  #held: Operation[] = [];
  #staged: Staged | undefined;

  constructor(key: string, version: number, limits: StateLimits) {
    this.key = key;
    this.version = version;
    this.limits = limits;
    this.#headValue = new HeadValue(limits.maxReadableSize);
  }

  /** Whether the copy for people is in the head. */
  get headIsReadable(): boolean {
    return this.#headValue.isThere;
  }

  get snapshot(): SnapshotName {
    return this.#snapshot;
  }

  get garbage(): Garbage | undefined {
    return this.#garbage;
  }

  /** Of the log, in characters. */
  get logSize(): number {
    return this.#log.size;
  }

  get boundary(): Boundary | undefined {
    return this.#boundary;
  }

  /** Takes over what was read. */
  recovered(head: HeadRecord, log: LogPosition): void {
    this.#snapshot = head.durable.snapshot;
    this.#garbage = head.durable.garbage;
    this.#log = log;
    this.abandoned = head.durable.writing;
    this.#headValue.isThere = head.value !== undefined;
  }

  apply(operation: Operation): void {
    applyToTree(this.box, operation, this.collections);
    applyToCollections(operation, this.collections);
  }

  /** The tree as of the last acknowledged commit, though it may stand still. */
  replayHeld(box: TreeBox): void {
    for (const operation of this.#held) applyToTree(box, operation, this.collections);
  }

  stage(operations: readonly Operation[]): CommitParts['records'] {
    const { wish } = this;
    const step =
      wish?.kind === 'replace'
        ? emptied(this.key, this.#log)
        : appended(
            this.key,
            { log: this.#log, operations: coalesced(operations), close: wish?.kind === 'boundary' },
            this.limits,
          );
    this.#staged = { ...this.#fulfilled(wish, step.position), operations, wish };
    return [...step.records, { key: this.key, value: this.#head(this.#staged) as unknown as Json }];
  }

  acknowledge(): void {
    const { operations, log, wish, snapshot, garbage } = this.#staged!;
    this.#staged = undefined;
    [this.#log, this.#snapshot, this.#garbage] = [log, snapshot, garbage];
    if (operations.length > 0) this.changeCount += 1;
    if (this.#boundary === undefined)
      for (const operation of operations) applyToTree(this.box, operation, this.collections);
    else this.#held.push(...operations);
    this.follower?.acknowledged(operations);
    if (wish !== undefined) this.wish = undefined;
    if (wish?.kind === 'boundary') {
      this.abandoned = snapshot.generation + 1;
      const lastCollectionId = this.collections.lastId;
      this.#boundary = { mergedIndex: log.merged[1], logSize: log.size, lastCollectionId };
    }
    if (wish?.kind === 'switch' || wish?.kind === 'replace') {
      this.abandoned = undefined;
      this.leaveBoundary();
    }
    this.onGrowth();
  }

  discard(): void {
    this.#staged = undefined;
  }

  withdraw(operations: readonly Operation[]): void {
    this.follower?.withdrawn(operations);
  }

  /** The tree moves on. */
  leaveBoundary(): void {
    this.#boundary = undefined;
    this.replayHeld(this.box);
    this.#held = [];
  }

  /** The garbage was deleted; the next head says so. */
  forgetGarbage(): void {
    this.#garbage = undefined;
  }

  #fulfilled(wish: Wish | undefined, log: LogPosition): Omit<Staged, 'operations' | 'wish'> {
    const snapshot = this.#snapshot;
    switch (wish?.kind) {
      case 'switch': {
        const { mergedIndex, logSize } = this.#boundary!;
        const garbage: Garbage = { snapshot, merged: [log.merged[0], mergedIndex] };
        return { log: cutBefore(log, mergedIndex, logSize), snapshot: wish.to, garbage };
      }
      case 'replace':
        return { log, snapshot: wish.to, garbage: { snapshot, merged: this.#log.merged } };
      default:
        return { log, snapshot, garbage: this.#garbage };
    }
  }

  #head({ log, wish, snapshot, garbage, operations }: Staged): HeadRecord {
    const begun = wish?.kind === 'boundary' ? snapshot.generation + 1 : this.abandoned;
    const writing = wish === undefined || wish.kind === 'boundary' ? begun : undefined;
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
