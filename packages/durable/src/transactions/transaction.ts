import type { Json, JsonObject, RequestObject } from '../commit.ts';

/** The effects of one commit, gathered and then made together. What it is given is copied at once. */
export interface Transaction {
  /** @param datasetId the run's default dataset unless given */
  pushData(items: JsonObject | readonly JsonObject[], options?: { datasetId?: string }): void;
  /** Requests that the queue knows by their `uniqueKey` are not added again. */
  addRequests(requests: readonly (string | RequestObject)[], options?: { queueId?: string; forefront?: boolean }): void;
  /** Of null the record is deleted, as by `Actor.setValue`. */
  setValue(key: string, value: Json | Uint8Array, options?: { storeId?: string; contentType?: string }): void;
  markHandled(
    request: string | (JsonObject & { readonly id: string }),
    options?: { queueId?: string; clientKey?: string },
  ): void;
  charge(eventName: string, count?: number): void;
}
