import type { Json } from '../commit.ts';
import type { Scalar } from './operation.ts';

/** The content of a `DurableSet`. Operations name it by `id`, which is -1 while it is in no document. */
export class SetData {
  readonly id: number;
  entries = new Set<Scalar>();

  constructor(id = -1) {
    this.id = id;
  }
}

/** The content of a `DurableMap`. Values are replaced, never changed in place. */
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

  /** Forgets the collections with ids up to `lastId` that are not in `used`. */
  sweep(used: ReadonlySet<CollectionData>, lastId: number): void {
    for (const [id, data] of this.byId) if (id <= lastId && !used.has(data)) this.byId.delete(id);
  }

  create(kind: 'set' | 'map'): CollectionData {
    return this.named(this.#lastId + 1, kind);
  }

  /** The collection with this id. It is created if there is none. */
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
