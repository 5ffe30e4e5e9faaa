/** What cron expressions mean, above all where clocks are set. */
import { expect, test } from 'vitest';
import { checkTiming, lastTimeUntil, timeAfter } from '../src/schedules/cron.ts';
import { Refusal } from '../src/shared/errors.ts';
import { Random } from './simulation/random.ts';

const at = (text: string) => Date.parse(text);
const isoOf = (time: number | null) => (time === null ? null : new Date(time).toISOString().replace('.000Z', 'Z'));

/** The next times after `from`. */
function times(cronExpression: string, timezone: string, from: string, count: number): (string | null)[] {
  const found: (string | null)[] = [];
  let after = at(from);
  for (let index = 0; index < count; index += 1) {
    const next = timeAfter({ cronExpression, timezone }, after)!;
    found.push(isoOf(next));
    after = next;
  }
  return found;
}

const refusalOf = (cronExpression: string, timezone = 'UTC'): string => {
  try {
    checkTiming({ cronExpression, timezone }, at('2026-01-01T00:00:00Z'));
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.statusCode).toBe(400);
    return `${error.type}: ${error.message}`;
  }
};

test.each([
  ['0 8 * * *', ['2026-01-01T08:00:00Z', '2026-01-02T08:00:00Z']],
  ['0 0 * * 0', ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z']],
  ['0 0 * * 7', ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z']],
  ['*/3 * * * *', ['2026-01-01T00:03:00Z', '2026-01-01T00:06:00Z']],
  ['2/20 * * * *', ['2026-01-01T00:02:00Z', '2026-01-01T00:22:00Z']],
  ['0 0 1 */2 *', ['2026-03-01T00:00:00Z', '2026-05-01T00:00:00Z']],
  ['30 5 16 * * 1', ['2026-01-05T16:05:30Z', '2026-01-12T16:05:30Z']],
  // Either of the two days, as in every cron.
  ['0 0 10 * 1', ['2026-01-05T00:00:00Z', '2026-01-10T00:00:00Z']],
  ['0 0 * jan-feb mon,Wed', ['2026-01-05T00:00:00Z', '2026-01-07T00:00:00Z']],
  ['0 0 29 2 *', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
  [' 0  12\t* * * ', ['2026-01-01T12:00:00Z', '2026-01-02T12:00:00Z']],
  ['@yearly', ['2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z']],
  ['@monthly', ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z']],
  ['@weekly', ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z']],
  ['@daily', ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']],
  ['@hourly', ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']],
])('%s has the times that Apify’s documentation says', (expression, expected) => {
  expect(refusalOf(expression)).toBe('accepted');
  expect(times(expression, 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual(expected);
});

test.each([
  ...[
    '',
    ' ',
    '* * * *',
    '* * * * * * *',
    '@reboot',
    '@fortnightly',
    'every day',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
  ],
  ...[
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    '1,,2 * * * *',
    '-1 * * * *',
    '1.5 * * * *',
  ],
  ...[
    '0 0 L * *',
    '0 0 15W * *',
    '0 0 * * 5#2',
    '? * * * *',
    '0 0 ? * *',
    'MON * * * *',
    '0 0 * * MONDAY',
    '0 0 * FOO *',
  ],
  ...['0 0 30 2 *', '0 0 31 4,6 *', '2026-01-01T00:00:00Z', '+1 * * * *', '0 0 * * +MON'],
])('"%s" is refused', (expression) => {
  expect(refusalOf(expression)).toMatch(/^cron-expression-invalid: The cron expression ".*" is not valid: .+\.?$/s);
});

test('a time zone is a name of the IANA', () => {
  for (const timezone of ['UTC', 'Europe/Prague', 'America/Argentina/Ushuaia', 'asia/kolkata', 'Etc/GMT+5']) {
    expect(refusalOf('@daily', timezone), timezone).toBe('accepted');
  }
  for (const timezone of ['', ' ', 'Mars/Olympus', '+02:00', '-0500', 'UTC+2', '2']) {
    expect(refusalOf('@daily', timezone), timezone).toMatch(/^invalid-input: The field "timezone" must be/);
  }
});

test('a time of the day in the gap comes at the end of the gap, once, and the next day at its own time', () => {
  // 2026-03-29: from 02:00 to 03:00, which is 01:00 UTC.
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-29T01:00:00Z',
    '2026-03-30T00:30:00Z',
  ]);
  expect(times('15 2 * * 0', 'Europe/Berlin', '2026-03-24T12:00:00Z', 2)).toEqual([
    '2026-03-29T01:00:00Z',
    '2026-04-05T00:15:00Z',
  ]);
  // Both of its times mean the same moment.
  expect(times('0 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-29T01:00:00Z',
    '2026-03-30T00:00:00Z',
  ]);
  // A gap at midnight, and one of half an hour.
  expect(times('@daily', 'Africa/Cairo', '2026-04-22T23:00:00Z', 2)).toEqual([
    '2026-04-23T22:00:00Z',
    '2026-04-24T21:00:00Z',
  ]);
  expect(times('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2)).toEqual([
    '2026-10-03T15:30:00Z',
    '2026-10-04T15:15:00Z',
  ]);
});

test('a time of the day in the overlap comes once, at the first of the two', () => {
  // 2026-10-25: from 03:00 back to 02:00, which is 01:00 UTC.
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
    '2026-10-25T00:30:00Z',
    '2026-10-26T01:30:00Z',
  ]);
  // Also seen from between the two.
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', 1)).toEqual(['2026-10-26T01:30:00Z']);
  expect(times('0 1-3 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 4)).toEqual([
    '2026-10-24T23:00:00Z',
    '2026-10-25T00:00:00Z',
    '2026-10-25T02:00:00Z',
    '2026-10-26T00:00:00Z',
  ]);
});

test.each(['*/15 * * * *', '0 * * * *', '@hourly', '0 */10 * * * *'])(
  '%s goes on evenly while clocks are set, in both directions',
  (expression) => {
    for (const from of ['2026-03-28T22:00:00Z', '2026-10-24T22:00:00Z']) {
      const moments = [from, ...times(expression, 'Europe/Berlin', from, 30)].map((each) => at(each!));
      const steps = new Set(moments.slice(1).map((moment, index) => moment - moments[index]!));
      expect(steps.size).toBe(1);
    }
  },
);

test('a day that a place has skipped has no times', () => {
  // Samoa had no 30 December 2011.
  expect(times('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 2)).toEqual([
    '2011-12-29T22:00:00Z',
    '2011-12-30T22:00:00Z',
  ]);
});

test('the last time up to now is the one that a walk over all times finds', () => {
  const random = new Random(20_260_329);
  const expressions = ['*/15 * * * *', '30 2 * * *', '0 2,3 * * *', '*/20 * 2 * * *', '0 0 1 * *', '7 */3 * * 0'];
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
  for (let round = 0; round < 60; round += 1) {
    const timing = { cronExpression: random.pick(expressions), timezone: random.pick(zones) };
    const days = random.pick(['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-04', '2026-07-01']);
    const first = timeAfter(timing, at(`${days}T00:00:00Z`) - random.below(2 * 86_400_000))!;
    const now = first + random.below(random.pick([1, 10_000, 3_600_000, 2 * 86_400_000]));
    let last = first;
    for (let next = timeAfter(timing, last)!; next <= now; next = timeAfter(timing, last)!) last = next;
    expect(isoOf(lastTimeUntil(timing, first, now)), `${JSON.stringify(timing)} ${isoOf(first)} ${isoOf(now)}`).toBe(
      isoOf(last),
    );
  }
});
