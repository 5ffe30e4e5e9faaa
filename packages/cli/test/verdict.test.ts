import { expect, test } from 'vitest';
import { moveDue } from '../src/demo/itinerary.ts';
import { reportOf } from '../src/demo/report.ts';
import { type Crawl, type Move, verdictOf } from '../src/demo/verdict.ts';
import type { HandoffMode } from '../src/platform/wherry-api.ts';

const move = (mode: HandoffMode, duplicatesBefore: number): Move => ({
  handoff: {
    id: mode,
    from: 'local-1',
    to: 'local-2',
    mode,
    reason: 'migration',
    drainMs: mode === 'lost' ? null : 61.25,
    downtimeMs: 14.04,
    phase: 'done' as const,
    outcome: 'done',
  },
  duplicatesBefore,
});

const moves = [move('warm', 0), move('cold', 0), move('lost', 0)];
const items = (...urls: string[]) => urls.map((url) => ({ url, failed: false }));
const whole: Crawl = {
  status: 'SUCCEEDED',
  pages: ['a', 'b', 'c'],
  items: items('a', 'b', 'c'),
  moves,
  noun: 'pages',
  isDurable: false,
};

test('a crawl with one item for each page and three moves has no fault', () => {
  const verdict = verdictOf(whole);
  expect(verdict).toMatchObject({ pages: 3, items: 3, duplicates: 0, lost: [], repeatedAsPlanned: 0, faults: [] });
  expect(reportOf(verdict)).toContain('Nothing was lost, and nothing was repeated in the planned moves.');
  expect(reportOf(verdict)).toContain('may repeat its requests in flight; this one repeated nothing.');
});

test('[demo-1] a page without an item is lost, and that is a fault', () => {
  const verdict = verdictOf({ ...whole, items: items('a', 'c') });
  expect(verdict.lost).toEqual(['b']);
  expect(verdict.faults).toEqual([expect.stringContaining('b among them')]);
  expect(reportOf(verdict)).toMatch(/FAILED: 1 pages have no item/);
});

test('[demo-2] [demo-3] each further item after the loss of a server belongs to that move, and is no fault', () => {
  const verdict = verdictOf({ ...whole, items: items('a', 'b', 'c', 'c', 'b') });
  expect(verdict).toMatchObject({ duplicates: 2, repeatedAsPlanned: 0, repeatedByLostServer: 2, faults: [] });
  expect(verdict.moves.map(({ duplicates }) => duplicates)).toEqual([0, 0, 2]);
  expect(reportOf(verdict)).toContain('this one repeated 2 pages.');
});

test('[demo-2] [demo-3] a duplicate belongs to the last move before it; in a planned move it is a fault', () => {
  const verdict = verdictOf({
    ...whole,
    items: items('a', 'a', 'b', 'b', 'b', 'c', 'c'),
    moves: [move('warm', 0), move('cold', 1), move('lost', 3)],
  });
  expect(verdict.moves.map(({ duplicates }) => duplicates)).toEqual([1, 2, 1]);
  expect(verdict).toMatchObject({ duplicates: 4, repeatedAsPlanned: 3, repeatedByLostServer: 1 });
  expect(verdict.faults).toEqual([expect.stringContaining('3 items were repeated')]);
});

test('a duplicate from before the first move is a fault too', () => {
  const verdict = verdictOf({
    ...whole,
    items: items('a', 'a', 'b', 'c'),
    moves: [move('warm', 1), move('cold', 1), move('lost', 1)],
  });
  expect(verdict).toMatchObject({ repeatedAsPlanned: 1, repeatedByLostServer: 0 });
  expect(verdict.faults).toHaveLength(1);
});

test('a run that did not succeed and a move that was not made are faults', () => {
  expect(verdictOf({ ...whole, status: 'FAILED' }).faults).toEqual(['The run ended FAILED.']);
  expect(verdictOf({ ...whole, moves: moves.slice(0, 1) }).faults).toEqual([expect.stringContaining('moved 1 times')]);
});

test('items of unknown pages count as pages; the report says how many pages failed', () => {
  const verdict = verdictOf({ ...whole, items: [...whole.items, { url: 'd', failed: true }] });
  expect(verdict).toMatchObject({ pages: 4, failedPages: 1, lost: [], faults: [] });
  expect(reportOf(verdict)).toContain('1 page could not be loaded; its item says why');
});

test('the report has a table of counts and a table of moves', () => {
  expect(reportOf(verdictOf(whole)).split('\n').slice(1, 8)).toEqual([
    'pages  items  duplicates  lost',
    '    3      3           0     0',
    '',
    'move  from     to       drain ms  downtime ms  repeated',
    'warm  local-1  local-2      61.3           14         0',
    'cold  local-1  local-2      61.3           14         0',
    'lost  local-1  local-2         -           14         0',
  ]);
});

test('moves are made at 20, 45 and 70 percent of the pages, in the order warm, cold, lost', () => {
  expect(moveDue({ done: 79, known: 400, moved: 0 })).toBeUndefined();
  expect(moveDue({ done: 80, known: 400, moved: 0 })).toBe('warm');
  expect(moveDue({ done: 179, known: 400, moved: 1 })).toBeUndefined();
  expect(moveDue({ done: 180, known: 400, moved: 1 })).toBe('cold');
  expect(moveDue({ done: 280, known: 400, moved: 2 })).toBe('lost');
  expect(moveDue({ done: 399, known: 400, moved: 3 })).toBeUndefined();
});

test('a site of which only the first page is known is not moved yet', () => {
  expect(moveDue({ done: 1, known: 1, moved: 0 })).toBeUndefined();
  expect(moveDue({ done: 5, known: 20, moved: 0 })).toBe('warm');
});

test('[demo-4] a repetition by a durable Actor is a fault, also after a lost server', () => {
  const durable: Crawl = { ...whole, noun: 'profiles', isDurable: true };
  expect(reportOf(verdictOf(durable))).toContain('nothing was repeated, not even when the server was lost');
  const verdict = verdictOf({ ...durable, items: items('a', 'b', 'c', 'c') });
  expect(verdict.faults).toEqual([expect.stringContaining('repeated after a server was lost')]);
});
