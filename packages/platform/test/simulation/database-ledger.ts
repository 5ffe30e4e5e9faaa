import { once } from '../../src/database/idempotency.ts';
import type { Caller } from '../../src/database/operation.ts';
import { defineRead, defineWrite } from '../../src/database/operation.ts';
import { all, exec, one, type Sql } from '../../src/database/sql.ts';
import type { SqliteDatabase } from '../../src/database/sqlite/database.ts';
import type { HandoffResult } from '../../src/runs/operations/handoff-lists.ts';
import { saveAttempts } from '../../src/runs/operations/run-row.ts';
import { DatabaseRunStore } from '../../src/runs/operations/run-store.ts';
import type { RunState } from '../../src/runs/state/run-state.ts';
import type { Change } from '../../src/runs/state/transitions.ts';
import { eventTypes } from '../../src/webhooks/webhook-events.ts';
import { type AttemptCaller, hasWebhook, type Ledger } from './ledger.ts';
import { applyWrite, keyOf, type RunData, type Write, type WriteAnswer } from './run-data.ts';

const byPlatform = { kind: 'platform' } as const;

const prepare = defineWrite('simulation.prepare', function* (_input: null) {
  yield* exec("INSERT OR IGNORE INTO users (id, username, created_at) VALUES ('user', 'user', 0)");
  yield* exec('CREATE TABLE IF NOT EXISTS simulation_data (run_id TEXT PRIMARY KEY, data_json TEXT NOT NULL) STRICT');
});

const create = defineWrite('simulation.create', function* ({ state, data }: { state: RunState; data: RunData }) {
  const names = 'default_dataset_id, default_key_value_store_id, default_request_queue_id';
  yield* exec(
    `INSERT INTO runs (id, user_id, actor_id, build_id, build_number, input_key, status, started_at, deadline_at,
      active_attempt, attempt_count, options_json, meta_json, stats_json, ${names})
      VALUES (?, 'user', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', ?, 'd', 'k', 'q')`,
    state.id,
    state.actorId,
    state.buildId,
    state.buildNumber,
    state.inputKey,
    state.status,
    state.startedAt,
    state.deadlineAt,
    state.activeAttempt,
    state.attemptCount,
    JSON.stringify(state.options),
    JSON.stringify(state.stats),
  );
  yield* saveAttempts(state.id, state.attempts);
  if (hasWebhook(state.id)) yield* insertWebhook(state.id);
  yield* exec('INSERT INTO simulation_data VALUES (?, ?)', state.id, JSON.stringify(data));
});

function* insertWebhook(runId: string): Sql<void> {
  yield* exec(
    `INSERT INTO webhooks (id, user_id, created_at, modified_at, is_ad_hoc, event_types_json, actor_run_id, reach, host,
      settings_json) VALUES (?, 'user', 0, 0, 0, ?, ?, 'account', 'example.com', '')`,
    `webhook of ${runId}`,
    JSON.stringify(eventTypes),
    runId,
  );
}

const dispatched = defineRead('simulation.dispatched', function* ({ runId }: { runId: string }) {
  const rows = yield* all<{ type: string }>(
    `SELECT events.type FROM webhook_dispatches AS dispatches JOIN webhook_events AS events ON events.id = dispatches.event_id
      WHERE dispatches.webhook_id = ?`,
    `webhook of ${runId}`,
  );
  return rows.map(({ type }) => type);
});

function* dataOf(runId: string): Sql<RunData> {
  const row = yield* one<{ data_json: string }>('SELECT data_json FROM simulation_data WHERE run_id = ?', runId);
  return JSON.parse(row!.data_json) as RunData;
}

const view = defineRead('simulation.view', ({ runId }: { runId: string }) => dataOf(runId));

const write = defineWrite('simulation.write', ({ caller, write }: { caller: AttemptCaller; write: Write }, { now }) =>
  once(`simulation ${caller.runId}`, keyOf(write), now, function* (): Sql<WriteAnswer> {
    const { data, answer } = applyWrite(yield* dataOf(caller.runId), caller.attempt, write);
    yield* exec('UPDATE simulation_data SET data_json = ? WHERE run_id = ?', JSON.stringify(data), caller.runId);
    return answer;
  }),
);

/** The real database: the fence is its own, and so are the rows of runs, attempts and handoffs. */
export class DatabaseLedger implements Ledger {
  readonly #database: SqliteDatabase;
  readonly #store: DatabaseRunStore;
  /** Those of this history; the file has the ones of earlier histories as well. */
  readonly #runIds = new Set<string>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#store = new DatabaseRunStore(database);
  }

  static async prepare(database: SqliteDatabase): Promise<void> {
    await database.write(prepare, null, byPlatform);
  }

  async create(state: RunState, data: RunData): Promise<void> {
    this.#runIds.add(state.id);
    await this.#database.write(create, { state, data }, byPlatform);
  }

  load(runId: string, caller: Caller): Promise<RunState> {
    return this.#store.load(runId, caller);
  }

  async unfinished(): Promise<string[]> {
    return (await this.#store.unfinished()).filter((runId) => this.#runIds.has(runId));
  }

  handoffs(runId: string): Promise<HandoffResult[]> {
    return this.#store.handoffs(runId);
  }

  change(runId: string, change: Change, caller: Caller): Promise<RunState> {
    return this.#store.change(runId, change, caller);
  }

  write(caller: AttemptCaller, wanted: Write): Promise<WriteAnswer> {
    return this.#database.write(write, { caller, write: wanted }, caller);
  }

  dispatched(runId: string): Promise<readonly string[]> {
    return this.#database.read(dispatched, { runId }, byPlatform);
  }

  view(runId: string, caller: Caller): Promise<RunData> {
    return this.#database.read(view, { runId }, caller);
  }
}
