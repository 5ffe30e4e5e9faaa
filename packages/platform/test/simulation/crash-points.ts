import type { Change } from '../../src/runs/state/transitions.ts';

const changeKinds = [
  'recordContainer',
  'recordArrival',
  'allocate',
  'addWaiting',
  'requestHandoff',
  'switch',
  'completeHandoff',
  'cancelHandoff',
  'endAttempt',
  'finish',
  'abort',
  'setStatusMessage',
  'resurrect',
] as const satisfies readonly Change['kind'][];
const events = ['migrating', 'persistState', 'aborting'] as const;
const others = ['write', 'engine.start', 'engine.go', 'engine.kill', 'engine.killOrphan', 'gate.open'] as const;

/**
 * Every place where the platform may be stopped dead. `before`: nothing is durable or sent yet. `after`: it is, and
 * whoever asked for it has not heard.
 */
export type CrashPoint = `${(typeof changeKinds)[number] | (typeof events)[number] | (typeof others)[number]}:${
  | 'before'
  | 'after'}`;

export const crashPoints: readonly CrashPoint[] = [...changeKinds, ...events, ...others].flatMap(
  (name): CrashPoint[] => [`${name}:before`, `${name}:after`],
);

/** How often the platform was stopped at each point. */
export class CrashTally {
  readonly counts = new Map<CrashPoint, number>(crashPoints.map((point) => [point, 0]));

  add(point: CrashPoint): void {
    this.counts.set(point, this.counts.get(point)! + 1);
  }

  never(): CrashPoint[] {
    return crashPoints.filter((point) => this.counts.get(point) === 0);
  }
}
