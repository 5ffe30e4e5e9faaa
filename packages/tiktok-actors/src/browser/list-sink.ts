import type { EndReason, Failure, UnreadableEntry } from '@wherry/tiktok';
import type { ListJob } from './job.ts';
import type { ListItem } from './selection.ts';

/** Where the items of lists go: output, charges, records of what failed. Its methods are called within a commit. */
export interface ListSink {
  /** Answers whether nothing more is wanted or paid for. */
  give(job: ListJob, items: readonly ListItem[]): Promise<{ readonly isFull: boolean }>;
  /** What stands above a list, such as the hashtag itself. */
  giveHeader(job: ListJob, header: object): Promise<unknown>;
  /** An entry that is there but cannot be read. */
  giveUnreadable(job: ListJob, entry: UnreadableEntry): Promise<unknown>;
  giveFailure(job: ListJob, failure: Failure): Promise<unknown>;
  /** A list has been read as far as was wanted. */
  giveEnd(job: ListJob): Promise<unknown>;
}

/** `full`: nothing more is wanted by the run, or paid for. */
export type ListEnd = EndReason | 'full' | 'failed';
