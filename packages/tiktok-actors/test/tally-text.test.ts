import { failed } from '@wherry/tiktok';
import { expect, test } from 'vitest';
import { type FailureCounts, type Limit, progressText, summaryText } from '../src/results/tally-text.ts';

test.each([
  [{ given: 1, failed: 1 }, { private: 1 }, null, '1 result, 1 input failed (1 private).'],
  [{ given: 12_345, failed: 0 }, {}, null, '12,345 results, 0 inputs failed.'],
  [
    { given: 7, failed: 1_003 },
    { not_found: 1_001, blocked: 2 },
    'maxItems',
    '7 results, 1,003 inputs failed (1,001 not_found, 2 blocked). The limit of results is reached.',
  ],
  [{ given: 0, failed: 0 }, {}, 'budget', "0 results, 0 inputs failed. The run's budget covers no more."],
] as const)('at its end: %j, %j, %s', (counts, reasons, limit, text) => {
  expect(summaryText({ ...counts, unpaid: 0 }, reasons as FailureCounts, limit as Limit | null)).toBe(text);
});

const course = { unit: 'input', done: 412, total: 10_000, trouble: null } as const;

test('while it works', () => {
  const tally = { given: 409, failed: 3, unpaid: 0 };
  expect(progressText(tally, course)).toBe('412 of 10,000 inputs done: 409 results, 3 failed.');
  expect(progressText(tally, { ...course, trouble: failed('blocked', 'status 403') })).toBe(
    '412 of 10,000 inputs done: 409 results, 3 failed. Asking again: status 403 (blocked).',
  );
  expect(progressText({ ...tally, given: 1 }, { ...course, unit: 'list', total: 1 })).toBe(
    '1 of 1 list done: 1 result, 3 failed.',
  );
});
