/**
 * From what the platform has stored of a run to the phases of its attempts. Pure; times in ms since 1970, of the platform's
 * clock.
 *
 * [timeline-1] the phases of an attempt follow each other without gaps, however the stored times disagree: a time that is
 *     earlier than the one before it counts as the same.
 */

export interface TimelineAttempt {
  readonly number: number;
  readonly serverId: string;
  readonly phase: 'waiting' | 'active' | 'fenced' | 'ended';
  readonly reason: string;
  readonly createdAtMs: number | null;
  /** When it came to the gate; null before, and when that was not seen. */
  readonly arrivedAtMs: number | null;
  readonly activatedAtMs: number | null;
  readonly fencedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly exitCode: number | null;
}

export interface TimelineHandoff {
  readonly id: string;
  readonly fromAttempt: number;
  readonly toAttempt: number | null;
  readonly mode: 'warm' | 'cold' | 'lost';
  readonly reason: string;
  readonly phase: 'requested' | 'switched' | 'done' | 'cancelled';
  readonly requestedAtMs: number | null;
  readonly drainStartedAtMs: number | null;
  readonly fencedAtMs: number | null;
  readonly firstCallAtMs: number | null;
  readonly drainMs: number | null;
  readonly downtimeMs: number | null;
}

export interface TimelineSample {
  readonly atMs: number;
  readonly attempt: number;
  readonly inFlightRequests: number | null;
  readonly memoryBytes: number | null;
  readonly cpuPercent: number | null;
}

export const phaseNames = ['boots', 'waits', 'active', 'drains'] as const;
export type PhaseName = (typeof phaseNames)[number];

export const phaseWords: Readonly<Record<PhaseName, string>> = {
  boots: 'boots',
  waits: 'waits at the gate',
  active: 'active',
  drains: 'drains',
};

interface Phase {
  readonly name: PhaseName;
  readonly fromMs: number;
  readonly toMs: number;
}

/** How an attempt ended: well, with an exit code or a signal, with its server, or because the next one took over. */
export type AttemptEnd =
  | { readonly kind: 'open' }
  | { readonly kind: 'succeeded' | 'lost' | 'replaced' | 'unknown'; readonly atMs: number; readonly text: string }
  | { readonly kind: 'failed'; readonly atMs: number; readonly text: string };

export interface AttemptPhases {
  readonly attempt: TimelineAttempt;
  readonly fromMs: number;
  readonly toMs: number;
  readonly phases: readonly Phase[];
  /** When it was made unable to read or write while it worked; null for one that ended by itself, or not yet. */
  readonly fencedAtMs: number | null;
  readonly end: AttemptEnd;
}

/** The last time that is known of a run; minus infinity without any. */
export function lastKnownMs(attempts: readonly TimelineAttempt[], handoffs: readonly TimelineHandoff[]): number {
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { createdAtMs, arrivedAtMs, activatedAtMs, fencedAtMs, endedAtMs } of attempts)
    for (const ms of [createdAtMs, arrivedAtMs, activatedAtMs, fencedAtMs, endedAtMs])
      if (ms !== null) lastMs = Math.max(lastMs, ms);
  for (const { firstCallAtMs } of handoffs) if (firstCallAtMs !== null) lastMs = Math.max(lastMs, firstCallAtMs);
  return lastMs;
}

/** @param nowMs the end of what is not over, by this browser's clock, which may be behind the platform's */
export function phasesOf(
  attempts: readonly TimelineAttempt[],
  handoffs: readonly TimelineHandoff[],
  nowMs: number,
): readonly AttemptPhases[] {
  const incoming = new Map<number, TimelineHandoff>();
  const outgoing = new Map<number, TimelineHandoff>();
  const endMs = Math.max(nowMs, lastKnownMs(attempts, handoffs));
  for (const handoff of handoffs) {
    if (handoff.toAttempt !== null) incoming.set(handoff.toAttempt, handoff);
    if (handoff.phase !== 'cancelled') outgoing.set(handoff.fromAttempt, handoff);
  }
  return attempts.flatMap((attempt) => {
    const handoffsOf = { incoming: incoming.get(attempt.number), outgoing: outgoing.get(attempt.number) };
    return attempt.createdAtMs === null ? [] : [phasesOfOne(attempt, attempt.createdAtMs, handoffsOf, endMs)];
  });
}

interface Neighbours {
  readonly incoming: TimelineHandoff | undefined;
  readonly outgoing: TimelineHandoff | undefined;
}

function phasesOfOne(
  attempt: TimelineAttempt,
  createdAtMs: number,
  { incoming, outgoing }: Neighbours,
  endMs: number,
): AttemptPhases {
  const { activatedAtMs, fencedAtMs, endedAtMs } = attempt;
  const overAtMs = fencedAtMs ?? endedAtMs;
  const toMs = Math.max(createdAtMs, overAtMs ?? endMs);
  const within = (ms: number, fromMs: number) => Math.min(toMs, Math.max(fromMs, ms));
  const bootedAtMs = within(bootEndOf(attempt, incoming) ?? (activatedAtMs === null ? toMs : createdAtMs), createdAtMs);
  // One that was activated before it had booted has no time at the gate.
  const workFromMs = activatedAtMs === null ? toMs : within(activatedAtMs, bootedAtMs);
  const drainFromMs = activatedAtMs === null ? toMs : within(outgoing?.drainStartedAtMs ?? toMs, workFromMs);
  const phases: Phase[] = [
    { name: 'boots', fromMs: createdAtMs, toMs: bootedAtMs },
    { name: 'waits', fromMs: bootedAtMs, toMs: workFromMs },
    { name: 'active', fromMs: workFromMs, toMs: drainFromMs },
    { name: 'drains', fromMs: drainFromMs, toMs },
  ];
  const wasPassed = activatedAtMs !== null && outgoing !== undefined && outgoing.phase !== 'requested';
  return {
    attempt,
    fromMs: createdAtMs,
    toMs,
    phases: phases.filter((phase) => phase.toMs > phase.fromMs || isOnlyMoment(phase, attempt, toMs - createdAtMs)),
    fencedAtMs: wasPassed && fencedAtMs !== null ? Math.max(createdAtMs, fencedAtMs) : null,
    end: endOf(attempt, outgoing, wasPassed, toMs),
  };
}

/** An attempt of 0 ms still has the phase in which it ended. */
const isOnlyMoment = ({ name }: Phase, { activatedAtMs }: TimelineAttempt, lengthMs: number): boolean =>
  lengthMs === 0 && name === (activatedAtMs === null ? 'boots' : 'active');

/** When the attempt was ready to work, as far as it is known. */
function bootEndOf(
  { arrivedAtMs, activatedAtMs }: TimelineAttempt,
  incoming: TimelineHandoff | undefined,
): number | null {
  if (arrivedAtMs !== null) return arrivedAtMs;
  if (incoming === undefined) return null;
  // Of attempts whose arrival was not stored. `migrating` is sent to the former attempt when this one has arrived at the gate.
  if (incoming.mode === 'warm') return incoming.drainStartedAtMs ?? null;
  if (incoming.firstCallAtMs !== null) return incoming.firstCallAtMs;
  return activatedAtMs !== null && incoming.phase === 'switched' ? Number.POSITIVE_INFINITY : null;
}

/** Exit codes above this one are those of signals. */
const signalBase = 128;
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

export function exitText(exitCode: number): string {
  const signal = exitCode - signalBase;
  return signal > 0 && signal < 65 ? (signals[signal] ?? `signal ${signal}`) : `exit ${exitCode}`;
}

function endOf(
  { phase, activatedAtMs, exitCode }: TimelineAttempt,
  outgoing: TimelineHandoff | undefined,
  wasPassed: boolean,
  atMs: number,
): AttemptEnd {
  if (phase === 'waiting' || phase === 'active') return { kind: 'open' };
  if (wasPassed && outgoing?.mode === 'lost') return { kind: 'lost', atMs, text: 'lost' };
  if (wasPassed || activatedAtMs === null) return { kind: 'replaced', atMs, text: '' };
  if (exitCode === 0) return { kind: 'succeeded', atMs, text: 'exit 0' };
  if (exitCode === null) return { kind: 'unknown', atMs, text: 'ended' };
  return { kind: 'failed', atMs, text: exitText(exitCode) };
}

const modeNames = { warm: 'warm', cold: 'cold', lost: 'server lost' } as const;

/** What one reads beside a handoff, e.g. `warm · drained in 13 s · 5.3 ms down`. */
export function handoffWords(
  { mode, reason, phase, drainMs, downtimeMs }: TimelineHandoff,
  formatDuration: (ms: number) => string,
): string {
  const words: string[] = [reason === 'migration' || reason === 'lost' ? modeNames[mode] : `${reason}, ${mode}`];
  if (drainMs !== null) words.push(`drained in ${formatDuration(drainMs)}`);
  if (downtimeMs !== null) words.push(`${formatDuration(downtimeMs)} down`);
  if (phase === 'requested' || (phase === 'switched' && downtimeMs === null)) words.push('under way');
  return words.join(' · ');
}
