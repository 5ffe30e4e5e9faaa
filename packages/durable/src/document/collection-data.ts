import type { Json } from '../commit.ts';
import type { Scalar } from './operation.ts';

/** The content of a `DurableSet`. `id` names it in operations; -1 while it is in no document. */
export class SetData {
  readonly id: number;
  entries = new Set<Scalar>();

  constructor(id = -1) {
    this.id = id;
  }
}

/** The content of a `DurableMap`. Its values are never changed in place. */
export class MapData {
  readonly id: number;
  entries = new Map<Scalar, Json>();

  constructor(id = -1) {
    this.id = id;
  }
}

export type CollectionData = SetData | MapData;

export const isCollectionData = (value: unknown): value is CollectionData =>
  value instanceof SetData || value instanceof MapData;

/** The collections of a document by their ids, and the next id. */
export class Collections {
  readonly byId = new Map<number, CollectionData>();
  #lastId = 0;

  get lastId(): number {
    return this.#lastId;
  }

  /** Forgets those up to `lastId` that are not among `used`. */
  sweep(used: ReadonlySet<CollectionData>, lastId: number): void {
    for (const [id, data] of this.byId) if (id <= lastId && !used.has(data)) this.byId.delete(id);
  }

  create(kind: 'set' | 'map'): CollectionData {
    return this.named(this.#lastId + 1, kind);
  }

  /** The one with this id, made now when it is new. */
  named(id: number, kind: 'set' | 'map'): CollectionData {
    let data = this.byId.get(id);
    if (data === undefined) {
      data = kind === 'set' ? new SetData(id) : new MapData(id);
      this.byId.set(id, data);
      this.#lastId = Math.max(this.#lastId, id);
    }
    return data;
  }
}
