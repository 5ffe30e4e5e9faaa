import { AttemptGate } from '../../src/runs/handoff/attempt-gate.ts';
import { attemptKey } from '../../src/shared/attempt-key.ts';
import type { PlatformLife, Surroundings } from './surroundings.ts';

/** The real gate, in front of which the platform may die. */
export class CrashingGate extends AttemptGate {
  readonly #world: Surroundings;
  readonly #process: PlatformLife;
  /** In which step the work of an attempt was stopped. */
  readonly #stoppedIn = new Map<string, number>();

  constructor(world: Surroundings, process: PlatformLife, changed: (runId: string) => void) {
    super(changed);
    this.#world = world;
    this.#process = process;
  }

  override open(runId: string, attempt: number): void {
    if (this.#process.crashesAt('gate.open:before')) return;
    super.open(runId, attempt);
    this.#stoppedIn.delete(attemptKey(runId, attempt));
    this.#process.crashesAt('gate.open:after');
  }

  override stopWork(runId: string, attempt: number): void {
    super.stopWork(runId, attempt);
    this.#stoppedIn.set(attemptKey(runId, attempt), this.#world.step);
  }

  /** Since a step before this one: within a step, a call that was let through may be on its way to its handler. */
  isStopped(runId: string, attempt: number): boolean {
    return (this.#stoppedIn.get(attemptKey(runId, attempt)) ?? this.#world.step) < this.#world.step;
  }
}
