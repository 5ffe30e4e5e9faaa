import type { ActorEvent } from '../../src/events/event-hub.ts';
import type { Agenda, Owner } from './agenda.ts';
import type { Answer, Call } from './call.ts';
import type { AttemptCaller } from './ledger.ts';
import type { Program } from './programs/program.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a container needs of the world that it is in. */
export interface ContainerSurroundings {
  readonly agenda: Agenda;
  readonly clock: VirtualClock;
  readonly network: { send(container: SimulatedContainer, call: Call): void };
}

/** A container: a program on a server, and the network between it and the platform. */
export class SimulatedContainer implements Owner {
  readonly runId: string;
  readonly attempt: number;
  readonly serverId: string;
  readonly program: Program;
  /** `held`: made, and not yet told to run [engine-1]. */
  phase: 'held' | 'running' | 'ended' = 'held';
  /** Its server is cut off: nobody can end it, and it may still call. */
  isUnreachable = false;
  exitCode: number | undefined;
  /** Called at its end. */
  ended: (exitCode: number) => void = () => undefined;
  readonly #world: ContainerSurroundings;

  constructor(
    world: ContainerSurroundings,
    at: { runId: string; attempt: number; serverId: string },
    program: Program,
  ) {
    this.#world = world;
    this.runId = at.runId;
    this.attempt = at.attempt;
    this.serverId = at.serverId;
    this.program = program;
  }

  get isDead(): boolean {
    return this.phase === 'ended';
  }

  get caller(): AttemptCaller {
    return { kind: 'attempt', userId: 'user', runId: this.runId, attempt: this.attempt };
  }

  get name(): string {
    return `${this.runId}/${this.attempt}`;
  }

  /** The program boots, which takes a while. */
  go(): void {
    this.phase = 'running';
    this.#world.agenda.add(
      `boot: ${this.name} ${this.program.name}`,
      () => this.#react(() => this.program.start()),
      this,
    );
  }

  hear(event: ActorEvent): void {
    if (this.phase === 'running') this.#react(() => this.program.heard(event));
  }

  answered(call: Call, answer: Answer): void {
    if (this.phase === 'running') this.#react(() => this.program.answered(call, answer));
  }

  end(exitCode: number): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.exitCode = exitCode;
    this.ended(exitCode);
  }

  #react(react: () => void): void {
    react();
    const { outbox, laterBox } = this.program;
    for (const call of outbox.splice(0)) this.#world.network.send(this, call);
    for (const call of laterBox.splice(0)) {
      this.#world.clock.after(5, () => this.#world.network.send(this, call), this);
    }
    if (this.program.exitCode !== undefined) this.end(this.program.exitCode);
  }
}
