/** What servers carry, and how far a drain is. Pure. */
import type { components } from '../api/wherry-v1.d.ts';
import { formatCount, medianOf } from './format.ts';

export type Server = components['schemas']['Server'];
export type Handoff = components['schemas']['Handoff'];
export type DrainResult = components['schemas']['Drain'];

/** An attempt on a server. */
export type ServerRun = components['schemas']['ServerRun'];

export interface Zone {
  readonly engine: string;
  readonly servers: readonly Server[];
}

const inOrder = new Intl.Collator('en', { numeric: true });

/** Servers by the engine that runs their containers, each in the order of its name. */
export function zonesOf(servers: readonly Server[]): readonly Zone[] {
  const engines = [...new Set(servers.map(({ engine }) => engine))].toSorted(inOrder.compare);
  return engines.map((engine) => ({
    engine,
    servers: servers
      .filter((each) => each.engine === engine)
      .toSorted((one, other) => inOrder.compare(one.id, other.id)),
  }));
}

/** How many lanes there are before those that carry nothing are folded into one line. */
const mostLanes = 12;

export function lanesOf(servers: readonly Server[]): { readonly shown: readonly Server[]; readonly folded: number } {
  const sorted = servers.toSorted((one, other) => inOrder.compare(one.id, other.id));
  if (sorted.length <= mostLanes) return { shown: sorted, folded: 0 };
  const shown = sorted.filter(({ activeAttempts, state }) => activeAttempts > 0 || state !== 'ready');
  return { shown, folded: sorted.length - shown.length };
}

export interface Load {
  /** What the machine has, and what of it no run has; null when the engine has no limit. */
  readonly memoryMbytes: number | null;
  readonly freeMemoryMbytes: number | null;
  /** Of this server's own attempts. Servers of one machine share its memory. */
  readonly ownMbytes: number;
  /** Of other servers on the same machine. */
  readonly othersMbytes: number;
  /** Widths in percent of the machine's memory, or of the own attempts' when there is no limit. */
  readonly parts: readonly { readonly run: ServerRun; readonly percent: number }[];
  readonly othersPercent: number;
}

export function loadOf({ memoryMbytes, freeMemoryMbytes }: Server, runs: readonly ServerRun[]): Load {
  const ownMbytes = runs.reduce((sum, run) => sum + run.memoryMbytes, 0);
  const used = memoryMbytes === null || freeMemoryMbytes === null ? ownMbytes : memoryMbytes - freeMemoryMbytes;
  const othersMbytes = Math.max(0, used - ownMbytes);
  // During a handoff two attempts of a run are there, which may together be more than the limit.
  const whole = Math.max(memoryMbytes ?? ownMbytes, ownMbytes + othersMbytes, 1);
  const percentOf = (mbytes: number) => (mbytes / whole) * 100;
  const parts = runs.map((run) => ({ run, percent: percentOf(run.memoryMbytes) }));
  return { memoryMbytes, freeMemoryMbytes, ownMbytes, othersMbytes, parts, othersPercent: percentOf(othersMbytes) };
}

/** Whether a drain can move runs, and if not, why. */
export function drainObstacle(server: Server, servers: readonly Server[]): string | undefined {
  if (server.activeAttempts === 0) return undefined;
  const others = servers.filter(({ id, state }) => id !== server.id && state === 'ready');
  if (others.length > 0) return undefined;
  return servers.length === 1
    ? 'It is the only server, so its runs have nowhere to go. They go on here.'
    : 'No other server is ready, so its runs have nowhere to go. They go on here.';
}

export type MoveState =
  | { readonly kind: 'waits' }
  | { readonly kind: 'moving'; readonly to: string | null }
  | { readonly kind: 'moved'; readonly handoff: Handoff }
  /** It ended, or somebody else moved it. */
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly type: string; readonly message: string };

export interface Drained {
  readonly run: ServerRun;
  readonly state: MoveState;
}

interface DrainFacts {
  readonly serverId: string;
  /** The runs that were there at the beginning, or that were seen since. */
  readonly seen: readonly ServerRun[];
  /** Those that are there now; undefined while it is not known. */
  readonly present: readonly ServerRun[] | undefined;
  /** The newest handoff of each run. */
  readonly handoffs: ReadonlyMap<string, Handoff | null | undefined>;
  /** What the platform said at the end. */
  readonly result: DrainResult | undefined;
}

/** How far each run of a drain is. */
export function drainedRuns(facts: DrainFacts): readonly Drained[] {
  return facts.seen.map((run) => ({ run, state: moveStateOf(run, facts) }));
}

function moveStateOf({ runId, attempt }: ServerRun, facts: DrainFacts): MoveState {
  const { serverId, present, handoffs, result } = facts;
  const moved = result?.moved.find((handoff) => handoff.runId === runId);
  if (moved !== undefined) return { kind: 'moved', handoff: moved };
  const failed = result?.failed.find((each) => each.runId === runId);
  if (failed !== undefined) return { kind: 'failed', type: failed.type, message: failed.message };
  const handoff = handoffs.get(runId);
  const isOfDrain = handoff?.from === serverId && handoff.fromAttempt === attempt;
  if (isOfDrain && handoff.phase === 'done') return { kind: 'moved', handoff };
  if (isOfDrain && handoff.phase !== 'cancelled') return { kind: 'moving', to: handoff.to };
  if (result !== undefined || (present !== undefined && !present.some((each) => each.runId === runId)))
    return { kind: 'left' };
  return { kind: 'waits' };
}

export interface DrainSummary {
  readonly moved: number;
  readonly left: number;
  readonly open: number;
  readonly failed: readonly Drained[];
  readonly medianMs: number | undefined;
  readonly worstMs: number | undefined;
  readonly sentence: string;
}

export function drainSummary(runs: readonly Drained[]): DrainSummary {
  const ofKind = (...kinds: readonly MoveState['kind'][]) => runs.filter(({ state }) => kinds.includes(state.kind));
  const moved = ofKind('moved');
  const downtimes = moved.flatMap(({ state }) =>
    state.kind === 'moved' && state.handoff.downtimeMs !== null ? [state.handoff.downtimeMs] : [],
  );
  const [failed, left, open] = [ofKind('failed'), ofKind('left').length, ofKind('waits', 'moving').length];
  return {
    moved: moved.length,
    left,
    open,
    failed,
    medianMs: medianOf(downtimes),
    worstMs: downtimes.length === 0 ? undefined : Math.max(...downtimes),
    sentence: sentenceOf({ moved: moved.length, left, open, failed: failed.length }),
  };
}

function sentenceOf(counts: { moved: number; left: number; open: number; failed: number }): string {
  const { moved, left, open, failed } = counts;
  if (moved + left + open + failed === 0) return 'No run is on it.';
  const parts = [
    formatCount(moved, 'run has', 'runs have').concat(' moved'),
    ...(left > 0 ? [`${formatCount(left, 'run')} ended or had left before`] : []),
    ...(open > 0 ? [`${formatCount(open, 'run is', 'runs are')} still to move`] : []),
    ...(failed > 0 ? [`${formatCount(failed, 'run')} could not be moved`] : []),
  ];
  return `${parts.join(', ')}.`;
}
