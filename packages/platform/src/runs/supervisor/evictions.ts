import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../engines/engine.ts';
import { attemptKey } from '../../shared/attempt-key.ts';
import { Refusal } from '../../shared/errors.ts';
import type { FaultLogger } from './collaborators.ts';
import { movesAtOnce } from './server-drain.ts';
import type { Supervisor } from './supervisor.ts';

/** How long after a failed move the next attempt to move the run is made. */
const retryMs = 2000;

interface EvictedAttempt {
  readonly runId: string;
  readonly attempt: number;
}

/**
 * Moves every run whose server its operator drains with the engine's own tools, such as `docker node update
 * --availability drain`. The container of such a run keeps working for a while.
 */
export class Evictions {
  readonly #supervisor: Supervisor;
  readonly #engine: Engine;
  readonly #logger: FaultLogger;
  readonly #waiting = new Map<string, EvictedAttempt>();
  readonly #moving = new Set<string>();
  #isClosed = false;

  constructor(parts: { supervisor: Supervisor; engine: Engine; logger: FaultLogger }) {
    this.#supervisor = parts.supervisor;
    this.#engine = parts.engine;
    this.#logger = parts.logger;
  }

  /** Finds the attempts that must move. To be called at the start and whenever a server has changed. */
  check(): void {
    for (const each of this.#evicting()) {
      const key = attemptKey(each.runId, each.attempt);
      if (!this.#moving.has(key)) this.#waiting.set(key, each);
    }
    while (!this.#isClosed && this.#moving.size < movesAtOnce) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [key, { runId }] = next;
      this.#waiting.delete(key);
      this.#moving.add(key);
      void this.#move(key, runId);
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Attempts that are not the active one of their run need no move. */
  #evicting(): EvictedAttempt[] {
    const evicting = this.#engine.states?.evicting() ?? [];
    return evicting.filter(({ runId, attempt }) => this.#supervisor.activeAttemptOf(runId) === attempt);
  }

  async #move(key: string, runId: string): Promise<void> {
    try {
      await this.#supervisor.migrate(runId, { mode: 'warm' }, { kind: 'platform' });
    } catch (error) {
      if (!(error instanceof Refusal))
        this.#logger.error(
          { err: error, runId },
          'a run could not be moved from a server that is drained; it is tried again',
        );
      // Another handoff of the run is in progress, or no server takes it yet.
      await delay(retryMs, undefined, { ref: false });
    } finally {
      this.#moving.delete(key);
      if (!this.#isClosed) this.check();
    }
  }
}
