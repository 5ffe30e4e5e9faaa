import type { Json, JsonObject } from '../commit.ts';

/** The effects of one commit, with all that another process needs to complete them. */
export interface Plan {
  readonly items: readonly PlannedItems[];
  readonly records: readonly PlannedRecord[];
  readonly adds: readonly PlannedAdds[];
  readonly handled: readonly PlannedHandled[];
  readonly charges: readonly PlannedCharge[];
}

export interface PlannedItems {
  readonly datasetId?: string;
  /** How many items the dataset had before; from there on the pushed items are searched. */
  readonly before: number;
  readonly items: readonly JsonObject[];
  /** The idempotency key, for an API that knows such keys. */
  readonly key: string;
}

export interface PlannedRecord {
  readonly storeId?: string;
  readonly key: string;
  /** Null for a deletion. */
  readonly content: { readonly contentType: string; readonly text: string } | BinaryContent | null;
}

interface BinaryContent {
  readonly contentType: string;
  readonly base64: string;
}

export interface PlannedAdds {
  readonly queueId?: string;
  readonly clientKey?: string;
  readonly forefront: boolean;
  readonly requests: readonly JsonObject[];
}

export interface PlannedHandled {
  readonly queueId?: string;
  readonly clientKey?: string;
  /** The whole request, since an update replaces all of it. */
  readonly request: JsonObject & { readonly id: string };
}

interface PlannedCharge {
  readonly eventName: string;
  readonly count: number;
  readonly key: string;
}

/** The content of the journal: the commit that is in progress, or the last one that is done. */
export type JournalEntry = JournalHead &
  (
    | { readonly phase: 'intended'; readonly plan: Plan | StoredPlan; readonly previousId: string }
    | {
        readonly phase: 'done';
        /** A stored plan whose records may not be deleted yet. */
        readonly leftover?: StoredPlan;
      }
  );

interface JournalHead {
  readonly format: typeof journalFormat;
  readonly sequence: number;
  readonly commitId: string;
  /** The least number of items in each dataset before this commit, or after it if it is done. */
  readonly counts: KnownCounts;
  /** The parts that the API refused after others had taken effect [journal-6]. */
  readonly refused?: readonly RefusedPart[];
}

/** By dataset id; `''` is the run's default dataset. */
export type KnownCounts = Readonly<Record<string, number>>;

/** A plan that is too large for the journal's record. Its text is in `parts` records, which are named by `sequence`. */
export interface StoredPlan {
  readonly sequence: number;
  readonly parts: number;
}

export interface RefusedPart {
  readonly part: string;
  readonly type: string;
  readonly message: string;
}

export const journalFormat = 1;

export const isStored = (plan: Plan | StoredPlan): plan is StoredPlan => 'parts' in plan;

/** The bytes of a planned record. */
export function bytesOf(content: NonNullable<PlannedRecord['content']>): Uint8Array {
  return Buffer.from('base64' in content ? content.base64 : content.text, 'base64' in content ? 'base64' : 'utf8');
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
