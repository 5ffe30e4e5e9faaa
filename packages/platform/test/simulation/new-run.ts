import type { RunState } from '../../src/runs/state/run-state.ts';
import { deadlineOf, firstAttempt } from '../../src/runs/state/transitions.ts';
import type { Random } from './random.ts';

/** A run as its creation leaves it in the database. @param serverId null for one that waits for room */
export function newRun(id: string, random: Random, serverId: string | null, now: number): RunState {
  const options = {
    build: 'latest',
    memoryMbytes: 1024,
    diskMbytes: 1024,
    timeoutSecs: random.chance(0.15) ? 1 : 0,
    restartOnError: random.chance(0.3),
  };
  const first = { attemptCount: 0, buildId: 'build' };
  const attempts = serverId === null ? [] : [firstAttempt(first, serverId, 'start', now)];
  return {
    id,
    userId: 'user',
    actorId: 'actor',
    buildId: 'build',
    buildNumber: '0.0.1',
    inputKey: 'INPUT',
    status: serverId === null ? 'READY' : 'RUNNING',
    statusMessage: null,
    isStatusMessageTerminal: false,
    exitCode: null,
    startedAt: now,
    finishedAt: null,
    deadlineAt: serverId === null ? null : deadlineOf(options, now),
    graceEndsAt: null,
    endsIdle: false,
    activeAttempt: serverId === null ? null : 1,
    attemptCount: attempts.length,
    options,
    attempts,
    handoff: null,
    stats: {
      inputBodyLen: 0,
      migrationCount: 0,
      rebootCount: 0,
      restartCount: 0,
      resurrectCount: 0,
      metamorph: 0,
      earlierRunMs: 0,
      resumedAt: null,
      restartedAt: [],
      usage: {},
    },
  };
}
