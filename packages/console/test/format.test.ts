import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRelative, formatUsd, medianOf } from '../src/model/format.ts';

test.each([
  [0, '0 ms'],
  [8.13, '8.1 ms'],
  [999.6, '1,000 ms'],
  [1000, '1 s'],
  [9940, '9.9 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [372_000, '6 min 12 s'],
  [3_599_900, '1 h'],
  [11_040_000, '3 h 4 min'],
  [86_399_000, '1 d'],
  [190_800_000, '2 d 5 h'],
  [-5, '0 ms'],
])('%d ms is written as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KB'],
  [1536, '1.5 KB'],
  [641_728_512, '612 MB'],
  [5 * 1024 ** 4, '5 TB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('money has as many digits as tell it from nothing', () => {
  expect([0, 0.0042, 0.014, 12.5].map(formatUsd)).toEqual(['$0', '$0.0042', '$0.01', '$12.50']);
});

test('times are relative, before and after now', () => {
  expect([-400, -4000, 90_000, 3 * 3_600_000, -50 * 3_600_000].map((ms) => formatRelative(1e12 + ms, 1e12))).toEqual([
    'just now',
    '4 s ago',
    'in 1 min',
    'in 3 h',
    '2 d ago',
  ]);
});

test('one is not plural', () => {
  expect([0, 1, 1200].map((count) => formatCount(count, 'run'))).toEqual(['0 runs', '1 run', '1,200 runs']);
});

test('the median of an even number of values is between the two in the middle', () => {
  expect([[], [3], [9, 1, 5], [4, 1, 3, 2]].map((values) => medianOf(values))).toEqual([undefined, 3, 5, 2.5]);
});
