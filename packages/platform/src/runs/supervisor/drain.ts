import type { Clock } from '../../shared/clock.ts';
import type { AttemptGate } from '../handoff/attempt-gate.ts';
import type { WebGate } from '../handoff/web-gate.ts';
import { isOver } from '../state/run-state.ts';
import type { AttemptEvents } from './collaborators.ts';
import type { LiveRun } from './live-run.ts';
import type { WorkerContext } from './worker-context.ts';

/** Step 2 of a handoff. */
export function tellToMigrate({ parts, limits }: WorkerContext, run: LiveRun, attempt: number): void {
  run.attempt(attempt).drain = { kind: 'toldToMigrate', migratingSentAt: parts.clock.monotonicMs() };
  parts.gate.traffic(run.id, attempt).saves.collect();
  const timeRemainingSecs = Math.round(limits.graceMs / 1000);
  parts.events.send(run.id, attempt, { name: 'migrating', data: { timeRemainingSecs } });
}

/**
 * Step 4 of a handoff: holds requests to the attempt's web server until those under way are over [web-2], then holds calls
 * that would begin new work, tells the attempt to save its state once more, and resolves when the attempt can be assumed to
 * have done so. The plan waits for it until the grace is over and no longer.
 * @param isOurs whether the drain for which this was called is still the attempt's
 */
export async function saveLast(
  context: WorkerContext,
  run: LiveRun,
  { attempt, isOurs }: { attempt: number; isOurs: () => boolean },
): Promise<void> {
  const { events, gate, clock, web, logs } = context.parts;
  const isWanted = () =>
    isOurs() && context.phase !== 'closed' && run.state.handoff?.from === attempt && !isOver(run.state);
  const watch = { gate, events, clock, runId: run.id, attempt, isWanted };
  const hears = web === undefined || (await untilHeard(watch, web));
  if (!isWanted()) return;
  // First, since what the attempt does for a request may need the calls that are held next.
  web?.hold(run.id, attempt);
  while (isWanted() && (web?.inFlight(run.id, attempt) ?? 0) > 0) await pause(clock);
  if (!isWanted()) return;
  if (!hears) {
    logs.note(run.id, `Attempt ${attempt} responds to requests but not to events: it is not waited for.`, clock.now());
    gate.stopWork(run.id, attempt);
    while (isWanted() && gate.traffic(run.id, attempt).writesInFlight > 0) await pause(clock);
    return;
  }
  if (!(await untilBetweenRequests(watch, 'all'))) {
    gate.stopResults(run.id, attempt);
    await untilResponded(watch);
    await untilBetweenRequests(watch, 'writes');
  }
  gate.stopWork(run.id, attempt);
  await untilResponded(watch);
  gate.traffic(run.id, attempt).saves.expectAgain();
  events.send(run.id, attempt, { name: 'persistState', data: { isMigrating: true } });
  await untilQuiet(watch);
}

/** How long a ping of a loop that serves requests may take. */
const unheardMs = 1000;
/** How long to look for a moment between two requests. */
const betweenMs = 1000;
/** How many round trips in a row must pass without a call that begins or is in flight. */
const calmRounds = 3;
/**
 * How long an attempt must be calm when it has not written again what it wrote at the first `persistState`: it may still
 * be compressing a large state, which leaves its event loop free.
 */
const calmMs = 100;
/** An attempt that is short of processor time is slow to reply and slow to save: it gets this many of its round trips. */
const calmRoundTrips = 20;
/** How long it must have written nothing when it keeps reading: it may wait for another run, or poll. */
const readingMs = 1000;
const pauseMs = 1;

interface QuietWatch {
  readonly gate: AttemptGate;
  readonly events: AttemptEvents;
  readonly clock: Clock;
  readonly runId: string;
  readonly attempt: number;
  readonly isWanted: () => boolean;
}

/**
 * Resolves with true once the attempt's event loop has run. One whose web server works on that loop, as in Apify's template
 * of a Standby Actor in Python, never hears an event. It goes on getting requests here, and this resolves with false as soon
 * as it has responded to one that came later than a ping which is still unanswered: requests would be held for the rest of
 * the grace otherwise.
 */
async function untilHeard({ events, clock, runId, attempt, isWanted }: QuietWatch, web: WebGate): Promise<boolean> {
  const askedAt = clock.monotonicMs();
  let isHeard = false;
  const heard = events.roundTrip(runId, attempt).then(() => {
    isHeard = true;
  });
  while (!isHeard && isWanted()) {
    const isLate = clock.monotonicMs() - askedAt >= unheardMs;
    if (isLate && web.hasRespondedSince(runId, attempt, askedAt)) return false;
    await Promise.race([heard, pause(clock)]);
  }
  return true;
}

/**
 * Crawlers without locks, such as those of the Python SDK, go on crawling while they migrate, and it cannot be seen which
 * requests they work on. They give the results of a request in a few calls one after the other, of which the last one ends
 * the request. This resolves with true at a moment at which none of them seems to be in the middle of that: a request whose
 * results were given in part would be done, and give them, again. Where results have no end yet, the moment must last
 * longer: the crawler may be short of processor time. Resolves with false when there is none in `betweenMs`.
 * @param counted which calls disturb the moment: all, or, where results are held, the writes that are let through
 */
async function untilBetweenRequests(watch: QuietWatch, counted: 'all' | 'writes'): Promise<boolean> {
  const { gate, events, clock, runId, attempt, isWanted } = watch;
  const traffic = gate.traffic(runId, attempt);
  if (!traffic.hasEndedWork) return true;
  const begun = () => (counted === 'all' ? traffic.begun : traffic.writesBegun);
  const inFlight = () => (counted === 'all' ? traffic.inFlight : traffic.writesInFlight);
  const startedAt = clock.monotonicMs();
  let calmSince = startedAt;
  let slowestMs = 0;
  for (let now = startedAt, rounds = 0; isWanted() && now - startedAt < betweenMs; ) {
    const before = begun();
    await events.roundTrip(runId, attempt);
    await pause(clock);
    slowestMs = Math.max(slowestMs, clock.monotonicMs() - now);
    now = clock.monotonicMs();
    rounds = begun() === before && inFlight() === 0 ? rounds + 1 : 0;
    if (rounds === 0) calmSince = now;
    const isLong = now - calmSince >= Math.max(calmMs, calmRoundTrips * slowestMs);
    if (rounds >= calmRounds && (traffic.openResults === 0 || isLong)) return true;
  }
  return false;
}

/**
 * Resolves once every write that the gate admitted has its response, and the attempt's event loop has run since: what it
 * saves after that includes what those calls did. Without this a loop could save its state between the effect of a push
 * and the response to it, and the next attempt would push the same item again.
 */
async function untilResponded({ gate, events, clock, runId, attempt, isWanted }: QuietWatch): Promise<void> {
  const traffic = gate.traffic(runId, attempt);
  for (let rounds = 0; rounds < calmRounds && isWanted(); ) {
    await events.roundTrip(runId, attempt);
    rounds = traffic.writesInFlight === 0 ? rounds + 1 : 0;
    await pause(clock);
  }
}

/**
 * Step 4 of a handoff: resolves once no call of the attempt is in flight and none is to be expected, or when the result
 * is not wanted any more. It needs no limit of its own: the plan ends the drain when the grace is over.
 */
async function untilQuiet(watch: QuietWatch): Promise<void> {
  const { gate, events, clock, runId, attempt, isWanted } = watch;
  const traffic = gate.traffic(runId, attempt);
  let rounds = 0;
  let calmSince = clock.monotonicMs();
  let unwrittenSince = clock.monotonicMs();
  let slowestMs = 0;
  while (isWanted()) {
    const { begun, writesBegun } = traffic;
    const askedAt = clock.monotonicMs();
    await events.roundTrip(runId, attempt);
    const now = clock.monotonicMs();
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
