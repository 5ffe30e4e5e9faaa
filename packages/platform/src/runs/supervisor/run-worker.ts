/**
 * Performs for one run the actions of its plan.
 *
 * [worker-1] each change is durable before anything follows from it: a gate opens, a container starts, a caller gets a response.
 * [worker-2] one loop a run: its actions are performed one after the other, each on the state that the last one left.
 * [worker-3] what fails, for instance because the disk is full, is tried again; a run never stays without supervision.
 * [worker-4] a platform that shuts down starts no more containers.
 */
import { performance } from 'node:perf_hooks';
import type { ContainerEvent, Reattachment, Telemetry } from '../../engines/engine.ts';
import { attemptKey } from '../../shared/attempt-key.ts';
import { Refusal } from '../../shared/errors.ts';
import { type Action, type ContainerState, plan } from '../state/plan.ts';
import type { PlacementRequest } from '../state/room.ts';
import { activeAttemptOf, isOver, type RunState } from '../state/run-state.ts';
import type { Change } from '../state/transitions.ts';
import { AttemptStarts } from './attempt-starts.ts';
import type { Collaborators } from './collaborators.ts';
import { saveLast, tellToMigrate } from './drain.ts';
import { type AttemptObserver, LiveRun } from './live-run.ts';
import { retryMs, type WorkerContext } from './worker-context.ts';

/** [worker-4] */
const startsContainer: ReadonlySet<Action['kind']> = new Set(['start', 'addWaiting']);

/** An attempt that needs less than this share of a core has booted, or waits for something. */
const bootedCpu = 0.5;

export class RunWorker {
  readonly run: LiveRun;
  readonly #context: WorkerContext;
  readonly #parts: Collaborators;
  readonly #observer: AttemptObserver;
  readonly #starts: AttemptStarts;
  /** What hides secrets in output. */
  hide: (text: string) => string = (text) => text;

  /** @param isRecovered whether an earlier platform process had the run: the containers that it started are lost then */
  constructor(context: WorkerContext, state: RunState, isRecovered: boolean) {
    this.#context = context;
    this.#parts = context.parts;
    this.run = new LiveRun(state, isRecovered, this.#parts.clock);
    this.#starts = new AttemptStarts(context, this);
    const { gate, inFlightRequests } = this.#parts;
    this.#observer = {
      hasArrived: (runId, attempt) => gate.traffic(runId, attempt).firstAtMs !== undefined,
      inFlightRequests: (runId, attempt) => inFlightRequests.countOf(runId, attempt),
    };
    // [gate-1] a call that a waiting attempt sent before it was killed may still arrive.
    for (const { number, phase } of isRecovered ? state.attempts : [])
      if (phase === 'waiting') gate.hold(state.id, number);
  }

  get state(): RunState {
    return this.run.state;
  }

  /** Writes a line of the platform's own into the run's log. */
  log(text: string): void {
    this.#parts.logs.note(this.run.id, text, this.#parts.clock.now());
  }

  /** After output, returns a promise that resolves when the log can take more, if it cannot now. */
  onContainerEvent(event: ContainerEvent): Promise<void> | undefined {
    const { run } = this;
    const { logs, clock } = this.#parts;
    const { attempt } = event;
    switch (event.kind) {
      case 'output':
        return logs.append(run.id, this.hide(event.text), event.atMs ?? clock.now());
      case 'telemetry':
        if (attempt === run.state.activeAttempt) this.#sendSystemInfo(attempt, event.telemetry);
        if (event.telemetry.cpuCurrentUsage < bootedCpu) this.#context.boots.end(attemptKey(run.id, attempt));
        return undefined;
      case 'exited':
        // A lost container is replaced, whatever the engine reports of it later.
        if (['lost', 'delayed'].includes(run.attempt(attempt).container.kind)) return undefined;
        run.attempt(attempt).container = {
          kind: 'exited',
          exitCode: event.exitCode,
          ...(event.cause && { cause: event.cause }),
        };
        this.#context.boots.end(attemptKey(run.id, attempt));
        this.advance();
        return undefined;
      case 'lost':
        run.attempt(attempt).container = { kind: 'lost' };
        this.#context.boots.end(attemptKey(run.id, attempt));
        this.advance();
        return undefined;
    }
  }

  #sendSystemInfo(attempt: number, telemetry: Telemetry): void {
    const { usage, id } = this.run;
    usage.add(telemetry);
    const at = this.#parts.clock.now();
    this.#context.samples.add(id, {
      at,
      attempt,
      inFlightRequests: this.#parts.inFlightRequests.countOf(id, attempt),
      memoryBytes: telemetry.memCurrentBytes,
      cpuPercent: telemetry.cpuCurrentUsage * 100,
    });
    const createdAt = new Date(at).toISOString();
    this.#parts.events.send(id, attempt, {
      name: 'systemInfo',
      data: { ...usage.values, isCpuOverloaded: telemetry.isCpuOverloaded ?? false, createdAt },
    });
  }

  /**
   * Replaces what this process knows of the run by the state in the database, and does what follows from the difference,
   * no matter who made the change.
   */
  applyState(state: RunState): void {
    const { run } = this;
    const { handoffEnds, runEnds } = this.#context;
    const before = run.state;
    run.state = state;
    if (state.activeAttempt !== null || isOver(state)) run.allottedServerId = null;
    for (const { number } of before.attempts) {
      const attempt = state.attempts.find((each) => each.number === number);
      if (attempt === undefined || attempt.phase === 'fenced') this.#parts.tokens?.forget(run.id, number);
      if (attempt === undefined) this.#forget(number);
    }
    if (state.activeAttempt !== before.activeAttempt) this.#openGate(before);
    if (before.handoff !== null && before.handoff.id !== state.handoff?.id) {
      if (state.activeAttempt === before.handoff.from) this.#resume(state.activeAttempt);
      handoffEnds.wake(before.handoff.id);
    }
    this.#parts.observer?.changed(before, state);
    if (isOver(state) && !isOver(before)) runEnds.wake(run.id);
    this.#parts.web?.changed(run.id);
    this.advance();
    this.#context.roomChanged();
  }

  /** Releases all that belongs to an attempt that has ended. */
  #forget(attempt: number): void {
    const { run } = this;
    const { gate, events, inFlightRequests, web } = this.#parts;
    run.forget(attempt);
    this.#context.boots.end(attemptKey(run.id, attempt));
    gate.forget(run.id, attempt);
    web?.forget(run.id, attempt);
    events.end(run.id, attempt);
    inFlightRequests.forget(run.id, attempt);
    this.#context.attemptEnds.wake(run.id);
    this.#parts.engine.reattachment?.release(run.id, attempt);
  }

  /** Reattaches the run's containers that still work, or have ended meanwhile. Resolves with their attempts. */
  async reattach(reattachment: Reattachment): Promise<{ runId: string; attempt: number }[]> {
    const { run } = this;
    const { reattachContext } = this.#parts;
    const wanted = run.state.attempts.filter(({ container, phase }) => container !== null && phase !== 'fenced');
    const reattached: { runId: string; attempt: number }[] = [];
    for (const attempt of reattachContext === undefined ? [] : wanted) {
      const hide = await reattachContext!.hider(run.state, attempt);
      const logged = await reattachContext!.logged(run.id);
      const live = run.attempt(attempt.number);
      this.hide = hide;
      // First, since the engine may report its end at once.
      live.container = { kind: 'running', killSent: false };
      const isTaken = await reattachment.reattach(
        { runId: run.id, attempt: attempt.number, ref: attempt.container! },
        { sinceMs: logged.sinceMs, take: (atMs, text) => logged.take(atMs, hide(text)) },
      );
      if (isTaken) reattached.push({ runId: run.id, attempt: attempt.number });
      else live.container = { kind: 'lost' };
    }
    return reattached;
  }

  /** [worker-1] called once the switch is durable. */
  #openGate(before: RunState): void {
    const { run } = this;
    const { gate } = this.#parts;
    const from = before.activeAttempt;
    const to = run.state.activeAttempt;
    if (to !== null) {
      run.openedAtMs = before.attempts.some(({ number }) => number === to) ? performance.now() : undefined;
      gate.open(run.id, to);
    }
    if (from !== null) {
      run.lastWriteAtMs = gate.traffic(run.id, from).lastWriteAtMs;
      gate.discard(run.id, from);
    }
    if (from !== null && to !== null) this.log(`Attempt ${from} is fenced; attempt ${to} is the active one.`);
  }

  /** The handoff is cancelled, so the attempt that was told to migrate stays: its held calls are admitted. */
  #resume(attempt: number): void {
    this.#parts.gate.open(this.run.id, attempt);
    this.#parts.web?.open(this.run.id, attempt);
    this.#parts.events.retract(this.run.id, attempt);
    const live = this.run.attempt(attempt);
    live.drain = { kind: 'notDraining' };
  }

  /** Makes a change durable. Resolves with the run as this change left it; others may have changed it since. */
  async apply(change: Change): Promise<RunState> {
    const state = await this.#parts.store.change(this.run.id, change);
    this.applyState(state);
    return state;
  }

  /** Plans and performs what the run needs, now or after the actions in progress [worker-2], [worker-3]. */
  advance(): void {
    const { run } = this;
    const { phase } = this.#context;
    run.wantsAdvance = true;
    if (run.isAdvancing || phase === 'closed' || phase === 'recovering') return;
    run.isAdvancing = true;
    run.cancelWake();
    const work = this.#work().then(
      () => {
        run.isAdvancing = false;
        // Something may have happened since the loop checked for the last time.
        if (run.wantsAdvance) this.advance();
      },
      (error: unknown) => {
        run.isAdvancing = false;
        if (this.#isClosed) return;
        this.#parts.logger.error({ err: error, runId: run.id }, 'an action for a run failed; it is tried again');
        run.cancelWake = this.#parts.clock.after(retryMs, () => this.#context.reload(run.id));
      },
    );
    this.#context.track(work);
  }

  get #isClosed(): boolean {
    return this.#context.phase === 'closed';
  }

  async #work(): Promise<void> {
    const { run } = this;
    const { clock } = this.#parts;
    while (run.wantsAdvance && !this.#isClosed) {
      run.wantsAdvance = false;
      // [clock-1]
      const now = clock.monotonicMs();
      this.#noteArrivals();
      const facts = run.facts(this.#observer, () => this.#target() !== undefined);
      const planned = plan(facts, this.#context.limits, now);
      const mayStart = this.#context.phase !== 'handingOff';
      const actions = planned.actions.filter(({ kind }) => mayStart || !startsContainer.has(kind));
      for (const action of actions) await this.#perform(action);
      if (actions.length > 0) run.wantsAdvance = true;
      else if (planned.wakeAt !== undefined) run.cancelWake = clock.after(planned.wakeAt - now, () => this.advance());
    }
    if (isOver(run.state) && run.state.attempts.length === 0) this.#context.forget(run);
  }

  /** An attempt that has called the platform has booted. */
  #noteArrivals(): void {
    const { run } = this;
    for (const { number, arrivedAt } of run.state.attempts) {
      if (!this.#observer.hasArrived(run.id, number)) continue;
      const key = attemptKey(run.id, number);
      if (this.#context.boots.isBooting(key)) this.#context.boots.end(key);
      if (arrivedAt === null && !isOver(run.state)) this.#storeArrival(number);
    }
  }

  /** For who looks at the run later; nothing waits for it, and nothing is decided by it. */
  #storeArrival(attempt: number): void {
    const live = this.run.attempt(attempt);
    const { firstAtMs } = this.#parts.gate.traffic(this.run.id, attempt);
    if (live.isArrivalKnown || firstAtMs === undefined) return;
    live.isArrivalKnown = true;
    const work = this.apply({ kind: 'recordArrival', attempt, arrivedAt: this.#wallTimeOf(firstAtMs) }).then(
      () => undefined,
      // As on a full disk. It is tried again when something else happens to the run.
      () => {
        live.isArrivalKnown = false;
      },
    );
    this.#context.track(work);
  }

  async #perform(action: Action): Promise<unknown> {
    const { run } = this;
    switch (action.kind) {
      case 'start':
        return this.#starts.start(action.attempt);
      case 'kill':
        return this.#kill(action.attempt);
      case 'end':
        return this.apply({ kind: 'endAttempt', attempt: action.attempt, exitCode: action.exitCode });
      case 'allocate':
        return this.apply({ kind: 'allocate', serverId: action.serverId });
      case 'addWaiting':
        return this.apply({ kind: 'addWaiting', serverId: this.#target()! });
      case 'sendMigrating':
        this.log(`Attempt ${action.attempt} is told that it migrates.`);
        tellToMigrate(this.#context, run, action.attempt);
        return this.#announceDrain();
      case 'sendPersist':
        return this.#persist(action.attempt);
      case 'sendAborting':
        return this.#tellToAbort(action.attempt);
      case 'stop':
        run.attempt(action.attempt).toldToStop = true;
        return this.#parts.engine.stop?.(run.id, action.attempt);
      case 'switch':
        return this.#switch(action.to);
      case 'completeHandoff':
        return this.#complete(action.outcome);
      case 'cancelHandoff':
        return this.#cancel(action.outcome);
      case 'requestHandoff': {
        const { mode, reason } = action;
        const id = this.#parts.newId();
        return this.apply({ kind: 'requestHandoff', id, mode, reason, targetServerId: null });
      }
      case 'finish':
        return this.#finish(action);
    }
  }

  #kill(attempt: number): void {
    const live = this.run.attempt(attempt);
    const { kind } = live.container;
    if (kind === 'starting' || kind === 'running') live.container = { kind, killSent: true };
    this.#parts.engine.kill(this.run.id, attempt);
  }

  /** The server for the next attempt of a handoff; undefined when none has room. */
  #target(): string | undefined {
    const { servers } = this.#parts;
    const { handoff, options } = this.run.state;
    const leaving = activeAttemptOf(this.run.state)?.serverId;
    const load = this.#context.load();
    // What the Actor itself asked for stays on its server.
    const stays = handoff !== null && ['reboot', 'metamorph', 'restart'].includes(handoff.reason);
    const wanted = handoff?.targetServerId ?? (stays ? leaving : undefined);
    const swaps = handoff?.mode === 'warm' || leaving === undefined ? undefined : servers.machineOf(leaving);
    const anywhere = { memoryMbytes: options.memoryMbytes, swaps };
    const requests: PlacementRequest[] = wanted === undefined ? [] : [{ wanted, leaving }];
    requests.push({ ...anywhere, leaving });
    // Its attempt is gone, so its own server is better than none.
    if (this.#isGone) requests.push(anywhere);
    for (const request of requests) {
      try {
        // Room was kept on the server that was asked for; it may have been drained since.
        return servers.choose(load, request);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    // It works there, and its place is its own.
    return stays ? leaving : undefined;
  }

  /** The database learns of a drain with its switch. */
  #announceDrain(): void {
    const { id: runId, userId, actorId, handoff } = this.run.state;
    if (handoff !== null) this.#parts.announce?.([{ kind: 'handoff', id: handoff.id, userId, runId, actorId }]);
  }

  #persist(attempt: number): void {
    const live = this.run.attempt(attempt);
    if (live.drain.kind !== 'toldToMigrate') return;
    const { migratingSentAt } = live.drain;
    const saving = { kind: 'saving', migratingSentAt } as const;
    live.drain = saving;
    // The handoff may be cancelled meanwhile and another one begin; that one has a drain of its own.
    saveLast(this.#context, this.run, { attempt, isOurs: () => live.drain === saving })
      .then(() => {
        if (live.drain === saving) live.drain = { kind: 'quiet', migratingSentAt };
        this.advance();
      })
      .catch((error: unknown) => {
        this.#parts.logger.error(
          { err: error, runId: this.run.id },
          'it could not be found out whether an attempt has saved its state; the drain lasts the whole grace',
        );
      });
  }

  #tellToAbort(attempt: number): void {
    const { id } = this.run;
    const { events } = this.#parts;
    this.run.attempt(attempt).toldToAbort = true;
    events.send(id, attempt, { name: 'aborting', data: {} });
    events.send(id, attempt, { name: 'persistState', data: { isMigrating: false, isAborting: true } });
  }

  /** Step 5 of a handoff. */
  async #switch(to: number | null): Promise<void> {
    const migratingAt = this.#drainStartedAt(this.run.state.activeAttempt!);
    // A waiting attempt keeps its server, even if every server has been drained since.
    const waiting = this.run.state.attempts.find(({ number }) => number === to);
    const serverId = waiting?.serverId ?? this.#target() ?? this.#homeServer;
    await this.apply({ kind: 'switch', to, serverId, migratingAt });
  }

  /** When the drain of the handoff under way began, in ms since 1970; null before, and after the switch. */
  get drainStartedAt(): number | null {
    const { handoff } = this.run.state;
    return handoff?.phase === 'requested' ? this.#drainStartedAt(handoff.from) : null;
  }

  #drainStartedAt(attempt: number): number | null {
    const { drain } = this.run.attempt(attempt);
    const { clock } = this.#parts;
    return drain.kind === 'notDraining' ? null : clock.now() - (clock.monotonicMs() - drain.migratingSentAt);
  }

  get #isGone(): boolean {
    const { activeAttempt } = this.run.state;
    return activeAttempt !== null && ['exited', 'lost'].includes(this.run.attempt(activeAttempt).container.kind);
  }

  /** Where the run is, and where a handoff that finds no other server leaves it. */
  get #homeServer(): string {
    return activeAttemptOf(this.run.state)!.serverId;
  }

  async #complete(outcome: string): Promise<void> {
    const { id, lastWriteAtMs, state } = this.run;
    const arrivedAtMs = this.#parts.gate.traffic(id, state.activeAttempt!).firstAtMs;
    const openedAtMs = this.run.openedAtMs ?? arrivedAtMs;
    const isKnown = openedAtMs !== undefined && lastWriteAtMs !== undefined;
    const downtimeMs = isKnown ? Math.max(0, openedAtMs - lastWriteAtMs) : null;
    const { handoff } = state;
    // A call that was held at the gate was accepted when that opened.
    const firstCallAt =
      arrivedAtMs === undefined ? null : this.#wallTimeOf(Math.max(arrivedAtMs, openedAtMs ?? arrivedAtMs));
    await this.apply({ kind: 'completeHandoff', outcome, firstCallAt, downtimeMs });
    this.#observeEnd(handoff, 'done', downtimeMs);
  }

  /** @param atMs of this process's `performance` */
  #wallTimeOf(atMs: number): number {
    return Math.round(this.#parts.clock.now() - (performance.now() - atMs));
  }

  #observeEnd(handoff: RunState['handoff'], outcome: 'done' | 'cancelled', downtimeMs: number | null): void {
    if (handoff === null) return;
    const finishedAt = this.#parts.clock.now();
    this.#parts.observer?.handoffEnded({ runId: this.run.id, handoff, outcome, finishedAt, downtimeMs });
  }

  async #cancel(outcome: string): Promise<void> {
    const { handoff } = this.run.state;
    await this.apply({ kind: 'cancelHandoff', outcome });
    this.#observeEnd(handoff, 'cancelled', null);
    this.log(`The handoff is cancelled: ${outcome}.`);
  }

  async #finish({ attempt, status, exitCode }: Extract<Action, { kind: 'finish' }>): Promise<void> {
    const { run } = this;
    const message = endMessageOf(
      run.state,
      status,
      attempt === null ? { kind: 'none' } : run.attempt(attempt).container,
    );
    await this.apply({ kind: 'finish', attempt, status, exitCode, message, usage: run.usage.values });
    if (!isOver(run.state)) return;
    this.log(`The run ended ${run.state.status}. ${message}`);
    for (const { number } of run.state.attempts) this.#parts.gate.discard(run.id, number);
  }
}

/** The status message of a run that has ended, unless the Actor set a final one. */
function endMessageOf({ options }: RunState, status: string, container: ContainerState): string {
  const end = container.kind === 'exited' ? container : undefined;
  switch (status) {
    case 'SUCCEEDED':
      return 'Actor succeeded.';
    case 'TIMED-OUT':
      return `The run took longer than its timeout of ${options.timeoutSecs} s.`;
    case 'ABORTED':
      return 'The run was aborted.';
    default:
      if (end?.startError !== undefined) return `The Actor could not be started: ${end.startError}`;
      if (end?.cause === 'outOfMemory') {
        return `The Actor was ended because it needed more memory than its ${options.memoryMbytes} MB.`;
      }
      if (end?.cause === 'diskFull') {
        return `The Actor was ended because it wrote more to its disk than its ${options.diskMbytes} MB.`;
      }
      return `The Actor process exited with code ${end?.exitCode ?? null}.`;
  }
}
