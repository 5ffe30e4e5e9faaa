import type { JsonObject } from '../commit.ts';

/**
 * What the journal needs of where it writes: Apify's API (`apify-storages.ts`), the SDK's local storage
 * (`local-storages.ts`), or a model of Apify's in memory (`test/fake-apify.ts`).
 *
 * A storage of undefined is the run's default one. Each call is repeated inside until it is answered, but for
 * `pushItems`, which is sent once.
 * @throws AttemptFencedError, and RefusedError when the call will never be accepted; it changed nothing then
 */
export interface Storages {
  /** How long a write may still take effect, or stay unseen by readers, after its sender ended or gave up on its answer. */
  readonly settleMs: number;
  /** A model of an API has a time of its own. */
  wait(ms: number): Promise<void>;

  /** The id, or name, by which other processes find a storage; undefined for the run's default one. */
  lastingId(kind: StorageKind, id: string): string | undefined;

  readJournal(): Promise<string | undefined>;
  /** Atomic: whoever reads, and whenever, gets the old text or the new one. */
  writeJournal(text: string): Promise<void>;

  readRecord(key: string): Promise<Uint8Array | undefined>;
  writeRecord(record: StoredRecord): Promise<void>;
  /** Deleting what is not there is no error. */
  deleteRecord(record: { storeId?: string | undefined; key: string }): Promise<void>;
  /** The keys of the default store that begin with `prefix`. */
  listKeys(prefix: string): Promise<string[]>;

  /** How many items there are; it may be less than there are for `settleMs` after a push. */
  countItems(datasetId: string | undefined): Promise<number>;
  /** The items from `offset` on, in pages. */
  readItems(datasetId: string | undefined, offset: number): AsyncIterable<readonly JsonObject[]>;
  /**
   * `unknown`: it was sent, and whether it took effect must be looked for.
   * @param key of this push; an API that knows keys takes it once, however often something in between repeats it
   */
  pushItems(datasetId: string | undefined, items: readonly JsonObject[], key: string): Promise<'pushed' | 'unknown'>;

  getRequest(queue: QueueAddress, id: string): Promise<JsonObject | undefined>;
  addRequests(queue: QueueAddress, requests: readonly JsonObject[], forefront: boolean): Promise<void>;
  /** Puts the request in place of the one with its id. */
  updateRequest(queue: QueueAddress, request: JsonObject & { readonly id: string }): Promise<void>;

  /** At most once for a key. */
  charge(charge: { eventName: string; count: number; key: string }): Promise<void>;
}

export type StorageKind = 'dataset' | 'store' | 'queue';

export interface StoredRecord {
  readonly storeId?: string | undefined;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

export interface QueueAddress {
  readonly queueId?: string | undefined;
  readonly clientKey?: string | undefined;
}
