import { expect, test } from 'vitest';
import {
  type DrainResult,
  drainedRuns,
  drainObstacle,
  drainSummary,
  type Handoff,
  lanesOf,
  loadOf,
  type Server,
  type ServerRun,
  zonesOf,
} from '../src/model/servers.ts';

const server = (id: string, more: Partial<Server> = {}): Server => ({
  id,
  state: 'ready',
  engine: 'process',
  activeAttempts: 0,
  memoryMbytes: 8192,
  freeMemoryMbytes: 8192,
  ...more,
});

const run = (runId: string, more: Partial<ServerRun> = {}): ServerRun => ({
  runId,
  actorId: 'actor',
  actorName: 'crawler',
  username: 'jane',
  attempt: 1,
  phase: 'active',
  memoryMbytes: 1024,
  startedAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

const handoff = (runId: string, more: Partial<Handoff> = {}): Handoff =>
  ({
    id: `${runId}/1`,
    runId,
    from: 'a',
    to: 'b',
    fromAttempt: 1,
    toAttempt: 2,
    mode: 'warm',
    reason: 'migration',
    drainMs: 100,
    downtimeMs: 5,
    phase: 'done',
    outcome: 'done',
    ...more,
  }) as Handoff;

test('servers are in zones by their engine, in the order that people count in', () => {
  const zones = zonesOf([server('n-10'), server('n-2'), server('k', { engine: 'kubernetes' })]);
  expect(zones.map(({ engine, servers }) => [engine, servers.map(({ id }) => id)])).toEqual([
    ['kubernetes', ['k']],
    ['process', ['n-2', 'n-10']],
  ]);
});

test('up to 12 servers have a lane each; of more, those that carry nothing are folded', () => {
  const few = Array.from({ length: 12 }, (_, index) => server(`n-${index}`));
  expect(lanesOf(few)).toMatchObject({ folded: 0, shown: { length: 12 } });
  const many = [...few, server('busy', { activeAttempts: 1 }), server('gone', { state: 'lost' })];
  const { shown, folded } = lanesOf(many);
  expect([shown.map(({ id }) => id), folded]).toEqual([['busy', 'gone'], 12]);
});

test('the load of a server is that of its own runs, and the rest of what is used is of others on its machine', () => {
  const load = loadOf(server('a', { freeMemoryMbytes: 4096 }), [run('1'), run('2', { memoryMbytes: 2048 })]);
  expect(load).toMatchObject({ ownMbytes: 3072, othersMbytes: 1024, othersPercent: 12.5 });
  expect(load.parts.map(({ percent }) => percent)).toEqual([12.5, 25]);
});

test.each([
  ['no limit', server('a', { memoryMbytes: null, freeMemoryMbytes: null }), [run('1')]],
  ['no run', server('a'), []],
  ['no limit and no run', server('a', { memoryMbytes: null, freeMemoryMbytes: null }), []],
  [
    'two attempts of a run that is moved',
    server('a', { memoryMbytes: 1024, freeMemoryMbytes: 0 }),
    [run('1'), run('1', { attempt: 2 })],
  ],
  ['more free than there is', server('a', { freeMemoryMbytes: 9999 }), [run('1')]],
  ['runs without memory', server('a', { memoryMbytes: 0, freeMemoryMbytes: 0 }), [run('1', { memoryMbytes: 0 })]],
])('a bar is never longer than its lane, and never negative: %s', (_, one, runs) => {
  const { parts, othersPercent } = loadOf(one, runs);
  const widths = [...parts.map(({ percent }) => percent), othersPercent];
  expect(widths.every((width) => width >= 0 && Number.isFinite(width))).toBe(true);
  expect(widths.reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(100.000_001);
});

test('a drain without a place for its runs is told before', () => {
  const busy = server('a', { activeAttempts: 1 });
  expect(drainObstacle(busy, [busy, server('b')])).toBeUndefined();
  expect(drainObstacle(server('a'), [server('a')])).toBeUndefined();
  expect(drainObstacle(busy, [busy])).toMatch('only server');
  expect(drainObstacle(busy, [busy, server('b', { state: 'draining' })])).toMatch('No other server is ready');
});

const statesOf = (facts: Partial<Parameters<typeof drainedRuns>[0]>) =>
  drainedRuns({
    serverId: 'a',
    seen: [run('1')],
    present: [run('1')],
    handoffs: new Map(),
    result: undefined,
    ...facts,
  }).map(({ state }) => state.kind);

const resultOf = (more: Partial<DrainResult>): DrainResult => ({ server: server('a'), moved: [], failed: [], ...more });

test.each([
  ['there, and nothing has begun', {}, 'waits'],
  ['not known yet', { present: undefined }, 'waits'],
  ['asked to move', { handoffs: new Map([['1', handoff('1', { phase: 'requested' })]]) }, 'moving'],
  ['moved, before the drain is over', { handoffs: new Map([['1', handoff('1')]]), present: [] }, 'moved'],
  ['moved to this server before', { handoffs: new Map([['1', handoff('1', { from: 'b', to: 'a' })]]) }, 'waits'],
  ['moved away before, and back', { handoffs: new Map([['1', handoff('1', { fromAttempt: 0 })]]) }, 'waits'],
  ['its handoff was given up', { handoffs: new Map([['1', handoff('1', { phase: 'cancelled' })]]) }, 'waits'],
  ['gone without a handoff', { present: [] }, 'left'],
  ['moved, as the platform says at the end', { result: resultOf({ moved: [handoff('1')] }) }, 'moved'],
  ['not named at the end', { result: resultOf({}) }, 'left'],
  [
    'without room',
    { result: resultOf({ failed: [{ runId: '1', type: 'no-room', message: 'No server has room.' }] }) },
    'failed',
  ],
] as const)('a run of a drain is %s', (_, facts, kind) => {
  expect(statesOf(facts)).toEqual([kind]);
});

test('a drain is summed up by its handoffs', () => {
  const moved = [1, 2, 40].map((downtimeMs, index) => handoff(`${index}`, { downtimeMs }));
  const result = resultOf({
    moved: [...moved, handoff('3', { downtimeMs: null })],
    failed: [{ runId: '4', type: 'no-room', message: 'No server has room.' }],
  });
  const seen = ['0', '1', '2', '3', '4', '5'].map((id) => run(id));
  const summary = drainSummary(drainedRuns({ serverId: 'a', seen, present: [run('4')], handoffs: new Map(), result }));
  expect(summary).toMatchObject({ moved: 4, left: 1, open: 0, medianMs: 2, worstMs: 40, failed: { length: 1 } });
  expect(summary.sentence).toBe('4 runs have moved, 1 run ended or had left before, 1 run could not be moved.');
  expect(drainSummary([])).toMatchObject({ sentence: 'No run is on it.', medianMs: undefined, worstMs: undefined });
});
