/** Dates in inputs: a day, a time, or how long before the run's start. */
import { Actor } from 'apify';

const units: Readonly<Record<string, number>> = {
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 7 * 86_400,
  month: 30 * 86_400,
  year: 365 * 86_400,
};

/**
 * The seconds since 1970 of a date; null if none is given. A day means its first second, or its last one for `until`.
 * @throws RangeError if the text is not a date
 */
export function dateSecsOf(text: string | undefined, side: 'from' | 'until', startSecs: number): number | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return null;
  const [, count, unit] = /^(\d{1,5})\s*(minute|hour|day|week|month|year)s?$/i.exec(trimmed) ?? [];
  if (unit !== undefined) return startSecs - Number(count) * units[unit.toLowerCase()]!;
  const milliseconds = /^\d{4}-\d{2}-\d{2}/.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new RangeError(`"${trimmed}" is not a date. Give a date such as 2025-12-31, or a time ago such as "3 days".`);
  }
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(trimmed);
  return Math.floor(milliseconds / 1000) + (isDay && side === 'until' ? 86_399 : 0);
}

export interface PostDatesInput {
  readonly oldestPostDateUnified?: string | undefined;
  readonly newestPostDate?: string | undefined;
}

/**
 * The limits of the posts' time. The input schema refuses texts without the form of a date. A text with the form that is not
 * a date fails the run before any request to the site.
 */
export async function postDatesOf(
  input: PostDatesInput,
): Promise<{ readonly oldestSecs: number | null; readonly newestSecs: number | null }> {
  try {
    return datesOf(input, runStartSecs());
  } catch (error) {
    await Actor.fail((error as Error).message);
    throw error;
  }
}

/** @throws RangeError if a text is not a date, or the first date is after the second */
export function datesOf({ oldestPostDateUnified, newestPostDate }: PostDatesInput, startSecs: number) {
  const oldestSecs = dateSecsOf(oldestPostDateUnified, 'from', startSecs);
  const newestSecs = dateSecsOf(newestPostDate, 'until', startSecs);
  if (oldestSecs !== null && newestSecs !== null && oldestSecs > newestSecs) {
    throw new RangeError(
      `No post can be between "${oldestPostDateUnified}" and "${newestPostDate}": the first date is after the second.`,
    );
  }
  return { oldestSecs, newestSecs };
}

/** The same for all attempts of a run. */
function runStartSecs(): number {
  const { startedAt } = Actor.getEnv();
  return Math.floor((startedAt?.getTime() ?? Date.now()) / 1000);
}
