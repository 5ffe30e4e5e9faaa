/**
 * The audit log: who changed what, when, from where, and whether it was done.
 *
 * [audit-1] a change and its entry are one transaction where the call writes to the database: the first of its writes records
 *     it. A call that was refused, or that changes nothing there, is recorded right after its response.
 * [audit-2] an entry has no body, no query and no token: only the route, the parts of the path, and ids of what was made.
 */
import type { AuditedCall, Caller } from './operation.ts';
import { exec, type Sql } from './sql.ts';

/** Adds the entry of a call. A later write of the same call adds none. */
export function* recordCall(caller: Caller, now: number): Sql<void> {
  if (caller.kind !== 'user' && caller.kind !== 'attempt') return;
  if (caller.audited !== undefined && !caller.audited.isRecorded) yield* addEntry(caller.audited, 'done', now);
}

/** @param outcome `done`, or an error type */
export function* addEntry(call: AuditedCall, outcome: string, now: number): Sql<void> {
  const { id, userId, username, token, runId, operation, subject, address } = call;
  yield* exec(
    `INSERT INTO audit_log (id, at, user_id, username, token_id, token_name, run_id, operation, subject_json, address, outcome)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, subject_json = excluded.subject_json`,
    id,
    now,
    userId,
    username,
    token?.id ?? null,
    token?.name ?? null,
    runId ?? null,
    operation,
    JSON.stringify(subject),
    address,
    outcome,
  );
}

/** To be called by the adapter once a write of the caller is durable. */
export function noteRecorded(caller: Caller): void {
  if ((caller.kind === 'user' || caller.kind === 'attempt') && caller.audited !== undefined) {
    caller.audited.isRecorded = true;
  }
}
