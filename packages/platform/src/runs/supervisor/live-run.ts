import type { Telemetry } from '../../engines/engine.ts';
import { type Clock, MonotonicTimes } from '../../shared/clock.ts';
import type { AttemptFacts, ContainerState, DrainState, RunFacts } from '../state/plan.ts';
import { type HandoffUnderWay, isOver, type RunState } from '../state/run-state.ts';
import { mayRestart } from '../state/transitions.ts';

/** What this platform process knows of an attempt. None of it is stored: a restart ends every drain. */
export interface LiveAttempt {
  container: ContainerState;
  drain: DrainState;
  toldToAbort: boolean;
  toldToStop: boolean;
  calledReboot: boolean;
  /** Whether its arrival at the gate is stored, or on its way there, or was before this process. */
  isArrivalKnown: boolean;
}

const newAttempt = (): LiveAttempt => ({
  container: { kind: 'none' },
  drain: { kind: 'notDraining' },
  toldToAbort: false,
  toldToStop: false,
  calledReboot: false,
  isArrivalKnown: false,
});

/** What the gate and the in-flight requests tell of an attempt. */
export interface AttemptObserver {
  hasArrived(runId: string, attempt: number): boolean;
  inFlightRequests(runId: string, attempt: number): number;
}

/** A run that is supervised: its durable state, and what this process knows of its attempts besides. */
export class LiveRun {
  readonly usage = new UsageMeter();
  /** By the monotonic clock, in ms: the downtime of a handoff lies between these two. */
  lastWriteAtMs: number | undefined;
  openedAtMs: number | undefined;
  /** Of a run that waits for room: where it may start. */
  allottedServerId: string | null = null;
  isAdvancing = false;
  wantsAdvance = false;
  cancelWake: () => void = () => undefined;
  readonly #attempts = new Map<number, LiveAttempt>();
  readonly #clock: Clock;
  readonly #times: MonotonicTimes;
  #state!: RunState;

  /** @param isRecovered whether an earlier platform process had the run: the containers that it started are lost then */
  constructor(state: RunState, isRecovered: boolean, clock: Clock) {
    this.#clock = clock;
    this.#times = new MonotonicTimes(clock);
    this.state = state;
    for (const { number, phase, container } of isRecovered ? state.attempts : []) {
      if (container !== null || phase !== 'active') this.attempt(number).container = { kind: 'lost' };
      // One that goes on working has arrived before.
      if (container !== null && phase === 'active') this.attempt(number).isArrivalKnown = true;
    }
  }

  get id(): string {
    return this.state.id;
  }

  get state(): RunState {
    return this.#state;
  }

  /** To be set as soon as the state was read [clock-2]. */
  set state(state: RunState) {
    this.#state = state;
    const { handoff } = state;
    this.#times.learn([
      state.deadlineAt,
      state.graceEndsAt,
      handoff?.requestedAt ?? null,
      handoff?.phase === 'switched' ? handoff.switchedAt : null,
      ...state.attempts.map(({ activatedAt }) => activatedAt),
      ...state.stats.restartedAt,
    ]);
  }

  attempt(number: number): LiveAttempt {
    let known = this.#attempts.get(number);
    if (known === undefined) {
      known = newAttempt();
      this.#attempts.set(number, known);
    }
    return known;
  }

  forget(attempt: number): void {
    this.#attempts.delete(attempt);
  }

  /** The servers on which it has its memory: one time for each attempt that works, will work, or is being ended. */
  get servers(): string[] {
    const { attempts } = this.state;
    const taken = attempts.filter(({ number, phase }) => {
      const kind = this.#attempts.get(number)?.container.kind;
      return phase !== 'fenced' || kind === 'starting' || kind === 'running';
    });
    const servers = taken.map(({ serverId }) => serverId);
    return this.allottedServerId === null ? servers : [...servers, this.allottedServerId];
  }

  /** What the run waits for before its Actor can work, as its status message; undefined when it waits for nothing. */
  get waitsFor(): string | undefined {
    const { activeAttempt, status, options } = this.state;
    if (activeAttempt === null && status === 'READY') {
      return `Waiting for ${options.memoryMbytes} MB of memory, which other runs have.`;
    }
    const container = activeAttempt === null ? undefined : this.#attempts.get(activeAttempt)?.container;
    if (container?.kind !== 'delayed') return undefined;
    return `The Actor could not be started yet, which is no fault of its own: ${container.fault}. It is tried again.`;
  }

  /**
   * All times are by the monotonic clock.
   * @param hasRoom as in `RunFacts`; asked only when it matters
   */
  facts(observer: AttemptObserver, hasRoom: () => boolean): RunFacts {
    const { state, allottedServerId } = this;
    const times = this.#times;
    const restartedAt = state.stats.restartedAt.map((each) => times.of(each));
    const stats = { ...state.stats, restartedAt };
    return {
      allottedServerId,
      get hasRoom() {
        return hasRoom();
      },
      status: state.status,
      finished: isOver(state),
      deadlineAt: times.ofNullable(state.deadlineAt),
      graceEndsAt: times.ofNullable(state.graceEndsAt),
      endsIdle: state.endsIdle,
      activeAttempt: state.activeAttempt,
      handoff: state.handoff && this.#monotonic(state.handoff),
      mayRestart: mayRestart({ options: state.options, stats }, this.#clock.monotonicMs()),
      attempts: state.attempts.map(({ number, phase, activatedAt }): AttemptFacts => {
        return {
          ...this.attempt(number),
          number,
          phase,
          activatedAt: times.ofNullable(activatedAt),
          hasArrived: observer.hasArrived(state.id, number),
          inFlightRequests: observer.inFlightRequests(state.id, number),
        };
      }),
    };
  }

  #monotonic(handoff: HandoffUnderWay): HandoffUnderWay {
    const requestedAt = this.#times.of(handoff.requestedAt);
    if (handoff.phase === 'requested') return { ...handoff, requestedAt };
    return { ...handoff, requestedAt, switchedAt: this.#times.of(handoff.switchedAt) };
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

  /** Named as in Apify's run statistics and its `systemInfo` events. */
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
