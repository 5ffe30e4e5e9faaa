import { expect, test } from 'vitest';
import { endedLast, heldRows, runFilterOf } from '../src/model/run-filter.ts';

const rowsOf = (...ids: string[]) => ids.map((id) => ({ id }));

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).join(' ');

test('held rows keep their order and take on what is known by now; what came in among them is counted', () => {
  const held = rowsOf('d', 'c', 'b', 'a').map((row) => ({ ...row, state: 'old' }));
  const fresh = rowsOf('f', 'd', 'e', 'b', 'a', 'z').map((row) => ({ ...row, state: 'new' }));
  const { rows, missing, arrived } = heldRows(held, fresh);
  expect(rows.map(({ id, state }) => `${id} ${state}`)).toEqual(['d new', 'c old', 'b new', 'a new']);
  expect(missing).toEqual(['c']);
  // `z` was below before.
  expect(arrived).toBe(2);
});

test('held rows stay when none of them is in the list any more, and none is held of an empty page', () => {
  const { rows, missing, arrived } = heldRows(rowsOf('b', 'a'), rowsOf('z', 'y'));
  expect([idsOf(rows), missing, arrived]).toEqual(['b a', ['b', 'a'], 0]);
  expect(heldRows([], rowsOf('a'))).toEqual({ rows: [], missing: [], arrived: 0 });
});

test('the runs that ended last are not those that were started last', () => {
  const runs = ['10:05', '10:09', '10:07'].map((time) => ({ id: time, finishedAt: `2026-03-03T${time}:00.000Z` }));
  expect(idsOf(endedLast(runs, 2))).toBe('10:09 10:07');
});

test('an unknown filter shows all', () => {
  expect(runFilterOf('<img src=x>').id).toBe('all');
  expect(runFilterOf('failed').statuses).toEqual(['FAILED', 'TIMED-OUT']);
});
