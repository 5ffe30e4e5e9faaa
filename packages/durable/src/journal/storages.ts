import type { JsonObject } from '../commit.ts';

/**
 * The storages that the journal writes to: Apify's API (`apify-storages.ts`), the SDK's local storage
 * (`local-storages.ts`), or a model of Apify in memory (`test/fake-apify.ts`).
 *
 * An undefined storage id means the run's default storage. Each call is repeated until there is a response, except for
 * `pushItems`, which is sent once.
 * @throws AttemptFencedError, by each method
 * @throws RefusedError, by each method, if the call will never be accepted; it changed nothing then
 */
export interface Storages {
  /** How long after the sender ended, or stopped waiting, a write may still take effect or be invisible to readers. */
  readonly settleMs: number;
  /** Waits. A model of an API has its own time. */
  wait(ms: number): Promise<void>;

  /** The id or name by which other processes find a storage; undefined for the run's default storage. */
  lastingId(kind: StorageKind, id: string): string | undefined;

  readJournal(): Promise<string | undefined>;
  /** Atomic: a reader gets either the old text or the new one. */
  writeJournal(text: string): Promise<void>;

  readRecord(key: string): Promise<Uint8Array | undefined>;
  writeRecord(record: StoredRecord): Promise<void>;
  /** It is not an error if there is no such record. */
  deleteRecord(record: { storeId?: string | undefined; key: string }): Promise<void>;
  /** The keys of the default store that begin with `prefix`. */
  listKeys(prefix: string): Promise<string[]>;

  /** The number of items. For `settleMs` after a push it may be too low. */
  countItems(datasetId: string | undefined): Promise<number>;
  /** The items from `offset` on, in pages. */
  readItems(datasetId: string | undefined, offset: number): AsyncIterable<readonly JsonObject[]>;
  /**
   * Sends a push once. `unknown`: the caller must find out whether it took effect.
   * @param key the idempotency key, for an API that knows such keys and a proxy that repeats calls
   */
  pushItems(datasetId: string | undefined, items: readonly JsonObject[], key: string): Promise<'pushed' | 'unknown'>;

  getRequest(queue: QueueAddress, id: string): Promise<JsonObject | undefined>;
  addRequests(queue: QueueAddress, requests: readonly JsonObject[], forefront: boolean): Promise<void>;
  /** Replaces the request with the same id. */
  updateRequest(queue: QueueAddress, request: JsonObject & { readonly id: string }): Promise<void>;

  /** Charges at most once for each key. */
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
