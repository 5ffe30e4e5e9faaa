import type { SimulatedContainer } from './simulated-container.ts';

/** The servers and the containers on them: what goes on whatever becomes of the platform. */
export class Machines {
  readonly servers: readonly string[];
  readonly down = new Set<string>();
  readonly containers = new Map<number, SimulatedContainer>();
  readonly memoryMbytes: number;
  #count = 0;

  /** @param memoryMbytes of each server, for the 1024 MB of each attempt */
  constructor(servers: number, memoryMbytes: number) {
    this.memoryMbytes = memoryMbytes;
    this.servers = Array.from({ length: servers }, (_, index) => `server-${index + 1}`);
  }

  up(): string[] {
    return this.servers.filter((id) => !this.down.has(id));
  }

  add(container: SimulatedContainer): number {
    this.#count += 1;
    this.containers.set(this.#count, container);
    return this.#count;
  }

  /** Those that are made or at work. */
  alive(): SimulatedContainer[] {
    return [...this.containers.values()].filter(({ phase }) => phase !== 'ended');
  }

  /** The container that an attempt was given last. */
  latestOf(runId: string, attempt: number): SimulatedContainer | undefined {
    return [...this.containers.values()].findLast((each) => each.runId === runId && each.attempt === attempt);
  }

  /** The server is cut off from the platform. Its containers go on, out of reach. Answers them. */
  lose(serverId: string): SimulatedContainer[] {
    this.down.add(serverId);
    const lost = this.alive().filter((container) => container.serverId === serverId && !container.isUnreachable);
    for (const container of lost) container.isUnreachable = true;
    return lost;
  }

  /** The server is back, started anew and empty. */
  bringBack(serverId: string): void {
    this.down.delete(serverId);
    for (const container of this.alive()) {
      if (container.serverId === serverId && container.isUnreachable) container.end(137);
    }
  }

  /** [engine-1] what waits for the word of a platform that has died ends. */
  platformDied(): void {
    for (const container of this.alive()) if (container.phase === 'held') container.end(1);
  }
}
