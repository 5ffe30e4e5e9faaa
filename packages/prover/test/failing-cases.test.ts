import { expect, test } from 'vitest';
import { simplerCases } from '../src/failing-cases.ts';
import { caseText, parseCase } from '../src/faults/fault.ts';

test('[shrink-1] simpler cases have fewer faults, or one at an earlier write', () => {
  expect(simplerCases(parseCase('kill@push#9:after')).map(caseText)).toEqual([
    'kill@push#1:after',
    'kill@push#2:after',
    'kill@push#4:after',
  ]);
  expect(simplerCases(parseCase('kill@push#1:after'))).toEqual([]);
  expect(simplerCases(parseCase('kill@push#3:after+warm@push#5:before')).map(caseText)).toEqual([
    'kill@push#3:after',
    'warm@push#5:before',
  ]);
});
