import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../engines/engine.ts';
import { attemptKey } from '../../shared/attempt-key.ts';
import { Refusal } from '../../shared/errors.ts';
import type { FaultLogger } from './collaborators.ts';
import { movesAtOnce } from './server-drain.ts';
import type { Supervisor } from './supervisor.ts';

/** How long after a move that failed it is tried again. */
const retryMs = 2000;

interface EvictedAttempt {
  readonly runId: string;
  readonly attempt: number;
}

/**
 * Moves every run whose server is taken away by its operator, by the engine's own means such as `docker node update
 * --availability drain`: its container works on for a while yet.
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

  /** Looks who is to go; at the start, and whenever a server has changed. */
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

  /** What is no run's active attempt is nobody's loss. */
  #evicting(): EvictedAttempt[] {
    const evicting = this.#engine.states?.evicting() ?? [];
    return evicting.filter(({ runId, attempt }) => this.#supervisor.activeAttemptOf(runId) === attempt);
  }

  async #move(key: string, runId: string): Promise<void> {
    try {
      await this.#supervisor.migrate(runId, { mode: 'warm' }, { kind: 'platform' });
    } catch (error) {
      if (!(error instanceof Refusal)) this.#logger.error({ err: error, runId }, 'a run could not leave its server');
      // Another handoff of it is under way, or there is no server for it yet.
      await delay(retryMs, undefined, { ref: false });
    } finally {
      this.#moving.delete(key);
      if (!this.#isClosed) this.check();
    }
  }
}
