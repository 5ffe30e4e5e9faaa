import type { ContainerRef } from '../../engines/engine.ts';
import { attemptKey } from '../../shared/attempt-key.ts';
import { platformFaultOf } from '../../shared/platform-fault.ts';
import { startDelayMs } from '../state/plan.ts';
import type { AttemptState, RunState } from '../state/run-state.ts';
import type { Change } from '../state/transitions.ts';
import type { LiveRun } from './live-run.ts';
import type { WorkerContext } from './worker-context.ts';

/** What a start needs of the worker of its run. */
interface StartingWorker {
  readonly run: LiveRun;
  hide: (text: string) => string;

  log(text: string): void;
  advance(): void;
  apply(change: Change): Promise<RunState>;
}

/**
 * Starts the containers of one run's attempts, each when it is its turn to boot. A start that fails by a fault of the
 * platform is left to be made again [plan-6].
 */
export class AttemptStarts {
  readonly #context: WorkerContext;
  readonly #worker: StartingWorker;

  constructor(context: WorkerContext, worker: StartingWorker) {
    this.#context = context;
    this.#worker = worker;
  }

  /** Starts an attempt as soon as it is its turn to boot. */
  start(number: number): void {
    const { run } = this.#worker;
    const { servers } = this.#context.parts;
    const attempt = run.state.attempts.find((each) => each.number === number);
    if (attempt === undefined) return;
    const live = run.attempt(number);
    const failures = live.container.kind === 'delayed' ? live.container.failures : 0;
    live.container = { kind: 'queued' };
    this.#context.boots.request({
      key: attemptKey(run.id, number),
      machine: servers.machineOf(attempt.serverId),
      atOnce: servers.bootsAtOnce(attempt.serverId),
      isNew: run.state.attemptCount === 1,
      createdAt: run.state.startedAt,
      start: () => this.#boot(attempt, failures),
    });
  }

  /** Does not wait until the container has booted. */
  #boot({ number, serverId, reason }: AttemptState, failures: number): void {
    const { run } = this.#worker;
    const attempt = run.state.attempts.find((each) => each.number === number);
    const live = run.attempt(number);
    const isWanted = attempt !== undefined && attempt.phase !== 'fenced' && live.container.kind === 'queued';
    // [worker-4]
    if (!isWanted || this.#context.phase !== 'working') {
      this.#context.boots.end(attemptKey(run.id, number));
      return;
    }
    live.container = { kind: 'starting', killSent: false };
    if (attempt.phase === 'waiting') this.#context.parts.gate.hold(run.id, number);
    const { handoff } = run.state;
    const why = handoff === null ? reason : `${handoff.reason}, a ${handoff.mode} handoff from ${handoff.from}`;
    this.#worker.log(`Attempt ${number} starts on server ${serverId} (${why}).`);
    const launch = this.#launch(number)
      .then(() => {
        if (live.container.kind === 'starting') live.container = { ...live.container, kind: 'running' };
      })
      .catch((error: Error) => {
        this.#context.boots.end(attemptKey(run.id, number));
        if (this.#context.phase !== 'closed') this.#startFailed(number, error, failures + 1);
      })
      .finally(() => this.#worker.advance());
    this.#context.track(launch);
  }

  /** @param failures how many starts in a row have failed */
  #startFailed(attempt: number, error: Error, failures: number): void {
    const { run } = this.#worker;
    const { logger, clock, logs } = this.#context.parts;
    const live = run.attempt(attempt);
    const fault = platformFaultOf(error);
    logger.error({ err: error, runId: run.id, attempt, failures }, 'a container could not be started');
    // [worker-3] decides otherwise what becomes of a container whose reference could not be stored.
    if (live.container.kind !== 'starting' || fault === undefined) {
      this.#worker.log(`Attempt ${attempt} could not be started: ${error.message}`);
      if (live.container.kind === 'starting') {
        live.container = { kind: 'exited', exitCode: 1, startError: error.message };
      }
      return;
    }
    const delayMs = startDelayMs(failures);
    this.#worker.log(
      `Attempt ${attempt} could not be started, which is no fault of the Actor: ${fault}. ` +
        `It is tried again in ${delayMs / 1000} s.`,
    );
    live.container = { kind: 'delayed', failures, retryAt: clock.monotonicMs() + delayMs, fault };
    // Runs that wait for file handles should hold none.
    logs.rest(run.id);
  }

  async #launch(number: number): Promise<void> {
    const attempt = this.#worker.run.state.attempts.find((each) => each.number === number)!;
    const { spec, tokenHash, hide } = await this.#context.parts.launch(this.#worker.run.state, attempt);
    this.#worker.hide = hide;
    await this.#context.parts.engine.start(spec, async (container) => {
      const isWanted = await this.#record(number, { container, tokenHash });
      if (!isWanted) throw new Error('the attempt is not wanted any more');
    });
  }

  /** Whether the attempt is still wanted. */
  async #record(attempt: number, what: { container: ContainerRef; tokenHash: string }): Promise<boolean> {
    try {
      const { attempts } = await this.#worker.apply({ kind: 'recordContainer', attempt, ...what });
      return attempts.some(({ number, container }) => number === attempt && container !== null);
    } catch (error) {
      // [worker-3] this is no failure of the Actor, so the run continues with another attempt.
      this.#worker.run.attempt(attempt).container = { kind: 'lost' };
      throw error;
    }
  }
}
