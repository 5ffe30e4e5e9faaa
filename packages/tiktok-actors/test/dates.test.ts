import { expect, test } from 'vitest';
import { dateSecsOf, datesOf } from '../src/input/dates.ts';

const startSecs = Date.UTC(2026, 5, 15, 12) / 1000;
const secs = (iso: string): number => Date.parse(iso) / 1000;

test.each([
  [undefined, 'from', null],
  ['', 'until', null],
  ['2026-01-31', 'from', secs('2026-01-31T00:00:00Z')],
  ['2026-01-31', 'until', secs('2026-01-31T23:59:59Z')],
  ['2026-01-31T10:00:00Z', 'until', secs('2026-01-31T10:00:00Z')],
  ['3 days', 'from', startSecs - 3 * 86_400],
  ['1 week', 'until', startSecs - 7 * 86_400],
  ['2 Months', 'from', startSecs - 60 * 86_400],
] as const)('%s, %s', (text, side, expected) => {
  expect(dateSecsOf(text, side, startSecs)).toBe(expected);
});

test.each(['yesterday', '2026-13-45', '31.01.2026', '-3 days', '20260131'])('%s is not a date', (text) => {
  expect(() => dateSecsOf(text, 'from', startSecs)).toThrow(`"${text}" is not a date`);
});

test('the first date must not be after the second', () => {
  const dates = { oldestPostDateUnified: '2026-02-01', newestPostDate: '2026-01-31' };
  expect(() => datesOf(dates, startSecs)).toThrow('No post can be between "2026-02-01" and "2026-01-31"');
  const same = { oldestPostDateUnified: '2026-02-01', newestPostDate: '2026-02-01' };
  expect(datesOf(same, startSecs)).toEqual({
    oldestSecs: secs('2026-02-01T00:00:00Z'),
    newestSecs: secs('2026-02-01T23:59:59Z'),
  });
});
