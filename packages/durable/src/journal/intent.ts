import type { Json, JsonObject } from '../commit.ts';

/** What one commit will do, with all that its completion needs, so that another process can complete it. */
export interface Plan {
  readonly items: readonly PlannedItems[];
  readonly records: readonly PlannedRecord[];
  readonly adds: readonly PlannedAdds[];
  readonly handled: readonly PlannedHandled[];
  readonly charges: readonly PlannedCharge[];
}

export interface PlannedItems {
  readonly datasetId?: string;
  /** How many items the dataset had before, so where ours are looked for. */
  readonly before: number;
  readonly items: readonly JsonObject[];
  /** For an API that takes a push once for a key. */
  readonly key: string;
}

export interface PlannedRecord {
  readonly storeId?: string;
  readonly key: string;
  /** Null when it is deleted. */
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
  /** Whole, as an update replaces all of it. */
  readonly request: JsonObject & { readonly id: string };
}

interface PlannedCharge {
  readonly eventName: string;
  readonly count: number;
  readonly key: string;
}

/** The journal: the one commit that is under way, or the last one that is done. */
export type JournalEntry = JournalHead &
  (
    | { readonly phase: 'intended'; readonly plan: Plan | StoredPlan; readonly previousId: string }
    | { readonly phase: 'done'; readonly leftover?: StoredPlan }
  );

interface JournalHead {
  readonly format: typeof journalFormat;
  readonly sequence: number;
  readonly commitId: string;
  /** At least how many items each dataset had before this commit, or after it once it is done. */
  readonly counts: KnownCounts;
  /** What the API refused of this commit after other parts had taken effect [journal-6]. */
  readonly refused?: readonly RefusedPart[];
}

/** By id, the run's default dataset under ''. */
export type KnownCounts = Readonly<Record<string, number>>;

/** A plan that is too large for the journal's record: its text is in this many records, named after the commit. */
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
