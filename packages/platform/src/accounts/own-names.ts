import { one, type Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';

/** What is found by a name of its user's, so that no two have one name, in whatever case. */
const kinds = {
  actors: { noun: 'an Actor', errorType: 'actor-name-not-unique' },
  actor_tasks: { noun: 'a task', errorType: 'actor-task-name-not-unique' },
  schedules: { noun: 'a schedule', errorType: 'schedule-name-not-unique' },
} as const;

interface OwnName {
  readonly table: keyof typeof kinds;
  readonly userId: string;
  readonly name: string;
  /** What may have the name already. */
  readonly id: string;
}

export function* isNameTaken({ table, userId, name, id }: OwnName): Sql<boolean> {
  const found = yield* one(
    `SELECT 1 FROM ${table} WHERE user_id = ? AND lower(name) = lower(?) AND id <> ?`,
    userId,
    name,
    id,
  );
  return found !== undefined;
}

/** @throws Refusal 409, with a type for each kind */
export function* checkNameIsFree(own: OwnName): Sql<void> {
  if (!(yield* isNameTaken(own))) return;
  const { noun, errorType } = kinds[own.table];
  throw new Refusal(
    409,
    errorType,
    `You have ${noun} named "${own.name}" already, in whatever case. Take another name.`,
  );
}
