import { expect, test } from 'vitest';
import { heldRows, runFilterOf } from '../src/model/run-filter.ts';

const rowsOf = (...ids: string[]) => ids.map((id) => ({ id }));

test('rows that came in on top wait while the others are read; a page of strangers is shown as it is', () => {
  const rows = rowsOf('e', 'd', 'c', 'b');
  expect(heldRows(rows, undefined)).toEqual({ shown: rows, waiting: 0 });
  expect(heldRows(rows, new Set(['c', 'b', 'a']))).toEqual({ shown: rowsOf('c', 'b'), waiting: 2 });
  expect(heldRows(rows, new Set(['e', 'd']))).toEqual({ shown: rows, waiting: 0 });
  expect(heldRows(rows, new Set(['x']))).toEqual({ shown: rows, waiting: 0 });
  expect(heldRows(rows, new Set())).toEqual({ shown: rows, waiting: 0 });
});

test('an unknown filter shows all', () => {
  expect(runFilterOf('<img src=x>').id).toBe('all');
  expect(runFilterOf('failed').statuses).toEqual(['FAILED', 'TIMED-OUT']);
});
