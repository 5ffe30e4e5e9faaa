/**
 * Does what the plan says. It compares what the database has of each run with what is known of its containers, at each
 * start and at each change, and acts on the difference; so a crash of the platform is the same case as a start.
 *
 * S1: each change is durable before anything follows from it: a gate opens, a container starts, a caller hears of it.
 * S2: one loop a run: its actions are performed one after the other, each on the state that the last one left.
 * S3: what fails, for instance because the disk is full, is tried again; a run is never left alone.
 * S4: a platform that is being ended starts no container any more.
 */
import { performance } from 'node:perf_hooks';
import type { Caller } from '../database/operation.ts';
import type { ContainerEvent, ContainerRef } from '../engines/engine.ts';
import { Refusal } from '../refusal.ts';
import { LiveRun, type Sight } from './live-run.ts';
import { type Action, type Limits, plan } from './plan.ts';
import { untilAnswered, untilQuiet } from './quiet.ts';
import type { HandoffResult, HandoffWish, RunControl } from './run-control.ts';
import { activeAttemptOf, type HandoffState, isOver, type RunState } from './run-state.ts';
import type { SupervisorParts } from './supervisor-parts.ts';
import type { Change } from './transitions.ts';
import { Waiters } from './waiters.ts';

/** How long after a failure it is tried again. */
const retryMs = 1000;
/** S4 */
const startsContainer: ReadonlySet<Action['kind']> = new Set(['start', 'addWaiting']);

export class Supervisor implements RunControl {
  readonly #parts: SupervisorParts;
  readonly #sight: Sight;
  readonly #runs = new Map<string, LiveRun>();
  readonly #hiding = new Map<string, (text: string) => string>();
  readonly #runEnds = new Waiters();
  readonly #handoffEnds = new Waiters();
  /** Loops and launches under way. */
  readonly #pending = new Set<Promise<void>>();
  readonly #attemptEnds = new Waiters();
  #limits: Limits;
  #isStarted = false;
  #isHandingOff = false;
  #isClosed = false;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#limits = parts.limits;
    const { gate, requestsInHand } = parts;
    this.#sight = {
      hasArrived: (runId, attempt) => gate.traffic(runId, attempt).firstAtMs !== undefined,
      requestsInHand: (runId, attempt) => requestsInHand.countOf(runId, attempt),
    };
    parts.engine.listen((event) => this.#onContainerEvent(event));
  }

  /** Takes up every run that a former platform process left, once all that it had started is killed. */
  async recover(): Promise<void> {
    const { store, engine } = this.#parts;
    const states = await Promise.all((await store.unfinished()).map((id) => store.load(id)));
    const left = states
      .flatMap(({ attempts }) => attempts.map(({ container }) => container))
      .filter((each) => each !== null);
    await Promise.all(left.map((container) => engine.killLeftover(container)));
    for (const state of states) this.#takeUp(state);
  }

  #takeUp(state: RunState): void {
    this.#runs.set(state.id, new LiveRun(state, true));
    // G1: a call that such an attempt sent before it was killed may still come.
    for (const { number, phase } of state.attempts) if (phase === 'waiting') this.#parts.gate.hold(state.id, number);
  }

  /** Goes on with what was taken up; once the API answers, since containers call it. */
  start(): void {
    this.#isStarted = true;
    for (const run of this.#runs.values()) {
      if (!isOver(run.state)) this.#note(run.id, 'The platform was started anew and goes on with this run.');
      this.#advance(run);
    }
  }

  /**
   * S4: hands every run that can be told off to the next start of the platform: it drains, saves and is fenced, and its
   * next attempt is not started any more. What has not come so far within `graceMs` is left to `close`.
   */
  async handOff(graceMs: number): Promise<void> {
    const { clock, limits, events } = this.#parts;
    this.#limits = { ...limits, graceMs, quietGraceMs: Math.min(limits.quietGraceMs, graceMs / 4) };
    this.#isHandingOff = true;
    const told = [...this.#runs.values()].filter(({ id, state }) => {
      return state.status === 'RUNNING' && events.isConnected(id, state.activeAttempt!);
    });
    const isGone = ({ state }: LiveRun) => isOver(state) || state.attempts.every(({ phase }) => phase === 'active');
    const ends = told.map(async (run) => {
      const before = run.state.activeAttempt;
      if (run.state.handoff === null) await this.#apply(run, this.#request('cold', 'migration', null));
      const isOff = async () => isGone(run) && run.state.activeAttempt !== before;
      await this.#attemptEnds.wait(run.id, isOff, { clock, waitMs: graceMs });
    });
    await Promise.allSettled(ends);
  }

  /** Ends nothing: what is at work is gone with the engine, and the next start goes on with it. */
  close(): void {
    this.#isClosed = true;
    for (const run of this.#runs.values()) run.cancelWake();
    this.#runEnds.wakeAll();
    this.#handoffEnds.wakeAll();
  }

  /** Answers once nothing more is written; after `close`, and after the engine's. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  async placeNew(): Promise<string> {
    return this.#parts.servers.choose(this.activeAttempts(), {});
  }

  /** How many active attempts are on each server, by its id. */
  activeAttempts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { state } of this.#runs.values()) {
      const serverId = activeAttemptOf(state)?.serverId;
      if (serverId !== undefined) counts.set(serverId, (counts.get(serverId) ?? 0) + 1);
    }
    return counts;
  }

  /** The runs whose active attempt is on a server. */
  runsOn(serverId: string): string[] {
    return [...this.#runs.values()]
      .filter(({ state }) => activeAttemptOf(state)?.serverId === serverId)
      .map(({ id }) => id);
  }

  /** Whether the platform still wants to hear of an attempt. */
  isAlive(runId: string, attempt: number): boolean {
    const known = this.#runs.get(runId)?.state.attempts.find(({ number }) => number === attempt);
    return known !== undefined && known.phase !== 'fenced';
  }

  usageOf(runId: string): Readonly<Record<string, number>> | undefined {
    return this.#runs.get(runId)?.usage.values;
  }

  async adopt(runId: string): Promise<void> {
    const state = await this.#parts.store.load(runId);
    const known = this.#runs.get(runId);
    if (known !== undefined) return this.#take(known, state);
    if (isOver(state) && state.attempts.length === 0) return;
    const run = new LiveRun(state, false);
    this.#runs.set(runId, run);
    this.#advance(run);
  }

  async change(runId: string, change: Change, caller: Caller): Promise<RunState> {
    try {
      const state = await this.#parts.store.change(runId, change, caller);
      const run = this.#runs.get(runId);
      if (run !== undefined) this.#take(run, state);
      return state;
    } catch (error) {
      if (!(error instanceof Refusal)) this.#askAnew(runId);
      throw error;
    }
  }

  /** S3: whether a change that failed took place is not known, so the database is asked. */
  #askAnew(runId: string): void {
    if (this.#isClosed) return;
    this.adopt(runId).catch((error: unknown) => {
      if (this.#isClosed) return;
      this.#parts.logger.error({ err: error, runId }, 'the state of a run could not be read; it is tried again');
      this.#parts.clock.after(retryMs, () => this.#askAnew(runId));
    });
  }

  async reboot(runId: string, caller: Caller): Promise<RunState> {
    // Read as the caller: a fenced attempt has nothing to ask for (F1).
    const state = await this.#parts.store.load(runId, caller);
    const { handoff } = state;
    const run = this.#runs.get(runId);
    const isDraining = handoff?.phase === 'requested' && caller.kind === 'attempt' && caller.attempt === handoff.from;
    if (run !== undefined && isDraining) {
      run.container(handoff.from).calledReboot = true;
      this.#advance(run);
      return state;
    }
    return this.change(runId, this.#request('cold', 'reboot', null), caller);
  }

  async migrate(runId: string, { mode, server }: HandoffWish, caller: Caller): Promise<HandoffResult> {
    const { store, servers } = this.#parts;
    const state = await store.load(runId, caller);
    const leaving = activeAttemptOf(state)?.serverId;
    const target = servers.choose(this.activeAttempts(), { wanted: server ?? null, ...(leaving && { leaving }) });
    const reason = mode === 'lost' ? 'lost' : 'migration';
    const request = this.#request(mode, reason, target);
    await this.change(runId, request, caller);
    const read = async () => (await store.handoffs(runId)).find(({ id }) => id === request.id)!;
    await this.#handoffEnds.wait(request.id, async () => !['requested', 'switched'].includes((await read()).phase));
    const result = await read();
    if (result.phase === 'done') return result;
    throw new Refusal(409, 'handoff-cancelled', `The run ${runId} was not moved: ${result.outcome}.`, { ...result });
  }

  async waitForEnd(runId: string, waitMs: number): Promise<void> {
    if (this.#isClosed) return;
    const isRunOver = async () => {
      const state = this.#runs.get(runId)?.state;
      return state === undefined || isOver(state);
    };
    await this.#runEnds.wait(runId, isRunOver, { clock: this.#parts.clock, waitMs });
  }

  /** Says that something has happened which may matter to a run. */
  poke(runId: string): void {
    const run = this.#runs.get(runId);
    if (run !== undefined) this.#advance(run);
  }

  #request(mode: HandoffState['mode'], reason: HandoffState['reason'], targetServerId: string | null) {
    return { kind: 'requestHandoff', id: this.#parts.newId(), mode, reason, targetServerId } as const;
  }

  #onContainerEvent(event: ContainerEvent): void {
    const { runId, attempt } = event;
    const run = this.#runs.get(runId);
    if (run === undefined || this.#isClosed) return;
    switch (event.kind) {
      case 'output': {
        const hide = this.#hiding.get(runId);
        this.#parts.logs.append(runId, hide?.(event.text) ?? event.text, this.#parts.clock.now());
        return;
      }
      case 'telemetry':
        if (attempt === run.state.activeAttempt) this.#sendSystemInfo(run, attempt, event.telemetry);
        return;
      case 'exited':
        // One that is lost is replaced, whatever is heard of it afterwards.
        if (run.container(attempt).container.kind === 'lost') return;
        run.container(attempt).container = { kind: 'exited', exitCode: event.exitCode };
        this.#advance(run);
        return;
      case 'lost':
        run.container(attempt).container = { kind: 'lost' };
        this.#advance(run);
        return;
    }
  }

  #sendSystemInfo(run: LiveRun, attempt: number, telemetry: Parameters<LiveRun['usage']['add']>[0]): void {
    run.usage.add(telemetry);
    const createdAt = new Date(this.#parts.clock.now()).toISOString();
    const data = { ...run.usage.values, isCpuOverloaded: false, createdAt };
    this.#parts.events.send(run.id, attempt, { name: 'systemInfo', data });
  }

  #note(runId: string, text: string): void {
    this.#parts.logs.append(runId, `WHERRY ${text}`, this.#parts.clock.now());
  }

  /**
   * Takes over what the database says now, and does what follows from it, whoever made the change and however this
   * process has heard of it.
   */
  #take(run: LiveRun, state: RunState): void {
    const before = run.state;
    run.state = state;
    for (const { number } of before.attempts) {
      if (!state.attempts.some((attempt) => attempt.number === number)) this.#forget(run, number);
    }
    if (state.activeAttempt !== before.activeAttempt) this.#passOn(run, before);
    if (before.handoff !== null && before.handoff.id !== state.handoff?.id) {
      if (state.activeAttempt === before.handoff.from) this.#goOn(run, state.activeAttempt);
      this.#handoffEnds.wake(before.handoff.id);
    }
    if (isOver(state) && !isOver(before)) this.#runEnds.wake(run.id);
    this.#advance(run);
  }

  /** An attempt has ended. */
  #forget(run: LiveRun, attempt: number): void {
    const { gate, events, requestsInHand } = this.#parts;
    run.forget(attempt);
    gate.forget(run.id, attempt);
    events.end(run.id, attempt);
    requestsInHand.forget(run.id, attempt);
    this.#attemptEnds.wake(run.id);
  }

  /** S1: the gate opens once the switch is durable. */
  #passOn(run: LiveRun, before: RunState): void {
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
    if (from !== null && to !== null) {
      this.#note(run.id, `Attempt ${from} is fenced; attempt ${to} is the active one.`);
    }
  }

  /** The attempt that was told to migrate goes on, since the handoff is off: what was held of it is let through. */
  #goOn(run: LiveRun, attempt: number): void {
    this.#parts.gate.open(run.id, attempt);
    const live = run.container(attempt);
    Object.assign(live, { migratingSentAt: undefined, persistSentAt: undefined, isQuiet: false });
  }

  async #apply(run: LiveRun, change: Change): Promise<void> {
    await this.#applied(run, change);
  }

  /** The run as this change left it; others may have changed it further since. */
  async #applied(run: LiveRun, change: Change): Promise<RunState> {
    const state = await this.#parts.store.change(run.id, change);
    this.#take(run, state);
    return state;
  }

  /** S2, S3 */
  #advance(run: LiveRun): void {
    run.wantsAdvance = true;
    if (run.isAdvancing || this.#isClosed || !this.#isStarted) return;
    run.isAdvancing = true;
    run.cancelWake();
    const work = this.#work(run).then(
      () => {
        run.isAdvancing = false;
        // What came in the moment since the loop looked for the last time.
        if (run.wantsAdvance) this.#advance(run);
      },
      (error: unknown) => {
        run.isAdvancing = false;
        if (this.#isClosed) return;
        this.#parts.logger.error({ err: error, runId: run.id }, 'the supervision of a run failed; it is tried again');
        run.cancelWake = this.#parts.clock.after(retryMs, () => this.#askAnew(run.id));
      },
    );
    this.#track(work);
  }

  async #work(run: LiveRun): Promise<void> {
    const { clock } = this.#parts;
    while (run.wantsAdvance && !this.#isClosed) {
      run.wantsAdvance = false;
      const now = clock.now();
      const planned = plan(run.facts(this.#sight, now), this.#limits, now);
      const actions = planned.actions.filter(({ kind }) => !this.#isHandingOff || !startsContainer.has(kind));
      const { wakeAt } = planned;
      for (const action of actions) await this.#perform(run, action);
      if (actions.length > 0) run.wantsAdvance = true;
      else if (wakeAt !== undefined) run.cancelWake = clock.after(wakeAt - now, () => this.#advance(run));
    }
    if (isOver(run.state) && run.state.attempts.length === 0) this.#drop(run);
  }

  #drop(run: LiveRun): void {
    // What was dropped may be woken once more, when the run was resurrected and is supervised anew.
    if (this.#runs.get(run.id) !== run) return;
    this.#runs.delete(run.id);
    this.#hiding.delete(run.id);
    this.#parts.logs.end(run.id);
  }

  async #perform(run: LiveRun, action: Action): Promise<void> {
    const { engine, events, clock } = this.#parts;
    switch (action.kind) {
      case 'start':
        return this.#start(run, action.attempt);
      case 'kill':
        run.container(action.attempt).killSent = true;
        return engine.kill(run.id, action.attempt);
      case 'end':
        return this.#apply(run, { kind: 'endAttempt', attempt: action.attempt, exitCode: action.exitCode });
      case 'addWaiting':
        return this.#apply(run, { kind: 'addWaiting', serverId: this.#target(run) });
      case 'sendMigrating':
        return this.#sendMigrating(run, action.attempt);
      case 'sendPersist':
        return this.#persist(run, action.attempt);
      case 'sendAborting':
        run.container(action.attempt).abortingSentAt = clock.now();
        events.send(run.id, action.attempt, { name: 'aborting', data: {} });
        events.send(run.id, action.attempt, { name: 'persistState', data: { isMigrating: false, isAborting: true } });
        return;
      case 'switch':
        return this.#switch(run, action.to);
      case 'completeHandoff':
        return this.#complete(run, action.outcome);
      case 'cancelHandoff':
        return this.#cancel(run, action.outcome);
      case 'requestHandoff':
        return this.#apply(run, this.#request(action.mode, action.reason, null));
      case 'finish':
        return this.#finish(run, action);
    }
  }

  /** Where the next attempt goes. */
  #target(run: LiveRun): string {
    const { handoff } = run.state;
    const leaving = activeAttemptOf(run.state)?.serverId;
    const counts = this.activeAttempts();
    // What the Actor asked for itself stays where it is.
    const stays = handoff !== null && ['reboot', 'metamorph', 'restart'].includes(handoff.reason);
    const wanted = handoff?.targetServerId ?? (stays ? leaving : undefined);
    try {
      return this.#parts.servers.choose(counts, { wanted: wanted ?? null, ...(leaving && { leaving }) });
    } catch (error) {
      // It was drained since it was asked for.
      if (!(error instanceof Refusal) || !wanted) throw error;
      return this.#parts.servers.choose(counts, leaving ? { leaving } : {});
    }
  }

  /** The container boots on its own time: the loop goes on meanwhile. */
  #start(run: LiveRun, number: number): void {
    const attempt = run.state.attempts.find((each) => each.number === number);
    if (attempt === undefined) return;
    const live = run.container(number);
    live.container = { kind: 'starting' };
    if (attempt.phase === 'waiting') this.#parts.gate.hold(run.id, number);
    const { handoff } = run.state;
    const why = handoff === null ? attempt.reason : `${handoff.reason}, a ${handoff.mode} handoff from ${handoff.from}`;
    this.#note(run.id, `Attempt ${number} starts on server ${attempt.serverId} (${why}).`);
    const launch = this.#launch(run, number)
      .then(() => {
        if (live.container.kind === 'starting') live.container = { kind: 'running' };
      })
      .catch((error: Error) => {
        if (this.#isClosed) return;
        this.#parts.logger.error({ err: error, runId: run.id, attempt: number }, 'a container could not be started');
        this.#note(run.id, `Attempt ${number} could not be started: ${error.message}`);
        if (live.container.kind === 'starting') live.container = { kind: 'exited', exitCode: 1 };
      })
      .finally(() => this.#advance(run));
    this.#track(launch);
  }

  async #launch(run: LiveRun, number: number): Promise<void> {
    const attempt = run.state.attempts.find((each) => each.number === number)!;
    const { spec, tokenHash, hide } = await this.#parts.launch(run.state, attempt);
    this.#hiding.set(run.id, hide);
    await this.#parts.engine.start(spec, async (container) => {
      const known = await this.#record(run, number, { container, tokenHash });
      if (!known) throw new Error('the attempt is not wanted any more');
    });
  }

  /** Whether the attempt is still wanted. */
  async #record(run: LiveRun, attempt: number, what: { container: ContainerRef; tokenHash: string }): Promise<boolean> {
    try {
      const { attempts } = await this.#applied(run, { kind: 'recordContainer', attempt, ...what });
      return attempts.some(({ number, container }) => number === attempt && container !== null);
    } catch (error) {
      // S3: the Actor is not to blame, so the run goes on with another attempt.
      run.container(attempt).container = { kind: 'lost' };
      throw error;
    }
  }

  #sendMigrating(run: LiveRun, attempt: number): void {
    const { events, gate, clock } = this.#parts;
    const { graceMs } = this.#limits;
    run.container(attempt).migratingSentAt = clock.now();
    gate.countSaves(run.id, attempt);
    this.#note(run.id, `Attempt ${attempt} is told that it migrates.`);
    events.send(run.id, attempt, { name: 'migrating', data: { timeRemainingSecs: Math.round(graceMs / 1000) } });
  }

  /** Step 4. The loop goes on meanwhile; the grace bounds it. */
  #persist(run: LiveRun, attempt: number): void {
    const live = run.container(attempt);
    live.persistSentAt = this.#parts.clock.now();
    this.#parts.gate.stopWork(run.id, attempt);
    this.#saveLast(run, attempt)
      .then(() => {
        live.isQuiet = true;
        this.#advance(run);
      })
      .catch((error: unknown) => this.#parts.logger.error({ err: error, runId: run.id }, 'a drain was not watched'));
  }

  async #saveLast(run: LiveRun, attempt: number): Promise<void> {
    const { events, gate, clock } = this.#parts;
    const isWanted = () => !this.#isClosed && run.state.handoff?.from === attempt && !isOver(run.state);
    const watch = { gate, events, clock, runId: run.id, attempt, isWanted };
    await untilAnswered(watch);
    const expected = gate.countSaves(run.id, attempt);
    events.send(run.id, attempt, { name: 'persistState', data: { isMigrating: true } });
    await untilQuiet(watch, expected);
  }

  /** Step 5. */
  async #switch(run: LiveRun, to: number | null): Promise<void> {
    const { migratingSentAt: migratingAt = null } = run.container(run.state.activeAttempt!);
    // One that waits has its place, though every server may be drained by now.
    const standby = run.state.attempts.find(({ number }) => number === to);
    const serverId = standby?.serverId ?? this.#target(run);
    await this.#apply(run, { kind: 'switch', to, serverId, migratingAt });
  }

  async #complete(run: LiveRun, outcome: string): Promise<void> {
    const { lastWriteAtMs, state } = run;
    const arrivedAtMs = this.#parts.gate.traffic(run.id, state.activeAttempt!).firstAtMs;
    const openedAtMs = run.openedAtMs ?? arrivedAtMs;
    const isKnown = openedAtMs !== undefined && lastWriteAtMs !== undefined;
    const downtimeMs = isKnown ? Math.max(0, openedAtMs - lastWriteAtMs) : null;
    await this.#apply(run, { kind: 'completeHandoff', outcome, downtimeMs });
  }

  async #cancel(run: LiveRun, outcome: string): Promise<void> {
    await this.#apply(run, { kind: 'cancelHandoff', outcome });
    this.#note(run.id, `The handoff is off: ${outcome}.`);
  }

  async #finish(run: LiveRun, { attempt, status, exitCode }: Extract<Action, { kind: 'finish' }>): Promise<void> {
    const message = endMessageOf(run.state, status, exitCode);
    await this.#apply(run, { kind: 'finish', attempt, status, exitCode, message, usage: run.usage.values });
    if (!isOver(run.state)) return;
    this.#note(run.id, `The run ended ${run.state.status}. ${message}`);
    for (const { number } of run.state.attempts) this.#parts.gate.discard(run.id, number);
  }
}

function endMessageOf({ options }: RunState, status: string, exitCode: number | null): string {
  switch (status) {
    case 'SUCCEEDED':
      return 'Actor succeeded.';
    case 'TIMED-OUT':
      return `The run took longer than its timeout of ${options.timeoutSecs} s.`;
    case 'ABORTED':
      return 'The run was aborted.';
    default:
      return `The Actor process exited with code ${exitCode}.`;
  }
}
