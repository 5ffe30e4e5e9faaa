import { findActorId } from '../actors/actor-address.ts';
import { defineRead } from '../database/operation.ts';
import { one } from '../database/sql.ts';
import { notFound, Refusal } from '../refusal.ts';

/** What a log is about. */
export interface LogSubject {
  readonly id: string;
  readonly isOver: boolean;
}

interface Row {
  readonly id: string;
  readonly finished_at: number | null;
}

const subjectOf = ({ id, finished_at }: Row): LogSubject => ({ id, isOver: finished_at !== null });

export type LogKind = 'run' | 'build' | 'either';

/** @throws Refusal 404 `record-not-found` when the user has no such run or build */
export const findLogSubject = defineRead(
  'logs.subject',
  function* ({ userId, id, kind }: { userId: string; id: string; kind: LogKind }) {
    for (const table of ['builds', 'runs'] as const) {
      if (kind !== 'either' && table !== `${kind}s`) continue;
      const row = yield* one<Row>(`SELECT id, finished_at FROM ${table} WHERE id = ? AND user_id = ?`, id, userId);
      if (row !== undefined) return subjectOf(row);
    }
    throw notFound(kind === 'either' ? 'Run or build' : kind === 'run' ? 'Actor run' : 'Build', id);
  },
);

/** The last run of an Actor, of those with `status` when it is given. */
export const findLastRunLog = defineRead(
  'logs.subjectOfLastRun',
  function* ({ userId, actor, status }: { userId: string; actor: string; status: string | null }) {
    const actorId = yield* findActorId(userId, actor);
    const row = yield* one<Row>(
      `SELECT id, finished_at FROM runs WHERE actor_id = ? AND (? IS NULL OR status = ?)
        ORDER BY started_at DESC, id DESC LIMIT 1`,
      actorId,
      status,
      status,
    );
    if (row !== undefined) return subjectOf(row);
    throw new Refusal(404, 'actor-run-not-found', 'The Actor has no such run yet. Start one first.');
  },
);
