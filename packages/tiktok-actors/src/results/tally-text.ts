/** The texts of a run's status messages. */
import type { Failure } from '@wherry/tiktok';

/** The counts so far, over all attempts of the run. */
export type Tally = {
  readonly given: number;
  readonly failed: number;
  /** Inputs whose results the budget or `maxItems` did not cover, entirely or in part. */
  readonly unpaid: number;
};

/** The limit that allows no further result. */
export type Limit = 'budget' | 'maxItems';

export interface Course {
  /** What `done` and `total` count. */
  readonly unit: 'input' | 'list';
  readonly done: number;
  readonly total: number;
  /** The last failure, if there was no result since. */
  readonly trouble: Failure | null;
}

const limitTexts: Readonly<Record<Limit, string>> = {
  budget: " The run's budget covers no more.",
  maxItems: ' The limit of results is reached.',
};

/** The number of failed inputs by reason. */
export type FailureCounts = Readonly<Record<string, number>>;

export function summaryText({ given, failed }: Tally, reasons: FailureCounts, limit: Limit | null): string {
  const countedReasons = Object.entries(reasons).filter(([, count]) => count > 0);
  const counts = countedReasons.map(([code, count]) => `${grouped(count)} ${code}`);
  const why = counts.length === 0 ? '' : ` (${counts.join(', ')})`;
  return `${counted(given, 'result')}, ${counted(failed, 'input')} failed${why}.${limit === null ? '' : limitTexts[limit]}`;
}

export function progressText({ given, failed }: Tally, { unit, done, total, trouble }: Course): string {
  const place = `${grouped(Math.min(done, total))} of ${counted(total, unit)} done`;
  const so = `${place}: ${counted(given, 'result')}, ${grouped(failed)} failed.`;
  return trouble === null ? so : `${so} Asking again: ${trouble.message} (${trouble.kind}).`;
}

const grouped = (count: number): string => count.toLocaleString('en');

const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
