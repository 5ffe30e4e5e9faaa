import type { Transaction } from '@wherry/durable';
import type { EndReason, Failure, UnreadableEntry } from '@wherry/tiktok';
import type { ListJob } from './job.ts';
import type { ListItem } from './selection.ts';

/**
 * Where the items of lists go: output, charges, records of what failed. All methods are called within a commit's recipe:
 * they are synchronous, keep nothing outside of the commit, and may be called again for the same items.
 */
export interface ListSink {
  /** @returns how many of the items had room; fewer than all of them when nothing more is paid for */
  give(tx: Transaction, job: ListJob, items: readonly ListItem[]): number;
  /** What stands above a list, such as the hashtag itself; lists without one have none. */
  giveHeader?(tx: Transaction, job: ListJob, header: object): void;
  /** An entry that is there but cannot be read. */
  giveUnreadable(tx: Transaction, job: ListJob, entry: UnreadableEntry): void;
  giveEnd(tx: Transaction, job: ListJob, end: ListEnd): void;
}

/** How a list came to its end. */
export interface ListEnd {
  readonly givenCount: number;
  readonly pageCount: number;
  /** `unpaid`: nothing more may be charged for. */
  readonly reason: EndReason | 'unpaid' | 'failed';
  readonly failure: Failure | null;
}
