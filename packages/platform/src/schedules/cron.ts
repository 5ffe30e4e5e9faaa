/** Cron expressions and their times. What they mean, also where clocks change: docs/schedules.md. */
import { Cron } from 'croner';
import { invalidInput, Refusal } from '../shared/errors.ts';

/**
 * The shortest time between two invocations of a schedule; scheduled times in between are skipped, as on Apify
 * (docs.apify.com, "Schedules").
 */
export const minIntervalMs = 10_000;

const shortcuts = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** Numbers or names, ranges, steps and lists. croner has more, which Apify does not: `L`, `W`, `#`, `?`, dates. */
const field = /^(?:\*|\w+(?:-\w+)?)(?:\/\d+)?(?:,(?:\*|\w+(?:-\w+)?)(?:\/\d+)?)*$/;
const number = /^[\d*,/-]+$/;
const month = /^(?:[\d*,/-]|\b(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b)+$/i;
const weekday = /^(?:[\d*,/-]|\b(?:SUN|MON|TUE|WED|THU|FRI|SAT)\b)+$/i;

export interface Timing {
  readonly cronExpression: string;
  /** A name of the IANA's database. */
  readonly timezone: string;
}

const invalidExpression = (expression: string, reason: string) =>
  new Refusal(400, 'cron-expression-invalid', `The cron expression "${expression}" is not valid: ${reason}`);

/**
 * Checks what a user has sent, and that there is a time at all.
 * @throws Refusal 400 `cron-expression-invalid`, or `invalid-input` for a time zone that does not exist
 */
export function checkTiming({ cronExpression, timezone }: Timing, now: number): void {
  checkTimezone(timezone);
  checkForm(cronExpression);
  let next: number | null;
  try {
    next = timeAfter({ cronExpression, timezone }, now);
  } catch (error) {
    throw invalidExpression(cronExpression, (error as Error).message.replace(/^CronPattern: /, ''));
  }
  if (next === null) throw invalidExpression(cronExpression, 'no date ever fits it.');
}

function checkTimezone(timezone: string): void {
  try {
    // Offsets such as +02:00 are accepted here, but are no names.
    if (/^[A-Za-z]/.test(timezone)) new Intl.DateTimeFormat('en', { timeZone: timezone });
    else throw new RangeError();
  } catch {
    throw invalidInput(
      `The field "timezone" must be a time zone such as "UTC" or "Europe/Prague", but is "${timezone}".`,
    );
  }
}

function checkForm(expression: string): void {
  const fields = expression.trim().split(/\s+/);
  if (fields.length === 1 && shortcuts.includes(fields[0]!.toLowerCase())) return;
  if (fields.length !== 5 && fields.length !== 6) {
    const known = shortcuts.join(', ');
    const reason = `it must have the five fields minute, hour, day of month, month and day of week, or six with the second first, or be one of ${known}.`;
    throw invalidExpression(expression, reason);
  }
  const forms = [...Array.from({ length: fields.length - 2 }, () => number), month, weekday];
  const bad = fields.find((each, index) => !field.test(each) || !forms[index]!.test(each));
  if (bad === undefined) return;
  const reason = `the field "${bad}" must have numbers (in the last two fields also names such as JAN and MON), with "*", ",", "-" and "/".`;
  throw invalidExpression(expression, reason);
}

/** The first time after `after`, in ms since 1970; null when there is none. Pure. */
export function timeAfter({ cronExpression, timezone }: Timing, after: number): number | null {
  const cron = new Cron(cronExpression, {
    timezone,
    mode: '5-or-6-parts',
    // `2/5` is every fifth from the second on, as on Apify.
    sloppyRanges: true,
    // What names its hours, even several, runs once on each day, also when clocks are set; see docs/schedules.md.
    fixedTimeRule: 'no-wildcard',
    paused: true,
  });
  return cron.nextRun(new Date(after))?.getTime() ?? null;
}

/** The last time up to `now`, when `first` is one and not later than `now`. Pure. */
export function lastTimeUntil(timing: Timing, first: number, now: number): number {
  // `timeAfter(early)` is due, and `timeAfter(late)` is not.
  let early = first - 1;
  let late = now;
  // Scheduled times are whole seconds.
  while (late - early > 1000) {
    const middle = Math.floor((early + late) / 2);
    const next = timeAfter(timing, middle);
    if (next !== null && next <= now) early = middle;
    else late = middle;
  }
  return timeAfter(timing, early) ?? first;
}
