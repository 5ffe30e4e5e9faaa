/**
 * Supervises all runs. At each start and at each change it compares the state of a run in the database with what is known
 * of its containers, and a worker acts on the difference. A crash of the platform is therefore the same case as a start.
 * The invariants [worker-1] to [worker-4] are in `run-worker.ts`. This folder may import the runs' other folders, the
 * interfaces of the adapters, and for `launch.ts` the domain of builds; nothing of the API.
 */
import type { Caller } from '../../database/operation.ts';
import type { Reattachment } from '../../engines/engine.ts';
import { Refusal } from '../../shared/errors.ts';
import type { HandoffResult } from '../operations/handoff-lists.ts';
import type { Limits } from '../state/plan.ts';
import { allot, checkMemory, place, type QueuedRun, type Turns } from '../state/room.ts';
import {
  type AttemptState,
  activeAttemptOf,
  type HandoffMode,
  type HandoffReason,
  isOver,
  type RunState,
} from '../state/run-state.ts';
import type { Change } from '../state/transitions.ts';
import { Boots } from './boots.ts';
import type { Collaborators } from './collaborators.ts';
import type { LiveRun } from './live-run.ts';
import type { HandoffRequest, KeptPlace, RunControl } from './run-control.ts';
import { RunSamples } from './run-samples.ts';
import { RunWorker } from './run-worker.ts';
import type { ServerLoad } from './servers.ts';
import { retryMs, type SupervisorPhase, Waiters, type WorkerContext } from './worker-context.ts';

/** How often runs that wait for room look for some, besides whenever another run ends. */
const roomWakeMs = 1000;

const isNoRoom = (error: unknown): boolean => error instanceof Refusal && error.type === 'no-room';

export class Supervisor implements RunControl, WorkerContext {
  readonly parts: Collaborators;
  readonly runEnds = new Waiters();
  readonly handoffEnds = new Waiters();
  readonly attemptEnds = new Waiters();
  readonly boots: Boots;
  readonly samples = new RunSamples();
  readonly #workers = new Map<string, RunWorker>();
  readonly #turns: Turns = new Map();
  /** Room for runs that are about to be created. */
  readonly #kept = new Set<{ readonly serverId: string | null; readonly memoryMbytes: number }>();
  #cancelRoomWake: () => void = () => undefined;
  readonly #pending = new Set<Promise<void>>();
  #phase: SupervisorPhase = 'recovering';
  #limits: Limits;

  constructor(parts: Collaborators) {
    this.parts = parts;
    this.#limits = parts.limits;
    this.boots = new Boots(parts.clock);
    parts.servers.onOpen(() => this.roomChanged());
    parts.engine.listen((event) => {
      return this.#phase === 'closed' ? undefined : this.#workers.get(event.runId)?.onContainerEvent(event);
    });
  }

  get phase(): SupervisorPhase {
    return this.#phase;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Loads every unfinished run that an earlier platform process had, and reattaches the containers that outlived it. */
  async recover(): Promise<void> {
    const { store, engine } = this.parts;
    const states = await Promise.all((await store.unfinished()).map((id) => store.load(id)));
    states.sort((one, other) => one.startedAt - other.startedAt);
    if (engine.reattachment === undefined) await this.#killOrphans(states);
    for (const state of states) this.#workers.set(state.id, new RunWorker(this, state, true));
    if (engine.reattachment !== undefined) await this.#reattachContainers(engine.reattachment);
  }

  async #killOrphans(states: readonly RunState[]): Promise<void> {
    const { engine } = this.parts;
    const left = states
      .flatMap(({ attempts }) => attempts.map(({ container }) => container))
      .filter((each) => each !== null);
    await Promise.all(left.map((container) => engine.killOrphan(container)));
  }

  /** Containers that are still wanted stay where they are. The others are ended before any is started. */
  async #reattachContainers(reattachment: Reattachment): Promise<void> {
    const reattached = await Promise.all([...this.#workers.values()].map((worker) => worker.reattach(reattachment)));
    this.parts.inFlightRequests.keepOnly(reattached.flat());
    await reattachment.sweep(reattached.flat());
  }

  /** Starts to act on the recovered runs. To be called once the API listens, since containers call it. */
  start(): void {
    this.#phase = 'working';
    for (const worker of this.#workers.values()) {
      if (!isOver(worker.state)) worker.log('The platform was restarted and continues this run.');
      worker.advance();
    }
    this.roomChanged();
  }

  /**
   * Prepares the runs for a shutdown: each whose attempt can be told drains, saves its state and is fenced. Its next
   * attempt is started by the next start of the platform [worker-4]. Resolves after `graceMs` at the latest.
   */
  async handOff(graceMs: number): Promise<void> {
    const { limits, events } = this.parts;
    this.#limits = { ...limits, graceMs, quietGraceMs: Math.min(limits.quietGraceMs, graceMs / 4) };
    this.#phase = 'handingOff';
    const told = [...this.#workers.values()].filter(({ state }) => {
      return state.status === 'RUNNING' && events.isConnected(state.id, state.activeAttempt!);
    });
    await Promise.allSettled(told.map((worker) => this.#handOffRun(worker, graceMs)));
  }

  async #handOffRun(worker: RunWorker, waitMs: number): Promise<void> {
    const before = worker.state.activeAttempt;
    if (worker.state.handoff === null) await worker.apply(this.#request('cold', 'migration', null));
    const isOff = async () => {
      const { state } = worker;
      const isGone = isOver(state) || state.attempts.every(({ phase }) => phase === 'active');
      return isGone && state.activeAttempt !== before;
    };
    await this.attemptEnds.wait(worker.state.id, isOff, { clock: this.parts.clock, waitMs });
  }

  /** Stops to act on runs. It ends none of them: the containers end with the engine, and the next start continues the runs. */
  close(): void {
    this.#phase = 'closed';
    this.#cancelRoomWake();
    this.boots.close();
    for (const { run } of this.#workers.values()) run.cancelWake();
    for (const waiters of [this.runEnds, this.handoffEnds, this.attemptEnds]) waiters.wakeAll();
  }

  /** Resolves once nothing more is written. To be called after `close`, and after the engine's. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  async placeNew({ userId, memoryMbytes }: { userId: string; memoryMbytes: number }): Promise<KeptPlace> {
    await this.parts.admission?.check(userId);
    const placeable = this.parts.servers.placeable(this.load());
    // Refused, rather than left waiting, when there is no server at all.
    place(placeable, {});
    checkMemory(placeable, memoryMbytes);
    const newcomer = { id: '', userId, memoryMbytes, queuedAt: this.parts.clock.now() };
    const allotments = allot([...this.#queue(), newcomer], placeable, new Map(this.#turns), newcomer.queuedAt);
    const serverId = allotments.find(({ run }) => run === newcomer)?.serverId ?? null;
    const kept = { serverId, memoryMbytes };
    this.#kept.add(kept);
    const release = () => {
      if (this.#kept.delete(kept)) this.roomChanged();
    };
    return { serverId, release };
  }

  load(): ServerLoad {
    const attempts = new Map<string, number>();
    const mbytes = new Map<string, number>();
    const take = (serverId: string, memoryMbytes: number) => {
      const machine = this.parts.servers.machineOf(serverId);
      mbytes.set(machine, (mbytes.get(machine) ?? 0) + memoryMbytes);
    };
    for (const { run } of this.#workers.values()) {
      const { state } = run;
      const active = activeAttemptOf(state)?.serverId;
      if (active !== undefined) attempts.set(active, (attempts.get(active) ?? 0) + 1);
      for (const serverId of run.servers) take(serverId, state.options.memoryMbytes);
      const target = this.#reservedServerOf(state);
      if (target !== undefined) take(target, state.options.memoryMbytes);
    }
    for (const { serverId, memoryMbytes } of this.#kept) {
      if (serverId === null) continue;
      attempts.set(serverId, (attempts.get(serverId) ?? 0) + 1);
      take(serverId, memoryMbytes);
    }
    return { attempts, mbytes };
  }

  /** Where a handoff that was asked for keeps room for the next attempt. */
  #reservedServerOf(state: RunState): string | undefined {
    const { handoff } = state;
    if (handoff?.phase !== 'requested' || handoff.to !== null || handoff.targetServerId === null) return undefined;
    const leaving = activeAttemptOf(state)?.serverId;
    const { servers } = this.parts;
    const swaps = handoff.mode !== 'warm' && leaving !== undefined;
    // Without a second attempt beside the first, the memory of its own is enough.
    if (swaps && servers.machineOf(leaving) === servers.machineOf(handoff.targetServerId)) return undefined;
    return handoff.targetServerId;
  }

  /** The runs that wait for room. */
  #queue(): QueuedRun[] {
    return [...this.#workers.values()].flatMap(({ run, state }) => {
      const waits = state.status === 'READY' && state.activeAttempt === null && run.allottedServerId === null;
      if (!waits || isOver(state)) return [];
      const { id, userId, options, stats, startedAt } = state;
      return [{ id, userId, memoryMbytes: options.memoryMbytes, queuedAt: stats.resumedAt ?? startedAt }];
    });
  }

  /** Starts the runs that wait for room, as far as there is some. */
  roomChanged(): void {
    this.#cancelRoomWake();
    this.#cancelRoomWake = () => undefined;
    if (this.#phase !== 'working') return;
    const { servers, clock } = this.parts;
    const queue = this.#queue();
    if (queue.length === 0) return;
    // [admission-1]
    const isOpen = this.parts.admission?.isOpen ?? true;
    const allotments = isOpen ? allot(queue, servers.placeable(this.load()), this.#turns, clock.now()) : [];
    for (const { run, serverId } of allotments) {
      const worker = this.#workers.get(run.id)!;
      worker.run.allottedServerId = serverId;
      worker.advance();
    }
    // A server may come back, and a run that waits too long gets a machine for itself [room-3].
    if (allotments.length < queue.length) this.#cancelRoomWake = clock.after(roomWakeMs, () => this.roomChanged());
  }

  /** The statuses of the runs that are not over. */
  *runStatuses(): Iterable<RunState['status']> {
    for (const { state } of this.#workers.values()) if (!isOver(state)) yield state.status;
  }

  /** The runs whose active attempt is on a server. */
  runsOn(serverId: string): string[] {
    return [...this.#workers.values()]
      .filter(({ state }) => activeAttemptOf(state)?.serverId === serverId)
      .map(({ state }) => state.id);
  }

  /** The attempts that are on a server, or come or go, the longest-running runs first. */
  attemptsOn(serverId: string): { readonly run: RunState; readonly attempt: AttemptState }[] {
    return [...this.#workers.values()]
      .flatMap(({ state: run }) => run.attempts.map((attempt) => ({ run, attempt })))
      .filter(({ attempt }) => attempt.serverId === serverId)
      .sort((one, other) => one.run.startedAt - other.run.startedAt);
  }

  /** When the drain of the run's handoff began, in ms since 1970, until the database has it. */
  drainStartedAt(runId: string): number | null {
    return this.#workers.get(runId)?.drainStartedAt ?? null;
  }

  activeAttemptOf(runId: string): number | null | undefined {
    return this.#workers.get(runId)?.state.activeAttempt;
  }

  /** As `activeAttemptOf`, but undefined as soon as the run is over. */
  servingAttemptOf(runId: string): number | null | undefined {
    const state = this.#workers.get(runId)?.state;
    return state === undefined || isOver(state) ? undefined : state.activeAttempt;
  }

  /** The user whose run it is; undefined when it is not supervised. */
  ownerOf(runId: string): string | undefined {
    return this.#workers.get(runId)?.state.userId;
  }

  /** Whether an attempt is known and not fenced. */
  isAlive(runId: string, attempt: number): boolean {
    const known = this.#workers.get(runId)?.state.attempts.find(({ number }) => number === attempt);
    return known !== undefined && known.phase !== 'fenced';
  }

  usageOf(runId: string): Readonly<Record<string, number>> | undefined {
    return this.#workers.get(runId)?.run.usage.values;
  }

  waitOf(runId: string): string | undefined {
    const worker = this.#workers.get(runId);
    return worker === undefined || isOver(worker.state) ? undefined : worker.run.waitsFor;
  }

  async supervise(runId: string): Promise<void> {
    try {
      await this.#load(runId);
    } catch (error) {
      // [worker-3] the run exists, even if it could not be read.
      this.#reloadLater(runId, error);
      throw error;
    }
  }

  async #load(runId: string): Promise<void> {
    const state = await this.parts.store.load(runId);
    const known = this.#workers.get(runId);
    if (known !== undefined) return known.applyState(state);
    if (isOver(state) && state.attempts.length === 0) return;
    const worker = new RunWorker(this, state, false);
    this.#workers.set(runId, worker);
    this.parts.observer?.changed(undefined, state);
    worker.advance();
    this.roomChanged();
  }

  forget(run: LiveRun): void {
    // Its worker may call this once more, after the run was resurrected and has another worker.
    if (this.#workers.get(run.id)?.run !== run) return;
    this.#workers.delete(run.id);
    this.samples.end(run.id);
    this.parts.logs.end(run.id);
    this.roomChanged();
  }

  async change(runId: string, change: Change, caller: Caller): Promise<RunState> {
    try {
      const state = await this.parts.store.change(runId, change, caller);
      this.#workers.get(runId)?.applyState(state);
      return state;
    } catch (error) {
      // [worker-3] a change that failed may still have taken effect, so the run is loaded again.
      if (!(error instanceof Refusal)) this.reload(runId);
      throw error;
    }
  }

  reload(runId: string): void {
    if (this.#phase !== 'closed') this.#load(runId).catch((error: unknown) => this.#reloadLater(runId, error));
  }

  #reloadLater(runId: string, error: unknown): void {
    if (this.#phase === 'closed' || error instanceof Refusal) return;
    this.parts.logger.error({ err: error, runId }, 'the state of a run could not be read; it is tried again');
    this.parts.clock.after(retryMs, () => this.reload(runId));
  }

  async reboot(runId: string, caller: Caller): Promise<RunState> {
    // Read as the caller, so that a fenced attempt is refused [fence-1].
    const state = await this.parts.store.load(runId, caller);
    const { handoff } = state;
    const worker = this.#workers.get(runId);
    const isDraining = handoff?.phase === 'requested' && caller.kind === 'attempt' && caller.attempt === handoff.from;
    if (worker !== undefined && isDraining) {
      worker.run.attempt(handoff.from).calledReboot = true;
      worker.advance();
      return state;
    }
    return this.change(runId, this.#request('cold', 'reboot', null), caller);
  }

  async migrate(runId: string, { mode, server }: HandoffRequest, caller: Caller): Promise<HandoffResult> {
    const { store } = this.parts;
    const state = await store.load(runId, caller);
    const { target, mode: possibleMode } = this.#placeHandoff(state, mode, server);
    const reason = mode === 'lost' ? 'lost' : 'migration';
    const request = this.#request(possibleMode, reason, target);
    await this.change(runId, request, caller);
    const read = async () => (await store.handoffs(runId)).find(({ id }) => id === request.id)!;
    await this.handoffEnds.wait(request.id, async () => !['requested', 'switched'].includes((await read()).phase));
    const result = await read();
    if (result.phase === 'done') return result;
    throw new Refusal(409, 'handoff-cancelled', `The run ${runId} was not moved: ${result.outcome}.`, { ...result });
  }

  /**
   * Where a run goes, and how: a warm handoff needs room for two attempts, and is cold when there is only room for one.
   * @throws Refusal 409 `no-room` when there is none on any other machine; the run stays where it is
   */
  #placeHandoff(state: RunState, mode: HandoffMode, server?: string): { target: string; mode: HandoffMode } {
    const { servers } = this.parts;
    const active = activeAttemptOf(state);
    const leaving = active?.serverId;
    // A run that cannot be moved is refused for that reason, and not for want of room.
    const memoryMbytes = active === undefined ? 0 : state.options.memoryMbytes;
    const request = { wanted: server, leaving, memoryMbytes };
    const swaps = leaving === undefined ? undefined : servers.machineOf(leaving);
    try {
      const target = servers.choose(this.load(), mode === 'warm' ? request : { ...request, swaps });
      return { target, mode };
    } catch (error) {
      if (mode !== 'warm' || !isNoRoom(error)) throw error;
      const target = servers.choose(this.load(), { ...request, swaps });
      this.#workers.get(state.id)?.log('There is no room for a second attempt beside the first: the handoff is cold.');
      return { target, mode: 'cold' };
    }
  }

  async waitForEnd(runId: string, waitMs: number): Promise<void> {
    if (this.#phase === 'closed') return;
    const isRunOver = async () => {
      const state = this.#workers.get(runId)?.state;
      return state === undefined || isOver(state);
    };
    await this.runEnds.wait(runId, isRunOver, { clock: this.parts.clock, waitMs });
  }

  /** Called when something has happened that may matter to a run. */
  advanceRun(runId: string): void {
    this.#workers.get(runId)?.advance();
  }

  #request(mode: HandoffMode, reason: HandoffReason, targetServerId: string | null) {
    return { kind: 'requestHandoff', id: this.parts.newId(), mode, reason, targetServerId } as const;
  }
}
