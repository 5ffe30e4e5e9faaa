import type { Caller, Operation } from '../../src/database/operation.ts';
import type { Passage } from '../../src/runs/handoff/attempt-gate.ts';
import { InFlightRequests } from '../../src/runs/handoff/in-flight-requests.ts';
import { drainServer } from '../../src/runs/supervisor/server-drain.ts';
import { Servers } from '../../src/runs/supervisor/servers.ts';
import { Supervisor } from '../../src/runs/supervisor/supervisor.ts';
import { Refusal } from '../../src/shared/errors.ts';
import { type Answer, type Call, gateCallOf } from './call.ts';
import type { CrashPoint } from './crash-points.ts';
import { CrashingGate } from './crashing-gate.ts';
import type { AttemptCaller } from './ledger.ts';
import type { SimulatedContainer } from './simulated-container.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { SimulatedEvents } from './simulated-events.ts';
import { BrokenConnection, SimulatedStore } from './simulated-store.ts';
import type { PlatformLife, Surroundings } from './surroundings.ts';

const limits = { bootMs: 300, graceMs: 600, quietGraceMs: 100, stopMs: 100 };

/** The platform from a start to a `kill -9`: the real supervisor, gate and requests in hand over what is simulated. */
export class PlatformProcess implements PlatformLife {
  isDead = false;
  isListening = false;
  /** Handoffs that a user waits for. */
  unanswered = 0;
  readonly gate: CrashingGate;
  readonly engine: SimulatedEngine;
  readonly events: SimulatedEvents;
  readonly store: SimulatedStore;
  readonly #world: Surroundings;
  readonly #inFlightRequests: InFlightRequests;
  #servers: Servers | undefined;
  #supervisor: Supervisor | undefined;

  constructor(world: Surroundings) {
    this.#world = world;
    const advanceRun = (runId: string) => this.#supervisor?.advanceRun(runId);
    this.gate = new CrashingGate(world, this, advanceRun);
    this.#inFlightRequests = new InFlightRequests(advanceRun);
    this.engine = new SimulatedEngine(world, this);
    this.events = new SimulatedEvents(world, this);
    this.store = new SimulatedStore(world, this);
  }

  get supervisor(): Supervisor {
    return this.#supervisor!;
  }

  async start(): Promise<void> {
    const { gate, engine, events, store } = this;
    const clock = this.#world.clock.of(this);
    this.#servers = await Servers.open(this.#serverTable(), engine);
    this.#supervisor = new Supervisor({
      store,
      engine,
      gate,
      inFlightRequests: this.#inFlightRequests,
      events,
      servers: this.#servers,
      clock,
      limits,
      newId: () => this.#world.newId(),
      logs: {
        append: (_runId, text) => void this.#world.trace(`  log: ${text}`),
        note: (_runId, text) => this.#world.trace(`  log: ${text}`),
        rest: () => undefined,
        end: () => undefined,
      },
      logger: { error: (details) => this.#checkFault((details as { err: unknown }).err) },
      launch: async (run, { number, serverId }) => ({
        spec: {
          runId: run.id,
          attempt: number,
          serverId,
          program: { kind: 'image', image: '' },
          env: {},
          memoryMbytes: 0,
          diskMbytes: 0,
        },
        tokenHash: `${run.id}/${number}`,
        hide: (text) => text,
      }),
    });
    await this.#supervisor.recover();
    if (this.isDead) return;
    this.isListening = true;
    this.#supervisor.start();
  }

  crashesAt(point: CrashPoint): boolean {
    if (this.isDead) return true;
    if (!this.#world.faults.crashes(point)) return false;
    this.#world.crash(point);
    return true;
  }

  /** What a container asks for, as `app.ts` and the routes answer it. */
  async receive(container: SimulatedContainer, call: Call): Promise<Answer> {
    const { caller } = container;
    try {
      if (call.kind === 'connect') return this.#connect(container);
      const passage = this.gate.enter(caller, gateCallOf(call));
      await passage.admitted;
      return await this.#handle(caller, call, passage);
    } catch (error) {
      if (error instanceof BrokenConnection) return { kind: 'refused', statusCode: 500, type: 'internal-error' };
      if (!(error instanceof Refusal)) throw error;
      return { kind: 'refused', statusCode: error.statusCode, type: error.type };
    }
  }

  /** What a user asks for. */
  ask(what: string, act: (supervisor: Supervisor, servers: Servers) => Promise<unknown>): void {
    if (!this.isListening) return;
    this.unanswered += 1;
    this.#world.trace(`user: ${what}`);
    act(this.supervisor, this.#servers!)
      .catch((error: unknown) => {
        this.#world.trace(`  ${what}: ${(error as Error).message}`);
        this.#checkRefusal(error);
      })
      .finally(() => {
        this.unanswered -= 1;
      });
  }

  drain(serverId: string): void {
    this.ask(`drain ${serverId}`, (supervisor, servers) =>
      drainServer({ supervisor, servers, caller: { kind: 'platform' } }, serverId),
    );
  }

  undrain(serverId: string): void {
    if (this.isDead) return;
    this.#world.trace(`user: undrain ${serverId}`);
    this.#servers?.setDraining(serverId, false).catch((error: unknown) => this.#checkRefusal(error));
  }

  #connect(container: SimulatedContainer): Answer {
    const { runId, attempt } = container;
    if (!this.supervisor.isAlive(runId, attempt)) return { kind: 'refused', statusCode: 403, type: 'attempt-fenced' };
    this.events.connect(container);
    this.gate.arrive(runId, attempt);
    return { kind: 'done', value: null };
  }

  async #handle(caller: AttemptCaller, call: Call, passage: Passage): Promise<Answer> {
    if (this.isDead) return new Promise(() => undefined);
    this.#world.witness.handling(caller, call);
    let accepted = false;
    try {
      const value = await this.#perform(caller, call);
      accepted = true;
      return { kind: 'done', value };
    } finally {
      passage.leave(accepted);
    }
  }

  async #perform(caller: AttemptCaller, call: Call) {
    const { runId, attempt } = caller;
    switch (call.kind) {
      case 'connect':
        return null;
      case 'load':
        return this.store.view(caller);
      case 'reboot':
        await this.supervisor.reboot(runId, caller);
        return null;
      case 'metamorph':
        await this.#metamorph(caller);
        return null;
      case 'write': {
        const value = await this.store.write(caller, call.write);
        if (call.write.kind === 'take' && value !== null)
          this.#inFlightRequests.add(runId, attempt, 'q', String(value));
        if (call.write.kind === 'handle') this.#inFlightRequests.remove(runId, attempt, 'q', call.write.request);
        return value;
      }
    }
  }

  #metamorph(caller: AttemptCaller): Promise<unknown> {
    const metamorph = { actorId: 'other', buildId: 'other', buildNumber: '0.0.2', inputKey: 'INPUT-2' };
    const what = { kind: 'requestHandoff', mode: 'cold', reason: 'metamorph', targetServerId: null } as const;
    return this.supervisor.change(caller.runId, { ...what, id: this.#world.newId(), metamorph }, caller);
  }

  #checkRefusal(error: unknown): void {
    if (!(error instanceof Refusal || error instanceof BrokenConnection)) this.#world.fail(error);
  }

  /** The supervisor tries again what was refused; anything else is a fault of its own. */
  #checkFault(error: unknown): void {
    this.#world.trace(`  fault: ${error instanceof Error ? error.message : error}`);
    if (!/^the server .* is gone$|not wanted|EAGAIN$/.test((error as Error).message)) this.#checkRefusal(error);
  }

  /** The table of servers that are being drained, which `Servers` keeps in the database. */
  #serverTable() {
    const { draining } = this.#world;
    return {
      read: async <Input, Result>(_operation: Operation<Input, Result>, _input: Input, _caller: Caller) =>
        [...draining] as Result,
      write: async <Input, Result>(_operation: Operation<Input, Result>, input: Input, _caller: Caller) => {
        const { id, isDraining } = input as { id: string; isDraining: boolean };
        if (isDraining) draining.add(id);
        else draining.delete(id);
        return undefined as Result;
      },
      close: async () => undefined,
    };
  }
}
