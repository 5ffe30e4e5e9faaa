import type { Clock } from '../clock.ts';
import type { AttemptGate } from './attempt-gate.ts';
import type { AttemptEvents } from './supervisor-parts.ts';

/** How often in a row the attempt's event loop must have gone round without a call begun or under way. */
const calmRounds = 3;
/** How long an attempt must be calm that has not written again what it wrote at the first `persistState`: it may still
 * be compressing a large state, which leaves its event loop free. */
const calmMs = 100;
const pauseMs = 1;

export interface QuietWatch {
  readonly gate: AttemptGate;
  readonly events: AttemptEvents;
  readonly clock: Clock;
  readonly runId: string;
  readonly attempt: number;
  /** The records that it is expected to write again. */
  readonly expected: ReadonlySet<string>;
  readonly isWanted: () => boolean;
}

/**
 * Step 4 of a handoff: answers once the attempt has nothing under way and nothing more to come that can be seen, or when
 * nobody wants to know any more. Ends by the grace at the latest, which the plan keeps.
 */
export async function untilQuiet(watch: QuietWatch): Promise<void> {
  const { gate, events, clock, runId, attempt, expected, isWanted } = watch;
  const traffic = gate.traffic(runId, attempt);
  let rounds = 0;
  let calmSince = clock.now();
  while (isWanted()) {
    const { begun } = traffic;
    await events.roundTrip(runId, attempt);
    if (traffic.begun !== begun || traffic.inFlight > 0) {
      rounds = 0;
      calmSince = clock.now();
    } else {
      rounds += 1;
      const hasSaved = events.isConnected(runId, attempt) && expected.isSubsetOf(traffic.saved);
      if (rounds >= calmRounds && (hasSaved || clock.now() - calmSince >= calmMs)) return;
    }
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
  }
}
