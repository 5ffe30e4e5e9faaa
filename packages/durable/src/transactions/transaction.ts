import type { Json, JsonObject, RequestObject } from '../commit.ts';

/**
 * Collects the results of one commit. All values are copied at once.
 * @throws NotJsonError, by each method, if a value is not JSON or a count is not a whole number of events
 */
export interface Transaction {
  /** Adds one item or a list of items to a dataset, by default to the run's default dataset. */
  pushData(items: JsonObject | readonly JsonObject[], options?: { datasetId?: string }): void;
  /** Adds URLs or request objects to a queue. Requests whose `uniqueKey` is in the queue are not added again. */
  addRequests(requests: readonly (string | RequestObject)[], options?: { queueId?: string; forefront?: boolean }): void;
  /** Writes a record. `null` deletes it, as in `Actor.setValue`. */
  setValue(key: string, value: Json | Uint8Array, options?: { storeId?: string; contentType?: string }): void;
  /** Marks a request as handled. `request` is an id, or an object whose other fields replace the stored ones. */
  markHandled(
    request: string | (JsonObject & { readonly id: string }),
    options?: { queueId?: string; clientKey?: string },
  ): void;
  /** Charges for `count` events, 1 by default. */
  charge(eventName: string, count?: number): void;
}
