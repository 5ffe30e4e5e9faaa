/** The content of one commit, in the shape of `PUT /wherry/v1/runs/:runId/commits/:sequence`. */

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** Items for one dataset. Without an id it is the run's default dataset. */
export interface ItemsPart {
  readonly datasetId?: string;
  readonly items: readonly JsonObject[];
}

/** A record of one key-value store. Without an id it is the run's default store. */
export interface RecordPart {
  readonly storeId?: string;
  readonly key: string;
  /** A JSON value; a string if the content type is not JSON; or `{ base64 }` for bytes. Absent for a deletion. */
  readonly value?: Json;
  readonly contentType?: string;
  readonly deleted?: true;
}

/** A request in the shape of Crawlee and of Apify's API. */
export type RequestObject = JsonObject & { readonly url: string; readonly uniqueKey?: string };

/** A request that has been handled. Its other fields, if given, replace the stored ones. */
export type HandledRequest = JsonObject & { readonly id: string };

/** Changes of one request queue. Without an id it is the run's default queue. */
export interface RequestsPart {
  readonly queueId?: string;
  /** The client key that holds the locks of the handled requests. */
  readonly clientKey?: string;
  readonly add?: readonly RequestObject[];
  readonly forefront?: boolean;
  readonly handled?: readonly (string | HandledRequest)[];
}

export interface ChargePart {
  readonly eventName: string;
  readonly count: number;
}

export interface CommitParts {
  readonly items: readonly ItemsPart[];
  readonly records: readonly RecordPart[];
  readonly requests: readonly RequestsPart[];
  readonly charges: readonly ChargePart[];
}

export interface Commit {
  /** 1, 2, 3, … without gaps, over all attempts of the run. */
  readonly sequence: number;
  /** Random. It distinguishes this commit from another commit with the same sequence number. */
  readonly id: string;
  readonly parts: CommitParts;
}
