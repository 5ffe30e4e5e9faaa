import type { EndReason, Failure, UnreadableEntry } from '@wherry/tiktok';
import type { ListJob } from './job.ts';
import type { ListItem } from './lists/selection.ts';

/** Receives the items of lists: pushes them, charges for them, and records failures. Its methods are called in a commit. */
export interface ListSink {
  /** `isFull`: the budget or the limit of results allows no more. */
  give(job: ListJob, items: readonly ListItem[]): Promise<{ readonly isFull: boolean }>;
  /** The header of a list, for example the hashtag itself. */
  giveHeader(job: ListJob, header: object): Promise<unknown>;
  /** An entry that cannot be read. */
  giveUnreadable(job: ListJob, entry: UnreadableEntry): Promise<unknown>;
  giveFailure(job: ListJob, failure: Failure): Promise<unknown>;
  /** A list has been read to its end or to its limit. */
  giveEnd(job: ListJob): Promise<unknown>;
}

/** `full`: the run's budget or limit of results allows no more. */
export type ListEnd = EndReason | 'full' | 'failed';
