import { expect, test } from 'vitest';
import { lossesOf, moveForecast, moveSteps, movesOf } from '../src/model/run-facts.ts';
import { storyOf } from '../src/model/run-story.ts';
import type { TimelineAttempt, TimelineHandoff } from '../src/model/timeline-phases.ts';

const t0 = Date.UTC(2026, 2, 3, 14);

const handoff: TimelineHandoff = {
  id: 'one',
  fromAttempt: 1,
  toAttempt: 2,
  mode: 'warm',
  reason: 'migration',
  phase: 'done',
  requestedAtMs: t0 + 1000,
  drainStartedAtMs: t0 + 2000,
  fencedAtMs: t0 + 3000,
  firstCallAtMs: t0 + 3005,
  drainMs: 1000,
  downtimeMs: 5,
};

const attemptOf = (number: number, more: Partial<TimelineAttempt>): TimelineAttempt => ({
  number,
  serverId: `node-${number}`,
  phase: 'ended',
  reason: number === 1 ? 'start' : 'migration',
  createdAtMs: t0 + 1001,
  arrivedAtMs: null,
  activatedAtMs: t0 + 3000,
  fencedAtMs: t0 + 9000,
  endedAtMs: t0 + 9000,
  exitCode: 1,
  ...more,
});

const attempts = [
  attemptOf(1, { createdAtMs: t0, activatedAtMs: t0, fencedAtMs: t0 + 3000, exitCode: 137 }),
  attemptOf(2, {}),
];

test('only handoffs that took place count as moves; downtime that was not measured is not taken for none', () => {
  const cancelled = { ...handoff, phase: 'cancelled', downtimeMs: null } as const;
  expect(movesOf([handoff, cancelled, { ...handoff, downtimeMs: 7 }])).toMatchObject({ count: 2, downtimeMs: 12 });
  expect(movesOf([{ ...handoff, downtimeMs: null }])).toMatchObject({ count: 1, downtimeMs: null });
  expect(movesOf([])).toEqual({ count: 0, restarts: 0, downtimeMs: null });
});

test('an attempt that goes on at the same server is a restart and no move; its downtime counts', () => {
  const handoffs = ['lost', 'reboot', 'metamorph', 'restart'].map((reason) => ({ ...handoff, reason }));
  expect(movesOf(handoffs)).toEqual({ count: 1, restarts: 3, downtimeMs: 20 });
});

test('nothing repeated or lost is said only where it is known', () => {
  expect(lossesOf({ takeovers: 0, commits: undefined, verdict: undefined }).kind).toBe('none');
  expect(lossesOf({ takeovers: 1, commits: 3, verdict: undefined }).kind).toBe('none');
  expect(lossesOf({ takeovers: 1, commits: 0, verdict: 'safe' }).kind).toBe('none');
  for (const verdict of ['unsafe', 'unclear', undefined]) {
    expect(lossesOf({ takeovers: 1, commits: 0, verdict }).kind).toBe('unknown');
  }
  expect(lossesOf({ takeovers: 1, commits: undefined, verdict: undefined }).kind).toBe('unknown');
});

test('what a move does is said beforehand, apart for Actors that commit', () => {
  for (const mode of ['warm', 'cold', 'lost'] as const) {
    expect(moveForecast(mode, true).join(' ')).toContain('nothing is repeated or lost');
    expect(moveForecast(mode, false).join(' ')).toContain('stock Actor');
  }
});

test('the steps of a handoff are in the order in which its mode takes them', () => {
  const namesOf = (mode: TimelineHandoff['mode']) => moveSteps({ ...handoff, mode }, t0 + 1001).map(({ name }) => name);
  expect(namesOf('warm')).toEqual([
    'requested',
    'next attempt boots',
    'active one drains',
    'fenced, passed on',
    'first call of the next',
  ]);
  expect(namesOf('cold').indexOf('next attempt boots')).toBeGreaterThan(namesOf('cold').indexOf('fenced, passed on'));
  expect(namesOf('lost')).not.toContain('active one drains');
  const times = moveSteps(handoff, t0 + 1001).map(({ atMs }) => atMs!);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('the story has what happened, the newest first, with the reason of the end', () => {
  const run = { startedAtMs: t0, finishedAtMs: t0 + 9000, status: 'FAILED', statusMessage: '<b>no</b>' };
  const story = storyOf(run, attempts, [handoff]);
  expect(story.map(({ text }) => text)).toEqual([
    'The run ended FAILED: <b>no</b>',
    'Attempt 2 ended: exit 1.',
    'Attempt 2 made its first call: warm · drained in 1 s · 5 ms down.',
    'Attempt 1 was fenced.',
    'Attempt 1 was told to migrate, and drains.',
    'Attempt 2 was started on node-2 (migration).',
    'A handoff from attempt 1 was requested (warm, migration).',
    'Attempt 1 was started on node-1.',
    'The run was started.',
  ]);
  expect(storyOf({ ...run, finishedAtMs: null, status: 'READY' }, [], [])).toHaveLength(1);
});

test('the story of a run that was resurrected still has the end before', () => {
  const run = { startedAtMs: t0, finishedAtMs: null, status: 'RUNNING', statusMessage: null };
  const ended = attemptOf(1, {
    createdAtMs: t0,
    activatedAtMs: t0,
    fencedAtMs: null,
    endedAtMs: t0 + 2000,
    exitCode: 0,
  });
  const next = attemptOf(2, {
    phase: 'active',
    reason: 'resurrect',
    createdAtMs: t0 + 5000,
    activatedAtMs: t0 + 5000,
    fencedAtMs: null,
    endedAtMs: null,
    exitCode: null,
  });
  expect(storyOf(run, [ended, next], []).map(({ text }) => text)).toEqual([
    'Attempt 2 was started on node-2 (the run was resurrected).',
    'Attempt 1 ended: exit 0.',
    'Attempt 1 was started on node-1.',
    'The run was started.',
  ]);
});

test('the story calls a lost server and a reboot by their names', () => {
  const run = { startedAtMs: t0, finishedAtMs: null, status: 'RUNNING', statusMessage: null };
  const textsOf = (change: Partial<TimelineHandoff>) =>
    storyOf(run, [], [{ ...handoff, ...change }]).map(({ text }) => text);
  expect(textsOf({ mode: 'lost', reason: 'lost' })).toContain('A handoff from attempt 1 was requested (server lost).');
  expect(textsOf({ mode: 'cold', reason: 'reboot' })).toContain('A handoff from attempt 1 was requested (reboot).');
});
