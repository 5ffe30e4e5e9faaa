/**
 * The audit log as it is read, and kept within bounds. `database/audit.ts` says what an entry is, and writes those of changes.
 *
 * [audit-3] the log has the newest entries, so many and so old as the settings say; what is beyond is deleted in slices.
 */
import type { Logger } from 'pino';
import { addEntry } from '../database/audit.ts';
import type { Database } from '../database/database.ts';
import { type AuditedCall, defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { all, exec } from '../database/sql.ts';
import type { Clock } from '../shared/clock.ts';
import { nextTurn } from '../shared/slices.ts';
import { isoTime } from '../shared/time.ts';

export interface AuditListing {
  /** Null for all. */
  readonly userId: string | null;
  /** Part of the operation; null for all. */
  readonly operation: string | null;
  /** In ms since 1970. */
  readonly since: number;
  /** Entries that are older than this one: a `sequence`. */
  readonly before: number;
  readonly limit: number;
}

interface Row {
  readonly sequence: number;
  readonly at: number;
  readonly user_id: string;
  readonly username: string;
  readonly token_id: string | null;
  readonly token_name: string | null;
  readonly run_id: string | null;
  readonly operation: string;
  readonly subject_json: string;
  readonly address: string;
  readonly outcome: string;
}

/** The newest entries first. */
export const listAuditLog = defineRead('audit.list', function* (listing: AuditListing) {
  const { userId, operation, since, before, limit } = listing;
  const rows = yield* all<Row>(
    `SELECT * FROM audit_log WHERE sequence < ? AND at >= ? AND (? IS NULL OR user_id = ?)
        AND (? IS NULL OR lower(operation) LIKE '%' || lower(?) || '%')
      ORDER BY sequence DESC LIMIT ?`,
    before,
    since,
    userId,
    userId,
    operation,
    operation,
    limit,
  );
  return rows.map((row) => ({
    sequence: row.sequence,
    at: isoTime(row.at),
    userId: row.user_id,
    username: row.username,
    tokenId: row.token_id,
    tokenName: row.token_name,
    runId: row.run_id,
    operation: row.operation,
    subject: JSON.parse(row.subject_json) as Record<string, string>,
    address: row.address,
    outcome: row.outcome,
  }));
});

const addLate = defineWrite('audit.add', function* (input: { call: AuditedCall; outcome: string }, { now }) {
  yield* addEntry(input.call, input.outcome, now);
});

/** Deletes the oldest entries beyond the bounds, at most one slice. Returns how many. */
const trim = defineEnd('audit.trim', function* (bounds: { maxAgeMs: number; maxEntries: number }, { now }) {
  return yield* exec(
    `DELETE FROM audit_log WHERE sequence IN (SELECT sequence FROM audit_log
      WHERE at < ? OR sequence <= (SELECT max(sequence) FROM audit_log) - ? ORDER BY sequence LIMIT ${sliceRows})`,
    now - bounds.maxAgeMs,
    bounds.maxEntries,
  );
});

const sliceRows = 500;
const trimEveryMs = 3_600_000;
/** Entries of refused calls that wait to be written; whoever sends more at once is not worth the memory. */
const maxPending = 1000;

export interface AuditLogParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
  /** 90 days unless set. */
  readonly maxAgeMs?: number | undefined;
  /** A million unless set. */
  readonly maxEntries?: number | undefined;
}

/** Records what no write has recorded [audit-1], and keeps the log within its bounds [audit-3]. */
export class AuditLog {
  readonly #parts: AuditLogParts;
  #pending = 0;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
  }

  /** @param outcome `done`, or an error type */
  add(call: AuditedCall, outcome: string): void {
    const { database, logger } = this.#parts;
    if (this.#pending >= maxPending) return;
    this.#pending += 1;
    database
      .write(addLate, { call, outcome }, { kind: 'platform' })
      .catch((error: unknown) =>
        logger.error({ err: error, call, outcome }, 'an entry of the audit log was not written'),
      )
      .finally(() => {
        this.#pending -= 1;
      });
  }

  start(): void {
    this.trim().catch((error: unknown) => this.#parts.logger.error({ err: error }, 'the audit log was not trimmed'));
    this.#cancel = this.#parts.clock.after(trimEveryMs, () => this.start());
  }

  /** [audit-3] */
  async trim(): Promise<void> {
    const { database, maxAgeMs = 90 * 86_400_000, maxEntries = 1_000_000 } = this.#parts;
    while (!this.#isClosed) {
      const deleted = await database.write(trim, { maxAgeMs, maxEntries }, { kind: 'platform' });
      if (deleted < sliceRows) return;
      await nextTurn();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }
}
