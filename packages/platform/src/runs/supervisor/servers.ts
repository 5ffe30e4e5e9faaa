import type { Database } from '../../database/database.ts';
import { defineRead, defineWrite } from '../../database/operation.ts';
import { all, exec } from '../../database/sql.ts';
import type { Engine } from '../../engines/engine.ts';
import { Refusal } from '../../shared/errors.ts';

export interface ServerStatus {
  readonly id: string;
  readonly engine: string;
  readonly state: PlaceableServer['state'];
  readonly activeAttempts: number;
}

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

const stateNames = { open: 'ready', closed: 'draining', lost: 'lost' } as const;

/**
 * The engine's servers, and which of them are drained. That is stored in the database, unless the engine has a state for
 * each server itself, as a Swarm has.
 */
export class Servers {
  readonly #database: Database;
  readonly #engine: Engine;
  readonly #draining: Set<string>;

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

  /** @param attempts how many attempts are on each server, by its id */
  list(attempts: ReadonlyMap<string, number>): ServerStatus[] {
    return this.#placeable(attempts).map(({ id, state, attempts: activeAttempts }) => {
      return { id, engine: this.#engine.name, state, activeAttempts };
    });
  }

  /** @throws Refusal as `place` does */
  choose(attempts: ReadonlyMap<string, number>, request: PlacementRequest): string {
    return place(this.#placeable(attempts), request);
  }

  #placeable(attempts: ReadonlyMap<string, number>): PlaceableServer[] {
    return this.#engine.servers().map((id) => {
      return { id, state: this.#stateOf(id), attempts: attempts.get(id) ?? 0 };
    });
  }

  #stateOf(id: string): PlaceableServer['state'] {
    const { states } = this.#engine;
    if (states !== undefined) return stateNames[states.stateOf(id)];
    return this.#draining.has(id) ? 'draining' : 'ready';
  }
}

export interface PlaceableServer {
  readonly id: string;
  readonly state: 'ready' | 'draining' | 'lost';
  readonly attempts: number;
}

export interface PlacementRequest {
  /** The server that a run leaves: chosen only when there is no other. */
  readonly leaving?: string;
  /** The server that was asked for. */
  readonly wanted?: string | null;
}

/**
 * The server for the next attempt: the one asked for, else the one with the fewest attempts; never one that is
 * drained or cannot be reached.
 * @throws Refusal 404 for a server that does not exist, 409 for one that takes no attempts, 503 when there is none
 */
function place(servers: readonly PlaceableServer[], { leaving, wanted }: PlacementRequest): string {
  if (wanted) {
    const server = servers.find(({ id }) => id === wanted);
    const names = servers.map(({ id }) => id).join(', ');
    if (server === undefined) {
      throw new Refusal(404, 'server-not-found', `There is no server "${wanted}". Take one of ${names}.`);
    }
    if (server.state === 'ready') return server.id;
    if (server.state === 'lost') {
      throw new Refusal(409, 'server-lost', `The server ${wanted} cannot be reached. Repair it, or choose another.`);
    }
    throw new Refusal(409, 'server-draining', `The server ${wanted} is being drained. Undrain it, or choose another.`);
  }
  const open = servers.filter(({ state }) => state === 'ready');
  const elsewhere = open.filter(({ id }) => id !== leaving);
  const [best] = (elsewhere.length > 0 ? elsewhere : open).sort((one, other) => one.attempts - other.attempts);
  if (best !== undefined) return best.id;
  const why = servers.map(({ id, state }) => `${id} is ${state}`).join(', ') || 'there is none';
  throw new Refusal(503, 'no-server', `No server takes new attempts: ${why}. Undrain one, or add one.`);
}
