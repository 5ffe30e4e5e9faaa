import { defineRead } from '../../database/operation.ts';
import { one } from '../../database/sql.ts';
import { notFound } from '../../shared/errors.ts';
import { findRunId, type RunAddress } from './run-address.ts';

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

export type LogKind = 'build' | 'either';

/** @throws Refusal 404 `record-not-found` when the user has no such run or build */
export const findLogSubject = defineRead(
  'logs.subject',
  function* ({ userId, id, kind }: { userId: string; id: string; kind: LogKind }) {
    for (const table of kind === 'build' ? ['builds'] : ['builds', 'runs']) {
      const row = yield* one<Row>(`SELECT id, finished_at FROM ${table} WHERE id = ? AND user_id = ?`, id, userId);
      if (row !== undefined) return subjectOf(row);
    }
    throw notFound(kind === 'build' ? 'Build' : 'Run or build', id);
  },
);

/** @throws Refusal 404 `record-not-found` */
export const findRunLog = defineRead('logs.subjectOfRun', function* ({ address }: { address: RunAddress }) {
  const runId = yield* findRunId(address);
  return subjectOf((yield* one<Row>('SELECT id, finished_at FROM runs WHERE id = ?', runId))!);
});
