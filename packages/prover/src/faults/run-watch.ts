/**
 * Observes one run: it sees each write of each attempt and injects the faults of the case.
 *
 * [watch-1] faults do not overlap: while one is in progress no other is injected. The next fault of the case is
 *     injected at the first write after that which has its type and at least its ordinal.
 * [watch-2] once the calls of an attempt are dropped, none of them reaches the platform. No fault is injected into an
 *     attempt that was frozen.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptTraffic } from '../proxy/attempt-traffic.ts';
import { type Exchange, errorResponse, type HttpResponse } from '../proxy/exchange.ts';
import type { Case, Fault } from './fault.ts';
import {
  type DegradedMode,
  type FaultContext,
  faultInjectors,
  type HandoffMode,
  type MigrationResult,
  type RunControls,
} from './fault-injectors.ts';
import { Timeline, type WriteEvent } from './timeline.ts';

const refusalStatusCodes = [503, 429, 500, 502];
const slowMs = 300;

export class RunWatch implements FaultContext {
  readonly timeline = new Timeline();
  readonly attempts: AttemptTraffic[] = [];
  readonly #controls: RunControls;
  readonly #pending: Fault[];
  #degradedMode: DegradedMode | undefined;
  #lostAtNextWrite: AttemptTraffic | undefined;
  #inProgress: Promise<void> | undefined;
  #writeListeners: (() => void)[] = [];

  constructor(faults: Case, controls: RunControls) {
    this.#pending = [...faults];
    this.#controls = controls;
  }

  /** How many faults of the case have been injected. */
  get injectedCount(): number {
    return this.timeline.faults().length;
  }

  add(attempt: AttemptTraffic): void {
    this.attempts.push(attempt);
    this.timeline.began(attempt.number);
    void attempt.migrating.then(() => this.timeline.sawMigrating(attempt.number));
  }

  /** Handles a call of one of the run's attempts. */
  async handle(exchange: Exchange): Promise<void> {
    const { attempt, write } = exchange;
    // [watch-2]
    if (attempt.callPolicy === 'drop') return exchange.drop();
    if (attempt.callPolicy === 'hold') await attempt.thawed;
    if (write === undefined) return this.#handleRead(exchange);
    const event = this.timeline.write(attempt.number, write);
    this.#notifyWriteListeners();
    if (this.#lostAtNextWrite === attempt) return this.#lose(exchange, event);
    // [watch-2]
    const fault = attempt.isZombie ? undefined : this.#faultAt(event);
    if (fault !== undefined) return this.#inject(fault, exchange, event);
    if (await this.applyDegradedMode(exchange, event)) return;
    exchange.respond(await this.forward(exchange, event));
  }

  migrate(mode: HandoffMode): Promise<MigrationResult> {
    return this.#controls.migrate(mode);
  }

  protect(attempt: AttemptTraffic): void {
    this.#controls.protect(attempt);
  }

  restartPlatform(): Promise<void> {
    return this.#controls.restartPlatform();
  }

  async forward(exchange: Exchange, event: WriteEvent): Promise<HttpResponse> {
    try {
      const response = await exchange.forward();
      event.outcome = response.statusCode < 400 ? 'done' : 'refused';
      return response;
    } catch (error) {
      event.outcome = 'unknown';
      throw error;
    }
  }

  async writesAfter(attempt: number, count: number): Promise<void> {
    const made = () => this.timeline.writes().filter((write) => write.attempt > attempt).length;
    while (made() < count) await new Promise<void>((resolve) => this.#writeListeners.push(resolve));
  }

  async thawAll(): Promise<void> {
    const frozen = this.attempts.filter(({ callPolicy }) => callPolicy === 'hold');
    for (const { number } of frozen) this.timeline.note(number, 'thawed');
    await Promise.all(frozen.map((attempt) => attempt.thaw()));
  }

  loseAtNextWrite(attempt: AttemptTraffic): void {
    this.#lostAtNextWrite = attempt;
  }

  enterDegradedMode(mode: DegradedMode): void {
    this.#degradedMode = mode;
  }

  async applyDegradedMode(exchange: Exchange, event: WriteEvent | undefined): Promise<boolean> {
    const mode = this.#degradedMode;
    if (mode === undefined || mode.callsLeft <= 0 || event?.type === 'outside') return false;
    mode.callsLeft -= 1;
    if (mode.kind === 'slow') {
      await delay(slowMs);
      return false;
    }
    if (event !== undefined) event.outcome = 'refused';
    exchange.respond(errorResponse(refusalStatusCodes[mode.callsLeft % refusalStatusCodes.length]!));
    return true;
  }

  /** Resolves when no fault is in progress. */
  async settled(): Promise<void> {
    this.#notifyWriteListeners();
    await this.#inProgress;
  }

  /** Kills the processes of the run's attempts that are left. */
  end(): void {
    for (const attempt of this.attempts) attempt.end();
  }

  async #handleRead(exchange: Exchange): Promise<void> {
    if (!(await this.applyDegradedMode(exchange, undefined))) exchange.relay();
  }

  #notifyWriteListeners(): void {
    for (const listener of this.#writeListeners.splice(0)) listener();
  }

  /** [watch-1]. */
  #faultAt({ type, ordinal }: WriteEvent): Fault | undefined {
    const next = this.#pending[0];
    if (this.#inProgress !== undefined || next === undefined) return undefined;
    if (next.type !== type || ordinal < next.ordinal) return undefined;
    return this.#pending.shift();
  }

  async #inject(fault: Fault, exchange: Exchange, event: WriteEvent): Promise<void> {
    const { attempt } = exchange;
    // A cold handoff waits until all earlier containers have ended.
    void this.thawAll();
    const injection = faultInjectors[fault.kind](this, fault, exchange, event);
    const settled = injection.settled.catch((error: unknown) => {
      this.timeline.note(attempt.number, `the fault could not be injected: ${String(error)}`);
    });
    this.#inProgress = settled.finally(() => {
      this.#inProgress = undefined;
    });
    await injection.responded;
  }

  #lose(exchange: Exchange, event: WriteEvent): void {
    const { attempt } = exchange;
    this.#lostAtNextWrite = undefined;
    attempt.freeze('drop');
    event.outcome = 'stopped';
    exchange.drop();
    this.timeline.note(attempt.number, 'its server was lost');
    this.#inProgress = this.migrate('lost').then(() => {
      this.#inProgress = undefined;
    });
  }
}
