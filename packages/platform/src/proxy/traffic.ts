/**
 * What runs send and receive through the proxy, by group. It is written once a second, so the counts of the last second before
 * a crash are lost, and those of a run that has just ended may still grow for a second.
 */
import type { Database } from '../database/database.ts';
import { defineRead, defineWrite } from '../database/operation.ts';
import { all, each, one, type Sql } from '../database/sql.ts';

export interface ProxyTraffic {
  /** As in the file of groups; `direct` for what no group was configured for. */
  readonly group: string;
  readonly requests: number;
  /** Between the proxy and the upstream or the target. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

interface TrafficOfRun extends ProxyTraffic {
  readonly runId: string;
}

/** The rows of a run that was deleted meanwhile are dropped. */
const addProxyTraffic = defineWrite('proxy.addTraffic', function* ({ rows }: { rows: readonly TrafficOfRun[] }) {
  yield* each(
    `INSERT INTO proxy_traffic (run_id, group_name, requests, sent_bytes, received_bytes)
      SELECT id, ?, ?, ?, ? FROM runs WHERE id = ?
      ON CONFLICT (run_id, group_name) DO UPDATE SET requests = proxy_traffic.requests + excluded.requests,
        sent_bytes = proxy_traffic.sent_bytes + excluded.sent_bytes,
        received_bytes = proxy_traffic.received_bytes + excluded.received_bytes`,
    rows.map(({ runId, group, requests, sentBytes, receivedBytes }) => [
      group,
      requests,
      sentBytes,
      receivedBytes,
      runId,
    ]),
  );
});

/** The traffic of a run, by group in the order of their names. */
export function* readProxyTraffic(runId: string): Sql<ProxyTraffic[]> {
  return yield* all<ProxyTraffic>(
    `SELECT group_name AS "group", requests, sent_bytes AS "sentBytes", received_bytes AS "receivedBytes"
      FROM proxy_traffic WHERE run_id = ? ORDER BY group_name`,
    runId,
  );
}

export const hasProxyTraffic = defineRead(
  'proxy.hasTraffic',
  function* ({ runId, group }: { runId: string; group: string }) {
    return (yield* one('SELECT 1 FROM proxy_traffic WHERE run_id = ? AND group_name = ?', runId, group)) !== undefined;
  },
);

/** Those of the runs that have ended, or were deleted. */
const endedOf = defineRead('proxy.endedRuns', function* ({ runIds }: { runIds: readonly string[] }) {
  const places = runIds.map(() => '?').join(', ');
  const rows = yield* all<{ id: string }>(
    `SELECT id FROM runs WHERE id IN (${places}) AND finished_at IS NULL`,
    ...runIds,
  );
  const atWork = new Set(rows.map(({ id }) => id));
  return runIds.filter((id) => !atWork.has(id));
});

/** Sums of a connection since it began. */
interface ConnectionBytes {
  readonly sent: number;
  readonly received: number;
}

interface MeteredConnection {
  readonly runId: string;
  group: string;
  counted: ConnectionBytes;
}

export interface TrafficMeterOptions {
  readonly database: Database;
  /** The sums of an open connection; undefined when it has none. */
  bytesOf(connectionId: number): ConnectionBytes | undefined;
  closeConnection(connectionId: number): void;
  onError(error: unknown): void;
}

const flushMs = 1000;

/** Counts the traffic of runs, and ends the connections of those that have ended. */
export class TrafficMeter {
  readonly #options: TrafficMeterOptions;
  readonly #connections = new Map<number, MeteredConnection>();
  readonly #openOfRun = new Map<string, number>();
  #pending = new Map<string, TrafficOfRun>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: TrafficMeterOptions) {
    this.#options = options;
  }

  /** How many connections of a run are open. */
  openOf(runId: string): number {
    return this.#openOfRun.get(runId) ?? 0;
  }

  has(connectionId: number): boolean {
    return this.#connections.has(connectionId);
  }

  /** A request of a run begins; a connection may have many, one after the other, and of several groups. */
  begin(connectionId: number, runId: string, group: string): void {
    let connection = this.#connections.get(connectionId);
    if (connection !== undefined && connection.runId !== runId) {
      this.closed(connectionId, this.#options.bytesOf(connectionId));
      connection = undefined;
    }
    if (connection === undefined) {
      const counted = this.#options.bytesOf(connectionId) ?? { sent: 0, received: 0 };
      connection = { runId, group, counted };
      this.#connections.set(connectionId, connection);
      this.#openOfRun.set(runId, this.openOf(runId) + 1);
    }
    this.#count(connectionId, connection);
    connection.group = group;
    this.#add({ runId, group, requests: 1, sentBytes: 0, receivedBytes: 0 });
    this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
  }

  closed(connectionId: number, bytes: ConnectionBytes | undefined): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    this.#count(connectionId, connection, bytes);
    this.#connections.delete(connectionId);
    const left = this.openOf(connection.runId) - 1;
    if (left === 0) this.#openOfRun.delete(connection.runId);
    else this.#openOfRun.set(connection.runId, left);
  }

  /** Writes what was counted. It never rejects: what could not be written is written with the next. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#flushOnce());
    return this.#flushing;
  }

  async #flushOnce(): Promise<void> {
    for (const [id, connection] of this.#connections) this.#count(id, connection);
    const rows = [...this.#pending.values()];
    this.#pending = new Map();
    try {
      if (rows.length > 0) await this.#options.database.write(addProxyTraffic, { rows }, { kind: 'platform' });
    } catch (error) {
      for (const row of rows) this.#add(row);
      this.#options.onError(error);
    }
    await this.#closeEnded().catch(this.#options.onError);
    if (this.#connections.size === 0 && this.#pending.size === 0) return;
    this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
  }

  /** [proxy-1] */
  async #closeEnded(): Promise<void> {
    const runIds = [...this.#openOfRun.keys()];
    if (runIds.length === 0) return;
    const ended = new Set(await this.#options.database.read(endedOf, { runIds }, { kind: 'platform' }));
    for (const [id, { runId }] of this.#connections) if (ended.has(runId)) this.#options.closeConnection(id);
  }

  #count(connectionId: number, connection: MeteredConnection, bytes = this.#options.bytesOf(connectionId)): void {
    if (bytes === undefined) return;
    const { runId, group, counted } = connection;
    connection.counted = bytes;
    const sentBytes = bytes.sent - counted.sent;
    const receivedBytes = bytes.received - counted.received;
    if (sentBytes > 0 || receivedBytes > 0) this.#add({ runId, group, requests: 0, sentBytes, receivedBytes });
  }

  #add(row: TrafficOfRun): void {
    const key = `${row.runId}/${row.group}`;
    const before = this.#pending.get(key);
    this.#pending.set(key, {
      runId: row.runId,
      group: row.group,
      requests: row.requests + (before?.requests ?? 0),
      sentBytes: row.sentBytes + (before?.sentBytes ?? 0),
      receivedBytes: row.receivedBytes + (before?.receivedBytes ?? 0),
    });
  }
}
