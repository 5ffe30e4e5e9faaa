/**
 * When a schedule is due, for what is shown before it is stored. Pure; times in ms since 1970.
 *
 * The rule is the platform's (`packages/platform/src/schedules/cron.ts`), which the console knows by its API alone.
 * `test/schedule-times.test.ts` holds the two against each other.
 */
import { Cron } from 'croner';
import { transitionsOf, wallOf, type ZoneTransition } from './time-zones.ts';

export interface Timing {
  readonly cronExpression: string;
  /** A name of the IANA's database. */
  readonly timezone: string;
}

/** Times closer than this to the invocation before them are skipped. */
const minIntervalMs = 10_000;

export const shortcuts = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly', '@midnight', '@annually'] as const;

const field = /^(?:\*|\w+(?:-\w+)?)(?:\/\d+)?(?:,(?:\*|\w+(?:-\w+)?)(?:\/\d+)?)*$/;
const number = /^[\d*,/-]+$/;
const month = /^(?:[\d*,/-]|\b(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b)+$/i;
const weekday = /^(?:[\d*,/-]|\b(?:SUN|MON|TUE|WED|THU|FRI|SAT)\b)+$/i;

const cronOf = ({ cronExpression, timezone }: Timing): Cron =>
  new Cron(cronExpression, {
    timezone,
    mode: '5-or-6-parts',
    sloppyRanges: true,
    fixedTimeRule: 'no-wildcard',
    paused: true,
  });

const nextOf = (cron: Cron, afterMs: number): number | null => cron.nextRun(new Date(afterMs))?.getTime() ?? null;

/** The first time after `afterMs`; null when there is none. @throws for an expression that is not valid */
export const timeAfter = (timing: Timing, afterMs: number): number | null => nextOf(cronOf(timing), afterMs);

/** What is wrong with an expression, in words; undefined for one that the platform takes. */
export function expressionError(timing: Timing, nowMs: number): string | undefined {
  const fields = timing.cronExpression.trim().split(/\s+/);
  const isShortcut = fields.length === 1 && (shortcuts as readonly string[]).includes(fields[0]!.toLowerCase());
  if (!isShortcut && fields.length !== 5 && fields.length !== 6) {
    return `Write five fields: minute, hour, day of month, month, day of week. Or six, with the second first. Or one of ${shortcuts.join(', ')}.`;
  }
  const forms = [...Array.from({ length: fields.length - 2 }, () => number), month, weekday];
  const bad = isShortcut ? undefined : fields.find((each, index) => !field.test(each) || !forms[index]!.test(each));
  if (bad !== undefined) {
    return `The field "${bad}" may have numbers with "*", ",", "-" and "/"; the last two fields also names such as JAN and MON.`;
  }
  try {
    return timeAfter(timing, nowMs) === null ? 'No date ever fits it.' : undefined;
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, '');
  }
}

/** The next times at which a valid schedule starts something: what comes too soon after another one is left out. */
export function nextTimes(timing: Timing, afterMs: number, count: number): number[] {
  const cron = cronOf(timing);
  const times: number[] = [];
  let after = afterMs;
  while (times.length < count) {
    const time = nextOf(cron, after);
    if (time === null) break;
    times.push(time);
    after = time + minIntervalMs - 1;
  }
  return times;
}

/** A change of clocks that concerns a schedule, and what the schedule does then. */
export interface ClockWarning {
  readonly atMs: number;
  readonly text: string;
}

/** The changes of clocks until `untilMs` in which scheduled times are missing or come twice. */
export function clockWarnings(timing: Timing, fromMs: number, untilMs: number): ClockWarning[] {
  const wallCron = cronOf({ cronExpression: timing.cronExpression, timezone: 'UTC' });
  const cron = cronOf(timing);
  return transitionsOf(timing.timezone, fromMs, untilMs).flatMap((transition) => {
    const text = textOf(transition, { cron, wallCron });
    return text === undefined ? [] : [{ atMs: transition.atMs, text }];
  });
}

interface Crons {
  readonly cron: Cron;
  /** The same expression where clocks never change: its times are those on the wall. */
  readonly wallCron: Cron;
}

function textOf(transition: ZoneTransition, { cron, wallCron }: Crons): string | undefined {
  const { atMs, beforeMs, afterMs } = transition;
  // On the clock on the wall, as if it were UTC.
  const [from, until] = [atMs + Math.min(beforeMs, afterMs), atMs + Math.max(beforeMs, afterMs)];
  const first = nextOf(wallCron, from - 1);
  if (first === null || first >= until) return undefined;
  const second = nextOf(wallCron, first);
  const isOne = second === null || second >= until;
  if (afterMs > beforeMs) {
    const isScheduledAfter = nextOf(wallCron, until - 1) === until;
    const isMoved = !isScheduledAfter && nextOf(cron, atMs - 1) === atMs;
    return isOne
      ? gapOfOne(wallOf(first), wallOf(until), { isScheduledAfter, isMoved })
      : gapOfSome(wallOf(from), wallOf(until), isMoved);
  }
  const what = isOne ? wallOf(first) : `each time from ${wallOf(from)} to ${wallOf(until)}`;
  const isTwice = (nextOf(cron, atMs - 1) ?? Number.POSITIVE_INFINITY) < atMs + (beforeMs - afterMs);
  return `Clocks are set back, and ${what} comes twice: it starts ${isTwice ? 'both times' : 'once, the first time'}.`;
}

function gapOfOne(
  missing: string,
  after: string,
  { isScheduledAfter, isMoved }: { readonly isScheduledAfter: boolean; readonly isMoved: boolean },
): string {
  const outcome = isScheduledAfter
    ? `it starts once, at ${after}`
    : isMoved
      ? `it starts at ${after} instead`
      : 'it does not start then';
  return `Clocks are set forward, and ${missing} does not exist: ${outcome}.`;
}

const gapOfSome = (from: string, after: string, isMoved: boolean): string =>
  `Clocks are set forward, and the times from ${from} to ${after} do not exist: ${isMoved ? `it starts once, at ${after}` : 'they are left out'}.`;
