import { expect, test } from 'vitest';
import { refusedInput } from '../src/index.ts';
import { failedRecords } from '../src/results/failed-input.ts';

const failed = Array.from({ length: 10 }, (_, number) => refusedInput(`input ${number}`, 'It means nothing.'));
const lengthOfOne = JSON.stringify(failed[0]).length + 1;

test('failed inputs are one record, or several if one is too small; none is omitted', () => {
  expect([...failedRecords(failed)]).toEqual([['FAILED', failed]]);
  const several = failedRecords(failed, 3 * lengthOfOne);
  expect([...several.keys()]).toEqual(['FAILED', 'FAILED-2', 'FAILED-3', 'FAILED-4']);
  expect([...several.values()].flat()).toEqual(failed);
});

test('without failed inputs there is an empty record; one that is too large has its own record', () => {
  expect([...failedRecords([])]).toEqual([['FAILED', []]]);
  expect([...failedRecords(failed.slice(0, 2), 10).values()]).toEqual([[failed[0]], [failed[1]]]);
});
