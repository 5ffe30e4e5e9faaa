import { expect, test } from 'vitest';
import { ChangeCollector, isTold, keysOf, resumeTelling, stopTelling } from '../src/live/live-events.ts';

test('a change of a run makes its own queries, the lists of runs and the overview old', () => {
  expect(keysOf({ kind: 'run', id: 'r1' })).toEqual([['runs', 'list'], ['runs', 'one', 'r1'], ['overview']]);
});

test('attempts and handoffs show on the page of their run and with the servers', () => {
  expect(keysOf({ kind: 'attempt', id: 'a1', runId: 'r1' })).toEqual([['runs', 'one', 'r1'], ['servers']]);
  expect(keysOf({ kind: 'handoff', id: 'h1', runId: 'r1' })).toEqual([
    ['runs', 'one', 'r1'],
    ['overview'],
    ['servers'],
  ]);
});

test('a run or a build makes the figures of its Actor old', () => {
  for (const kind of ['run', 'build']) {
    expect(keysOf({ kind, id: 'x', actorId: 'a' })).toEqual(
      expect.arrayContaining([
        ['actors', 'one', 'a'],
        ['actors', 'list'],
      ]),
    );
  }
});

test('a kind that this version of the console does not know changes nothing', () => {
  expect(keysOf({ kind: 'somethingNew', id: 'x' })).toEqual([]);
});

test('a burst of changes makes each query old once', () => {
  const changes = new ChangeCollector();
  for (let n = 0; n < 100; n += 1) changes.add({ kind: 'dataset', id: 'd1' });
  expect(changes.take()).toEqual([
    ['datasets', 'list'],
    ['datasets', 'one', 'd1'],
  ]);
  expect(changes.take()).toEqual([]);
});

test('what is being deleted is not asked for again, nor a part of it, but others are; and it is again when that failed', () => {
  stopTelling(['datasets', 'one', 'd1']);
  expect(isTold(['datasets', 'one', 'd1'])).toBe(false);
  expect(isTold(['datasets', 'one', 'd1', 'items', 0])).toBe(false);
  expect(isTold(['datasets', 'one', 'd12'])).toBe(true);
  expect(isTold(['datasets', 'list'])).toBe(true);
  resumeTelling(['datasets', 'one', 'd1']);
  expect(isTold(['datasets', 'one', 'd1', 'items', 0])).toBe(true);
});
