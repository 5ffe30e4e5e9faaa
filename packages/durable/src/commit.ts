/** What one commit changes, in the shape of `PUT /wherry/v1/runs/:runId/commits/:sequence`. */

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** Items for one dataset; the run's default one without an id. */
export interface ItemsPart {
  readonly datasetId?: string;
  readonly items: readonly JsonObject[];
}

/** A record of one key-value store; the run's default one without an id. */
export interface RecordPart {
  readonly storeId?: string;
  readonly key: string;
  /** JSON; a text with a content type that is not JSON; or `{ base64 }` for bytes. Left out when deleted. */
  readonly value?: Json;
  readonly contentType?: string;
  readonly deleted?: true;
}

/** A request as Crawlee and Apify's API shape it. */
export type RequestObject = JsonObject & { readonly url: string; readonly uniqueKey?: string };

/** A request that is done; its other fields, when given, replace the stored ones. */
export type HandledRequest = JsonObject & { readonly id: string };

/** Changes of one request queue; the run's default one without an id. */
export interface RequestsPart {
  readonly queueId?: string;
  /** Who holds the locks, when the queue was worked through a client with a key. */
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
  /** From 1, without a gap, over all attempts of the run. */
  readonly sequence: number;
  /** Random; tells this commit from another one that took the same number. */
  readonly id: string;
  readonly parts: CommitParts;
}
