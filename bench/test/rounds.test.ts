import { expect, test } from 'vitest';
import { interleave, median, medianRatio, percentile } from '../src/rounds.ts';
import { tableOf } from '../src/table.ts';

test('the contestants alternate, and each of them starts a round', async () => {
  const order: string[] = [];
  const work = (name: string) => async () => order.push(name);
  const rounds = await interleave({ a: work('a'), b: work('b'), c: work('c') }, 3);
  expect(order.join('')).toBe('abcbcacab');
  expect(rounds).toEqual({ a: [1, 6, 8], b: [2, 4, 9], c: [3, 5, 7] });
});

test('the median of an even count is the mean of the middle two', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
});

test('the share of values that a percentile names does not exceed it', () => {
  const values = Array.from({ length: 50 }, (_, index) => 50 - index);
  expect([percentile(values, 0.95), percentile(values, 1), percentile([7], 0.95)]).toEqual([48, 50, 7]);
});

test('a round that is slow for both is not a difference between them', () => {
  expect(medianRatio([10, 100, 50], [20, 200, 100])).toBe(0.5);
});

test('the table has the figure, its reference, and whether the goal is met', () => {
  const table = tableOf([
    {
      what: 'pushes',
      value: 14_321.6,
      unit: '/s',
      beside: { what: 'nothing', value: 44_700, unit: '/s' },
      ratio: 0.32,
      goals: [{ text: '≥ 15,000/s', met: false }],
    },
    { what: 'memory', value: 81.26, unit: 'MB', goals: [{ text: '≤ 120 MB', met: true }] },
  ]);
  expect(table.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['', 'measured', 'beside', 'ratio', 'goal'],
    ['pushes', '14,322 /s', '44,700 /s nothing', '0.32', '≥ 15,000/s: missed'],
    ['memory', '81.3 MB', '≤ 120 MB: met'],
  ]);
});
