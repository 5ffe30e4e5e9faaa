import type { Database } from '../../database/database.ts';
import { defineRead, defineWrite } from '../../database/operation.ts';
import { all, exec } from '../../database/sql.ts';
import type { Engine, ServerCapacity } from '../../engines/engine.ts';
import { Refusal } from '../../shared/errors.ts';
import { type PlaceableServer, type PlacementRequest, place } from '../state/room.ts';

export interface ServerStatus {
  readonly id: string;
  readonly engine: string;
  readonly state: PlaceableServer['state'];
  readonly activeAttempts: number;
  /** What its runs may have in all. Servers of one machine share it. */
  readonly memoryMbytes: number;
  /** What of it no run has. */
  readonly freeMemoryMbytes: number;
}

/** What the runs take of the servers. */
export interface ServerLoad {
  /** How many active attempts are on each server, by its id. */
  readonly attempts: ReadonlyMap<string, number>;
  /** The memory that runs have on each machine. */
  readonly mbytes: ReadonlyMap<string, number>;
}

/** For an engine that does not know. */
const unknownCores = 2;
/** However few cores a machine has, so many attempts boot at once. */
const leastBoots = 4;
const bootsOfCore = 2;

const listDraining = defineRead('servers.draining', function* () {
  return (yield* all<{ id: string }>('SELECT id FROM servers WHERE draining = 1')).map(({ id }) => id);
});

const setDraining = defineWrite('servers.setDraining', function* (input: { id: string; isDraining: boolean }) {
  yield* exec(
    `INSERT INTO servers (id, draining) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET draining = excluded.draining`,
    input.id,
    input.isDraining ? 1 : 0,
  );
});

const platform = { kind: 'platform' } as const;

/** What the API calls the states of servers. */
export const stateNames = { open: 'ready', closed: 'draining', lost: 'lost' } as const;

/**
 * The engine's servers, and which of them are drained. That is stored in the database, unless the engine has a state for
 * each server itself, as a Swarm has.
 */
export class Servers {
  readonly #database: Database;
  readonly #engine: Engine;
  readonly #draining: Set<string>;
  #onOpen: () => void = () => undefined;

  private constructor(database: Database, engine: Engine, draining: readonly string[]) {
    this.#database = database;
    this.#engine = engine;
    this.#draining = new Set(draining);
  }

  static async open(database: Database, engine: Engine): Promise<Servers> {
    return new Servers(database, engine, await database.read(listDraining, {}, platform));
  }

  /**
   * Opens a server for new attempts, or closes it.
   * @throws Refusal 404 `server-not-found`
   */
  async setDraining(id: string, isDraining: boolean): Promise<void> {
    this.check(id);
    const { states } = this.#engine;
    if (states !== undefined) return isDraining ? states.close(id) : states.open(id);
    await this.#database.write(setDraining, { id, isDraining }, platform);
    if (isDraining) this.#draining.add(id);
    else this.#draining.delete(id);
    if (!isDraining) this.#onOpen();
  }

  /** Tells the engine that nothing is left on a drained server, so that its operator may remove it. */
  async release(id: string): Promise<void> {
    await this.#engine.states?.release(id);
  }

  check(id: string): void {
    const ids = this.#engine.servers();
    if (ids.includes(id)) return;
    throw new Refusal(404, 'server-not-found', `There is no server "${id}". Take one of ${ids.join(', ')}.`);
  }

  list(load: ServerLoad): ServerStatus[] {
    return this.placeable(load).map(({ id, state, attempts, memoryMbytes, freeMbytes }) => ({
      id,
      engine: this.#engine.name,
      state,
      activeAttempts: attempts,
      memoryMbytes,
      freeMemoryMbytes: Math.max(0, freeMbytes),
    }));
  }

  /** @throws Refusal as `place` does */
  choose(load: ServerLoad, request: PlacementRequest): string {
    return place(this.placeable(load), request);
  }

  placeable(load: ServerLoad): PlaceableServer[] {
    return this.#engine.servers().map((id) => {
      const { machine, memoryMbytes } = this.#capacityOf(id);
      const freeMbytes = memoryMbytes - (load.mbytes.get(machine) ?? 0);
      return { id, state: this.#stateOf(id), attempts: load.attempts.get(id) ?? 0, machine, memoryMbytes, freeMbytes };
    });
  }

  machineOf(id: string): string {
    return this.#capacityOf(id).machine;
  }

  /** How many attempts may boot at once on a server's machine. */
  bootsAtOnce(id: string): number {
    return Math.max(leastBoots, Math.floor(this.#capacityOf(id).cores * bootsOfCore));
  }

  /** Called when a server was opened. Set once. */
  onOpen(listener: () => void): void {
    this.#onOpen = listener;
  }

  #capacityOf(id: string): ServerCapacity {
    const known = this.#engine.capacityOf?.(id);
    return known ?? { machine: id, memoryMbytes: Number.POSITIVE_INFINITY, cores: unknownCores };
  }

  #stateOf(id: string): PlaceableServer['state'] {
    const { states } = this.#engine;
    if (states !== undefined) return stateNames[states.stateOf(id)];
    return this.#draining.has(id) ? 'draining' : 'ready';
  }
}
