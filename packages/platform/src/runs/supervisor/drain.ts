import type { Clock } from '../../shared/clock.ts';
import type { AttemptGate } from '../handoff/attempt-gate.ts';
import { isOver } from '../state/run-state.ts';
import type { AttemptEvents } from './collaborators.ts';
import type { LiveRun } from './live-run.ts';
import type { WorkerContext } from './worker-context.ts';

/** Step 2 of a handoff. */
export function tellToMigrate({ parts, limits }: WorkerContext, run: LiveRun, attempt: number): void {
  run.attempt(attempt).drain = { kind: 'toldToMigrate', migratingSentAt: parts.clock.now() };
  parts.gate.traffic(run.id, attempt).saves.collect();
  const timeRemainingSecs = Math.round(limits.graceMs / 1000);
  parts.events.send(run.id, attempt, { name: 'migrating', data: { timeRemainingSecs } });
}

/**
 * Step 4 of a handoff: holds what would begin new work, has the attempt save its state once more, and answers when that
 * can be taken to be done. The grace bounds it: the plan does not wait for the answer for longer.
 */
export async function saveLast(
  supervision: WorkerContext,
  run: LiveRun,
  { attempt, isOurs }: { attempt: number; isOurs: () => boolean },
): Promise<void> {
  const { events, gate, clock } = supervision.parts;
  gate.stopWork(run.id, attempt);
  const isWanted = () =>
    isOurs() && supervision.phase !== 'closed' && run.state.handoff?.from === attempt && !isOver(run.state);
  const watch = { gate, events, clock, runId: run.id, attempt, isWanted };
  await untilAnswered(watch);
  gate.traffic(run.id, attempt).saves.expectAgain();
  events.send(run.id, attempt, { name: 'persistState', data: { isMigrating: true } });
  await untilQuiet(watch);
}

/** How often in a row the attempt's event loop must have gone round without a call begun or under way. */
const calmRounds = 3;
/** How long an attempt must be calm that has not written again what it wrote at the first `persistState`: it may still
 * be compressing a large state, which leaves its event loop free. */
const calmMs = 100;
/** One that is starved of processor time answers late, and so it saves late: it is given this many of its round trips. */
const calmRoundTrips = 20;
/** How long it must have written nothing when it goes on reading: it may wait for another run, or poll. */
const readingMs = 1000;
const pauseMs = 1;

export interface QuietWatch {
  readonly gate: AttemptGate;
  readonly events: AttemptEvents;
  readonly clock: Clock;
  readonly runId: string;
  readonly attempt: number;
  readonly isWanted: () => boolean;
}

/**
 * Answers once every write of the attempt that was let in is answered, and its event loop has gone round since: what it
 * saves after that counts what those calls did. Without this a loop could save its state between the effect of a push
 * and its answer, and the next attempt would push the same again.
 */
export async function untilAnswered({ gate, events, clock, runId, attempt, isWanted }: QuietWatch): Promise<void> {
  const traffic = gate.traffic(runId, attempt);
  for (let rounds = 0; rounds < calmRounds && isWanted(); ) {
    await events.roundTrip(runId, attempt);
    rounds = traffic.writesInFlight === 0 ? rounds + 1 : 0;
    await pause(clock);
  }
}

/**
 * Step 4 of a handoff: answers once the attempt has nothing under way and nothing more to come that can be seen, or when
 * nobody wants to know any more. Ends by the grace at the latest, which the plan keeps.
 */
export async function untilQuiet(watch: QuietWatch): Promise<void> {
  const { gate, events, clock, runId, attempt, isWanted } = watch;
  const traffic = gate.traffic(runId, attempt);
  let rounds = 0;
  let calmSince = clock.now();
  let unwrittenSince = clock.now();
  let slowestMs = 0;
  while (isWanted()) {
    const { begun, writesBegun } = traffic;
    const askedAt = clock.now();
    await events.roundTrip(runId, attempt);
    const now = clock.now();
    slowestMs = Math.max(slowestMs, now - askedAt);
    const isCalm = traffic.begun === begun && traffic.inFlight === 0;
    rounds = isCalm ? rounds + 1 : 0;
    if (!isCalm) calmSince = now;
    if (traffic.writesBegun !== writesBegun || traffic.writesInFlight > 0) unwrittenSince = now;
    const hasSaved = events.isConnected(runId, attempt) && traffic.saves.hasAll;
    const enoughMs = Math.max(calmMs, calmRoundTrips * slowestMs);
    if (rounds >= calmRounds && (hasSaved || now - calmSince >= enoughMs)) return;
    if (now - unwrittenSince >= readingMs) return;
    await pause(clock);
  }
}

const pause = (clock: Clock) => new Promise<void>((resolve) => clock.after(pauseMs, resolve));
