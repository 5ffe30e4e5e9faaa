import type { ContainerEvent, ContainerRef, ContainerSpec, Engine, ServerCapacity } from '../../src/engines/engine.ts';
import { SimulatedContainer } from './simulated-container.ts';
import type { PlatformLife, Surroundings } from './surroundings.ts';

/** The engine of one platform process, over the machines. It keeps [engine-1] and [engine-2] of `engine.ts`, at its own pace. */
export class SimulatedEngine implements Engine {
  readonly name = 'simulated';
  readonly #world: Surroundings;
  readonly #process: PlatformLife;
  readonly #started = new Set<SimulatedContainer>();
  #listener: (event: ContainerEvent) => void = () => undefined;

  constructor(world: Surroundings, process: PlatformLife) {
    this.#world = world;
    this.#process = process;
  }

  servers(): readonly string[] {
    return this.#world.machines.up();
  }

  capacityOf(serverId: string): ServerCapacity {
    return { machine: serverId, memoryMbytes: this.#world.machines.memoryMbytes, cores: 1 };
  }

  listen(listener: (event: ContainerEvent) => void): void {
    this.#listener = listener;
  }

  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#process.isDead || this.#process.crashesAt('engine.start:before')) return promise;
    this.#later(`make: ${spec.runId}/${spec.attempt} on ${spec.serverId}`, () => {
      this.#make(spec, record).then(resolve, reject);
      this.#process.crashesAt('engine.start:after');
    });
    return promise;
  }

  kill(runId: string, attempt: number): void {
    if (this.#process.isDead || this.#process.crashesAt('engine.kill:before')) return;
    // As with a process: what is not made yet cannot be killed.
    const container = [...this.#started].find((each) => each.runId === runId && each.attempt === attempt);
    if (container === undefined) return;
    this.#later(`kill: ${container.name}`, () => {
      if (container.isUnreachable) return;
      container.end(137);
      this.#process.crashesAt('engine.kill:after');
    });
  }

  async killOrphan({ container: number }: ContainerRef): Promise<void> {
    const container = this.#world.machines.containers.get(Number(number))!;
    if (this.#process.isDead || this.#process.crashesAt('engine.killOrphan:before'))
      return new Promise(() => undefined);
    await new Promise<void>((resolve) => {
      this.#later(`kill what was left: ${container.name}`, () => {
        const isLeft = this.#world.breakage === 'orphansStay' || container.isUnreachable;
        if (!isLeft) container.end(137);
        if (!this.#process.crashesAt('engine.killOrphan:after')) resolve();
      });
    });
  }

  async close(): Promise<void> {}

  /** The platform learns that the server of these is gone. */
  lose(lost: readonly SimulatedContainer[]): void {
    for (const container of lost) if (this.#started.has(container)) this.#tellLost(container);
  }

  async #make(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    const { machines, programs, faults } = this.#world;
    // [engine-6] nothing is left of it.
    if (faults.failsStart()) throw Object.assign(new Error('spawn /bin/sh EAGAIN'), { code: 'EAGAIN' });
    const container = new SimulatedContainer(this.#world, spec, programs.make(spec.runId));
    if (machines.down.has(spec.serverId)) {
      this.#listener({ kind: 'lost', runId: spec.runId, attempt: spec.attempt });
      throw new Error(`the server ${spec.serverId} is gone`);
    }
    const number = machines.add(container);
    this.#started.add(container);
    container.ended = (exitCode) => this.#tellExit(container, exitCode);
    try {
      await record({ container: number });
    } catch (error) {
      container.end(1);
      throw error;
    }
    if (this.#process.crashesAt('engine.go:before')) return new Promise(() => undefined);
    if (container.phase === 'held' && !container.isUnreachable) container.go();
    if (this.#process.crashesAt('engine.go:after')) return new Promise(() => undefined);
  }

  #tellExit({ runId, attempt, isUnreachable, name }: SimulatedContainer, exitCode: number): void {
    if (isUnreachable) return;
    this.#later(`exit: ${name} with ${exitCode}`, () => this.#listener({ kind: 'exited', runId, attempt, exitCode }));
  }

  #tellLost({ runId, attempt, name }: SimulatedContainer): void {
    this.#later(`lost: ${name}`, () => this.#listener({ kind: 'lost', runId, attempt }));
  }

  #later(name: string, happen: () => void): void {
    this.#world.agenda.add(name, happen, this.#process);
  }
}
