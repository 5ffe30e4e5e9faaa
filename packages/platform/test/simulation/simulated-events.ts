import type { ActorEvent } from '../../src/events/event-hub.ts';
import type { AttemptEvents } from '../../src/runs/supervisor/collaborators.ts';
import { attemptKey } from '../../src/shared/attempt-key.ts';
import { Channel, type Owner } from './agenda.ts';
import type { SimulatedContainer } from './simulated-container.ts';
import type { PlatformLife, Surroundings } from './surroundings.ts';

class Socket implements Owner {
  isDead = false;
  readonly container: SimulatedContainer;
  readonly messages: Channel;
  readonly pongs = new Set<() => void>();

  constructor(world: Surroundings, container: SimulatedContainer) {
    this.container = container;
    this.messages = new Channel(world.agenda, this);
  }
}

/** The events websockets of one platform process. They drop now and then, and never come back, as in the stock SDK. */
export class SimulatedEvents implements AttemptEvents {
  readonly #world: Surroundings;
  readonly #process: PlatformLife;
  readonly #sockets = new Map<string, Socket>();

  constructor(world: Surroundings, process: PlatformLife) {
    this.#world = world;
    this.#process = process;
  }

  connect(container: SimulatedContainer): void {
    this.#sockets.set(attemptKey(container.runId, container.attempt), new Socket(this.#world, container));
  }

  send(runId: string, attempt: number, event: ActorEvent): void {
    const { name } = event;
    const isPoint = name !== 'systemInfo';
    if (this.#process.isDead || (isPoint && this.#process.crashesAt(`${name}:before`))) return;
    const socket = this.#sockets.get(attemptKey(runId, attempt));
    socket?.messages.add(`event: ${runId}/${attempt} ${name}`, () => socket.container.hear(event));
    if (isPoint) this.#process.crashesAt(`${name}:after`);
  }

  async roundTrip(runId: string, attempt: number): Promise<void> {
    if (this.#process.isDead) return new Promise(() => undefined);
    const socket = this.#sockets.get(attemptKey(runId, attempt));
    if (socket === undefined) return;
    await new Promise<void>((resolve) => {
      socket.pongs.add(resolve);
      socket.messages.add(`ping: ${runId}/${attempt}`, () => {
        socket.pongs.delete(resolve);
        resolve();
      });
    });
  }

  retract(): void {}

  isConnected(runId: string, attempt: number): boolean {
    return this.#sockets.has(attemptKey(runId, attempt));
  }

  end(runId: string, attempt: number): void {
    this.#close(attemptKey(runId, attempt));
  }

  /** What was under way on the socket is lost. */
  drop(container: SimulatedContainer): void {
    this.#close(attemptKey(container.runId, container.attempt));
  }

  connected(): SimulatedContainer[] {
    return [...this.#sockets.values()].map(({ container }) => container);
  }

  #close(key: string): void {
    const socket = this.#sockets.get(key);
    if (socket === undefined) return;
    this.#sockets.delete(key);
    socket.isDead = true;
    for (const pong of socket.pongs) pong();
  }
}
