import type { Telemetry } from '../../engines/engine.ts';
import type { AttemptFacts, ContainerState, RunFacts } from '../state/plan.ts';
import { isOver, type RunState } from '../state/run-state.ts';
import { mayRestart } from '../state/transitions.ts';

/** What is known of an attempt's container for as long as this platform process lives. Times in ms since 1970. */
export interface LiveContainer {
  container: ContainerState;
  killSent: boolean;
  migratingSentAt: number | undefined;
  persistSentAt: number | undefined;
  abortingSentAt: number | undefined;
  isQuiet: boolean;
  calledReboot: boolean;
}

const newContainer = (container: ContainerState): LiveContainer => ({
  container,
  killSent: false,
  isQuiet: false,
  calledReboot: false,
  migratingSentAt: undefined,
  persistSentAt: undefined,
  abortingSentAt: undefined,
});

/** What the gate and the queues see of an attempt. */
export interface AttemptObserver {
  hasArrived(runId: string, attempt: number): boolean;
  inFlightRequests(runId: string, attempt: number): number;
}

/** A run under supervision: its durable state, and what is known of its containers beside it. */
export class LiveRun {
  state: RunState;
  readonly usage = new UsageMeter();
  /** By the monotonic clock, in ms: what the downtime of a handoff is measured from and to. */
  lastWriteAtMs: number | undefined;
  openedAtMs: number | undefined;
  isAdvancing = false;
  wantsAdvance = false;
  cancelWake: () => void = () => undefined;
  readonly #containers = new Map<number, LiveContainer>();

  /** @param wasLeft whether a former platform process had it: the containers that it started are lost then */
  constructor(state: RunState, wasLeft: boolean) {
    this.state = state;
    for (const { number, phase, container } of wasLeft ? state.attempts : []) {
      if (container !== null || phase !== 'active') this.container(number).container = { kind: 'lost' };
    }
  }

  get id(): string {
    return this.state.id;
  }

  container(attempt: number): LiveContainer {
    let known = this.#containers.get(attempt);
    if (known === undefined) {
      known = newContainer({ kind: 'none' });
      this.#containers.set(attempt, known);
    }
    return known;
  }

  forget(attempt: number): void {
    this.#containers.delete(attempt);
  }

  facts(observer: AttemptObserver, now: number): RunFacts {
    const { state } = this;
    return {
      status: state.status,
      finished: isOver(state),
      deadlineAt: state.deadlineAt,
      graceEndsAt: state.graceEndsAt,
      activeAttempt: state.activeAttempt,
      handoff: state.handoff as RunFacts['handoff'],
      mayRestart: mayRestart(state, now),
      attempts: state.attempts.map(({ number, phase, activatedAt }): AttemptFacts => {
        return {
          ...this.container(number),
          number,
          phase,
          activatedAt,
          hasArrived: observer.hasArrived(state.id, number),
          inFlightRequests: observer.inFlightRequests(state.id, number),
        };
      }),
    };
  }
}

/** Memory and processor time of a run, from its containers' telemetry. Memory in bytes, processor in percent of a core. */
class UsageMeter {
  #count = 0;
  #memorySum = 0;
  #cpuSum = 0;
  #memoryMax = 0;
  #cpuMax = 0;
  #memory = 0;
  #cpu = 0;

  add({ memCurrentBytes, cpuCurrentUsage }: Telemetry): void {
    const cpu = cpuCurrentUsage * 100;
    this.#count += 1;
    this.#memory = memCurrentBytes;
    this.#memorySum += memCurrentBytes;
    this.#memoryMax = Math.max(this.#memoryMax, memCurrentBytes);
    this.#cpu = cpu;
    this.#cpuSum += cpu;
    this.#cpuMax = Math.max(this.#cpuMax, cpu);
  }

  /** With the names of Apify's run statistics and of its `systemInfo` events. */
  get values() {
    const count = Math.max(1, this.#count);
    return {
      memAvgBytes: this.#memorySum / count,
      memMaxBytes: this.#memoryMax,
      memCurrentBytes: this.#memory,
      cpuAvgUsage: this.#cpuSum / count,
      cpuMaxUsage: this.#cpuMax,
      cpuCurrentUsage: this.#cpu,
    };
  }
}
