import { expect, test } from 'vitest';
import { glanceOf, type Overview, percentOf } from '../src/model/overview.ts';
import type { Server } from '../src/model/servers.ts';

const quiet: Overview = {
  running: 3,
  waitingForRoom: 0,
  failed24h: 0,
  handoffs24h: { count: 0, medianDowntimeMs: null, worstDowntimeMs: null },
  failures: [],
  nextScheduled: [],
};

const server = (id: string, state: Server['state'] = 'ready'): Server => ({
  id,
  state,
  engine: 'process',
  activeAttempts: 0,
  memoryMbytes: null,
  freeMemoryMbytes: null,
});

test('nothing is wrong when no run failed, none waits, and every server is ready', () => {
  expect(glanceOf(quiet, [server('a'), server('b')])).toEqual({
    tone: 'ok',
    title: 'All is well',
    sentences: ['No run failed in the last 24 hours.', '2 servers are ready.'],
  });
  // A member does not see servers.
  expect(glanceOf(quiet, undefined).sentences).toEqual(['No run failed in the last 24 hours.']);
});

test.each([
  ['a failed run', { failed24h: 1 }, [server('a')], 'failed', ['1 run failed in the last 24 hours.']],
  ['failed runs', { failed24h: 1200 }, [server('a')], 'failed', ['1,200 runs failed in the last 24 hours.']],
  ['a run without room', { waitingForRoom: 1 }, [server('a')], 'late', ['1 run waits for free memory.']],
  ['a lost server', {}, [server('a', 'lost'), server('b')], 'failed', ['a is not reached.']],
  [
    'many lost servers',
    {},
    [...'abcd'].map((id) => server(id, 'lost')).concat(server('e')),
    'failed',
    ['a, b and 2 more are not reached.'],
  ],
  ['a drained server', {}, [server('a', 'draining'), server('b')], 'late', ['a is drained and takes no new runs.']],
  ['no server that takes runs', {}, [server('a', 'draining')], 'failed', ['No server takes runs, so new ones wait.']],
] as const)('%s is told', (_, overview, servers, tone, sentences) => {
  const glance = glanceOf({ ...quiet, ...overview }, servers);
  expect([glance.tone, glance.sentences]).toEqual([tone, sentences]);
});

test('a bar is full only when all is done', () => {
  expect(percentOf({ handled: 0, total: 0 })).toBe(0);
  expect(percentOf({ handled: 1, total: 3 })).toBe(33);
  expect(percentOf({ handled: 99_999, total: 100_000 })).toBe(99);
  expect(percentOf({ handled: 3, total: 3 })).toBe(100);
  expect(percentOf({ handled: 5, total: 3 })).toBe(100);
});
