import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learnBaseline } from '../src/comparison/baseline.ts';
import { compare } from '../src/comparison/compare.ts';
import type { Json } from '../src/comparison/json.ts';
import {
  type EntryKind,
  type Group,
  groupsOf,
  methodReads,
  type Outcome,
  type OutsideRequest,
} from '../src/comparison/outcome.ts';

const outcomeOf = (...groups: Group[]): Outcome => ({
  status: 'SUCCEEDED',
  exitCode: 0,
  durationMs: 1,
  groups: groupsOf(groups),
});
const group = (kind: EntryKind, values: readonly Json[], place = 'default'): Group => ({ kind, place, values });

/** The failures of a run that produced `found` where undisturbed runs produce `expected`. */
function failuresOf(kind: EntryKind, expected: readonly Json[], found: readonly Json[], place?: string) {
  const learning = learnBaseline([outcomeOf(group(kind, expected, place)), outcomeOf(group(kind, expected, place))]);
  if (learning.kind === 'unclear') throw new Error(learning.reasons.join());
  const findings = compare(learning.baseline, outcomeOf(group(kind, found, place)));
  return findings.map(({ failure, count }) => [failure, count]);
}

test('[compare-1] what is missing is lost, what appears too often is duplicated', () => {
  expect(failuresOf('item', [{ page: 1 }, { page: 2 }], [{ page: 2 }])).toEqual([['lost', 1]]);
  expect(failuresOf('item', [{ page: 1 }], [{ page: 1 }, { page: 1 }, { page: 1 }])).toEqual([['duplicated', 2]]);
  expect(failuresOf('item', [{ page: 1 }, { page: 1 }], [{ page: 1 }, { page: 1 }])).toEqual([]);
});

test('[compare-2] an unknown item is paired with a missing one, otherwise it is one too many', () => {
  expect(failuresOf('item', [{ page: 1, title: 'a' }], [{ page: 1, title: '' }])).toEqual([['changed', 1]]);
  expect(failuresOf('item', [{ page: 1 }], [{ page: 1 }, { page: 1, retried: true }])).toEqual([['duplicated', 1]]);
});

test('charges and child runs have failures of their own', () => {
  expect(failuresOf('charge', ['page'], ['page', 'page'])).toEqual([['chargedTwice', 1]]);
  expect(failuresOf('charge', ['page', 'page'], ['page'])).toEqual([['lost', 1]]);
  expect(failuresOf('child', [{ input: 1 }], [{ input: 1 }, { input: 1 }])).toEqual([['startedTwice', 1]]);
});

test('a record is compared field by field, and its lists like items', () => {
  const failures = (expected: Json, found: Json) => failuresOf('record', [expected], [found], 'default/STATE');
  expect(failures({ next: 3, seen: ['a', 'b'] }, { next: 3, seen: ['b', 'a'] })).toEqual([]);
  expect(failures({ seen: ['a', 'b'] }, { seen: ['b'] })).toEqual([['lost', 1]]);
  expect(failures({ seen: ['a'] }, { seen: ['a', 'a'] })).toEqual([['duplicated', 1]]);
  expect(failures({ next: 3 }, { next: 2 })).toEqual([['changed', 1]]);
  expect(failuresOf('record', [{ a: 1 }], [], 'default/STATE')).toEqual([['lost', 1]]);
  // State that is saved only during a migration.
  expect(failuresOf('record', [], [{ a: 1 }], 'default/STATE')).toEqual([]);
});

const request = (method: string, key = ''): OutsideRequest => ({
  method,
  host: 'shop.example',
  path: '/',
  query: {},
  body: '',
  key,
  reads: methodReads(method),
});

test('[compare-3] reading twice is waste; posting twice is a duplicate, unless it has a key', () => {
  const twice = (one: OutsideRequest) => failuresOf('outside', [one], [one, one]);
  expect(twice(request('GET'))).toEqual([['wasted', 1]]);
  expect(twice(request('POST'))).toEqual([['duplicated', 1]]);
  expect(twice(request('POST', 'order-1'))).toEqual([['wasted', 1]]);
  expect(twice(request('PUT'))).toEqual([['wasted', 1]]);
  expect(twice({ ...request('POST'), reads: true })).toEqual([['wasted', 1]]);
  expect(failuresOf('outside', [request('POST')], [])).toEqual([['lost', 1]]);
  expect(failuresOf('outside', [request('GET')], [])).toEqual([]);
});

test('a run that did not finish has not lost what it would have produced', () => {
  const learning = learnBaseline([outcomeOf(group('item', [{ page: 1 }])), outcomeOf(group('item', [{ page: 1 }]))]);
  if (learning.kind === 'unclear') throw new Error(learning.reasons.join());
  const failed = { ...outcomeOf(group('item', [])), status: 'FAILED', exitCode: 91 };
  expect(compare(learning.baseline, failed)).toMatchObject([
    { failure: 'neverFinished', how: 'ended FAILED with exit code 91' },
  ]);
});

test('an ignored path may differ in a run with faults as well', () => {
  const clean = (at: number) => outcomeOf(group('item', [{ page: 1, at }]));
  const learning = learnBaseline([clean(1), clean(2)]);
  if (learning.kind === 'unclear') throw new Error(learning.reasons.join());
  expect(compare(learning.baseline, clean(99))).toEqual([]);
});

test('a path of --ignore is ignored, in one record when it names the record', () => {
  const clean = outcomeOf(group('record', [{ restarts: 0, next: 1 }], 'default/STATE'));
  const learning = learnBaseline([clean, clean], ['STATE.restarts']);
  if (learning.kind === 'unclear') throw new Error(learning.reasons.join());
  const found = outcomeOf(group('record', [{ restarts: 4, next: 1 }], 'default/STATE'));
  expect(compare(learning.baseline, found)).toEqual([]);
});

test('undisturbed runs that produce different numbers of results are no baseline', () => {
  const learning = learnBaseline([outcomeOf(group('item', [{ a: 1 }])), outcomeOf(group('item', []))]);
  expect(learning).toEqual({ kind: 'unclear', reasons: ['item/default: 1 in one undisturbed run, 0 in another'] });
});

test('the order of items is never a failure; a lost or repeated item always is', () => {
  const items = fc.array(fc.record({ page: fc.nat(6), list: fc.array(fc.nat(3), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(items, fc.nat(), (expected, draw) => {
      expect(failuresOf('item', expected, expected.toReversed())).toEqual([]);
      const index = draw % expected.length;
      expect(failuresOf('item', expected, expected.toSpliced(index, 1))).toEqual([['lost', 1]]);
      expect(failuresOf('item', expected, [...expected, expected[index]!])).toEqual([['duplicated', 1]]);
    }),
  );
});

test('undisturbed runs may read from the outside more or less often, but must send the same', () => {
  const asking = (...requests: OutsideRequest[]) => outcomeOf(group('outside', requests));
  const learn = (...more: OutsideRequest[]) =>
    learnBaseline([asking(request('POST'), request('GET')), asking(request('POST'), request('GET'), ...more)]);
  expect(learn(request('GET'))).toMatchObject({ kind: 'known' });
  expect(learn(request('POST'))).toEqual({
    kind: 'unclear',
    reasons: ['outside/default: 1 in one undisturbed run, 2 in another'],
  });
});
