/** The console's rule of scheduled times against the platform's own. */
import { describe, expect, test } from 'vitest';
import { checkTiming, timeAfter as platformTimeAfter } from '../../platform/src/schedules/cron.ts';
import { cronWords } from '../src/model/cron-words.ts';
import {
  clockWarnings,
  expressionError,
  nextTimes,
  shortcuts,
  type Timing,
  timeAfter,
} from '../src/model/schedule-times.ts';
import { transitionsOf, zoneNames } from '../src/model/time-zones.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const yearMs = 366 * 86_400_000;

/** Numbers from 0 up to 1, the same in each run. */
function* pseudoRandom(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function anyTimings(seed: number, count: number): Timing[] {
  const random = pseudoRandom(seed);
  const upTo = (most: number) => Math.floor(random.next().value * (most + 1));
  const pick = <Value>(values: readonly Value[]): Value => values[upTo(values.length - 1)]!;
  const zones = zoneNames();
  const fieldOf = (least: number, most: number) => {
    const one = () => least + upTo(most - least);
    const [a, b] = [one(), one()].toSorted((x, y) => x - y) as [number, number];
    return pick([
      '*',
      '*',
      `${a}`,
      `${a},${b}`,
      `${a}-${b}`,
      `*/${1 + upTo(20)}`,
      `${a}/${1 + upTo(9)}`,
      `${a}-${b}/2`,
    ]);
  };
  return Array.from({ length: count }, () => {
    const fields = [fieldOf(0, 59), fieldOf(0, 23), fieldOf(1, 31), fieldOf(1, 12), fieldOf(0, 7)];
    const expression = [...(upTo(3) === 0 ? [fieldOf(0, 59)] : []), ...fields].join(' ');
    return { cronExpression: upTo(9) === 0 ? pick(shortcuts) : expression, timezone: pick(zones) };
  });
}

function platformAccepts(timing: Timing): boolean {
  try {
    checkTiming(timing, now);
    return true;
  } catch {
    return false;
  }
}

test('the console finds the same times as the platform, in any zone, also around changes of clocks', () => {
  const timings = anyTimings(8136, 200).filter(platformAccepts);
  expect(timings.length).toBeGreaterThan(150);
  for (const timing of timings) {
    const changes = transitionsOf(timing.timezone, now, now + yearMs).map(({ atMs }) => atMs - 3_600_000);
    for (const after of [now, ...changes]) {
      const message = `${timing.cronExpression} in ${timing.timezone} after ${new Date(after).toISOString()}`;
      expect(timeAfter(timing, after), message).toBe(platformTimeAfter(timing, after));
    }
  }
});

test('the console takes exactly the expressions that the platform takes', () => {
  const written = [
    '* * * * *',
    '0 0 30 2 *',
    '0 0 L * *',
    '0 0 ? * *',
    '0 9 * * MON-FRI',
    '0 9 * JAN,feb *',
    '61 * * * *',
  ];
  const others = [
    '',
    '@daily',
    '@reboot',
    '@DAILY',
    '* * * *',
    '* * * * * * *',
    '5#2 * * * *',
    '0 0 15W * *',
    '-1 * * * *',
  ];
  const expressions = [...written, ...others, ...anyTimings(7, 200).map(({ cronExpression }) => cronExpression)];
  for (const cronExpression of expressions) {
    const timing = { cronExpression, timezone: 'Europe/Prague' };
    expect(expressionError(timing, now) === undefined, cronExpression).toBe(platformAccepts(timing));
  }
});

test('times that are too close to the one before are left out', () => {
  const times = nextTimes({ cronExpression: '*/4 * * * * *', timezone: 'UTC' }, now, 5);
  expect(times.map((time) => (time - now) / 1000)).toEqual([4, 16, 28, 40, 52]);
});

describe('changes of clocks', () => {
  const inPrague = (cronExpression: string) =>
    clockWarnings({ cronExpression, timezone: 'Europe/Prague' }, now, now + yearMs).map(({ text }) => text);

  test.each([
    [
      '30 2 * * *',
      ['02:30 does not exist: it starts at 03:00 instead', '02:30 comes twice: it starts once, the first'],
    ],
    ['*/15 * * * *', ['they are left out', 'each time from 02:00 to 03:00 comes twice: it starts both times']],
    ['0 2,3 * * *', ['02:00 does not exist: it starts once, at 03:00', '02:00 comes twice: it starts once']],
    [
      '0,30 2 * * *',
      [
        'from 02:00 to 03:00 do not exist: it starts once, at 03:00',
        'each time from 02:00 to 03:00 comes twice: it starts once',
      ],
    ],
    ['30 7 * * *', []],
    ['30 2 * * MON', []],
  ])('%s', (expression, expected) => {
    const texts = inPrague(expression);
    expect(texts).toHaveLength(expected.length);
    for (const [index, part] of expected.entries()) expect(texts[index]).toContain(part);
  });

  test('half an hour in Lord Howe, midnight in Beirut, and none in UTC', () => {
    const warn = (cronExpression: string, timezone: string) =>
      clockWarnings({ cronExpression, timezone }, now, now + yearMs).map(({ text }) => text);
    expect(warn('45 1 * * *', 'Australia/Lord_Howe')).toEqual([
      'Clocks are set back, and 01:45 comes twice: it starts once, the first time.',
    ]);
    expect(warn('@daily', 'Asia/Beirut')).toEqual([
      'Clocks are set forward, and 00:00 does not exist: it starts at 01:00 instead.',
    ]);
    expect(warn('30 2 * * *', 'UTC')).toEqual([]);
  });

  test('what is said of a time that comes twice or not at all is what the platform does', () => {
    for (const timing of anyTimings(18, 150).filter(platformAccepts)) {
      for (const { atMs, text } of clockWarnings(timing, now, now + yearMs)) {
        if (!text.includes('comes twice')) continue;
        const change = transitionsOf(timing.timezone, atMs - 1000, atMs + 1000)[0]!;
        const again = platformTimeAfter(timing, atMs - 1)! < atMs + change.beforeMs - change.afterMs;
        expect(text, `${timing.cronExpression} in ${timing.timezone}`).toContain(again ? 'both times' : 'once');
      }
    }
  });
});

test('words for expressions, also the short ones', () => {
  expect(cronWords('30 7 * * 1-5')).toBe('At 07:30, Monday through Friday');
  for (const shortcut of shortcuts) expect(cronWords(shortcut)).toBeDefined();
  expect(cronWords('no cron')).toBeUndefined();
});

test('zones are found by the names of today, each once', () => {
  const names = zoneNames();
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('UTC');
  for (const name of ['Asia/Kolkata', 'Europe/Kyiv', 'Asia/Ho_Chi_Minh', 'America/New_York'])
    expect(names).toContain(name);
  for (const timezone of names) expect(platformAccepts({ cronExpression: '@daily', timezone }), timezone).toBe(true);
});
