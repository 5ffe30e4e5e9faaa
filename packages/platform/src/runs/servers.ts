import type { Database } from '../database/database.ts';
import { defineRead, defineWrite } from '../database/operation.ts';
import { all, exec } from '../database/sql.ts';
import type { Engine } from '../engines/engine.ts';
import { Refusal } from '../refusal.ts';
import { type PlaceableServer, type PlacementRequest, place } from './placement.ts';

export interface ServerAnswer {
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
 * The engine's servers, and which of them are being drained; that is kept in the database, unless the engine's servers
 * say it themselves.
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
   * Opens a server, or lets nothing come to it any more.
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

  /** Nothing is left on a server that is being drained: whoever looks after it may take it away. */
  async release(id: string): Promise<void> {
    await this.#engine.states?.release(id);
  }

  check(id: string): void {
    const ids = this.#engine.servers();
    if (ids.includes(id)) return;
    throw new Refusal(404, 'server-not-found', `There is no server "${id}". Take one of ${ids.join(', ')}.`);
  }

  /** @param attempts how many attempts are on each server, by its id */
  list(attempts: ReadonlyMap<string, number>): ServerAnswer[] {
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
