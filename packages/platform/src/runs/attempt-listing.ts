import { defineRead } from '../database/operation.ts';
import { all, one } from '../database/sql.ts';
import { isoTimeOrNull } from '../iso-time.ts';
import { notFound } from '../refusal.ts';

interface Row {
  readonly number: number;
  readonly serverId: string;
  readonly phase: string;
  readonly reason: string;
  readonly created_at: number;
  readonly activated_at: number | null;
  readonly fenced_at: number | null;
  readonly ended_at: number | null;
  readonly exit_code: number | null;
}

/** Every attempt of a run, the first one first. @throws Refusal 404 for a run that the user does not have */
export const listAttempts = defineRead('attempts.list', function* (input: { userId: string; runId: string }) {
  const { userId, runId } = input;
  if ((yield* one('SELECT 1 FROM runs WHERE id = ? AND user_id = ?', runId, userId)) === undefined) {
    throw notFound('Actor run', runId);
  }
  const rows = yield* all<Row>(
    `SELECT number, server_id AS "serverId", phase, reason, created_at, activated_at, fenced_at, ended_at, exit_code
      FROM attempts WHERE run_id = ? ORDER BY number`,
    runId,
  );
  return rows.map(({ created_at, activated_at, fenced_at, ended_at, exit_code, ...row }) => ({
    ...row,
    createdAt: isoTimeOrNull(created_at),
    activatedAt: isoTimeOrNull(activated_at),
    fencedAt: isoTimeOrNull(fenced_at),
    endedAt: isoTimeOrNull(ended_at),
    exitCode: exit_code,
  }));
});
