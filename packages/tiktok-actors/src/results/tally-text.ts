/** What a run has given, in the words of its status message. */
import type { Failure } from '@wherry/tiktok';

/** What has been given so far, in all lives of the run. */
export type Tally = {
  readonly given: number;
  readonly failed: number;
  /** Inputs whose results the budget or `maxItems` did not cover, in whole or in part. */
  readonly unpaid: number;
};

/** What lets no further result through. */
export type Limit = 'budget' | 'maxItems';

export interface Course {
  /** What the run goes through one by one. */
  readonly unit: 'input' | 'list';
  readonly done: number;
  readonly total: number;
  /** What went wrong last, when nothing has come since. */
  readonly trouble: Failure | null;
}

const limitTexts: Readonly<Record<Limit, string>> = {
  budget: " The run's budget covers no more.",
  maxItems: ' The limit of results is reached.',
};

/** How many inputs failed for which reason. */
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
