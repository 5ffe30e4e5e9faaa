import { findUsableActorId } from '../../actors/public-actors.ts';
import { one, type Sql } from '../../database/sql.ts';
import { notFound, Refusal } from '../../shared/errors.ts';
import { findTaskId } from '../../tasks/task-address.ts';
import type { RunStatus } from '../state/run-state.ts';

/** What a URL names a run by. */
export type RunAddress =
  | { readonly kind: 'id'; readonly userId: string; readonly runId: string }
  | { readonly kind: 'ofActor'; readonly userId: string; readonly actor: string; readonly runId: string }
  | ({ readonly kind: 'last'; readonly userId: string; readonly actor: string } & LastRunFilter)
  | ({ readonly kind: 'lastOfTask'; readonly userId: string; readonly task: string } & LastRunFilter);

/** Which runs count for "the last one". Null for all. */
export interface LastRunFilter {
  readonly statuses: readonly RunStatus[] | null;
  /** What started the run, e.g. `API`. */
  readonly origin: string | null;
}

/** @throws Refusal 404 `record-not-found` when the user has no such run */
export function* findRunId(address: RunAddress): Sql<string> {
  if (address.kind === 'last' || address.kind === 'lastOfTask') return yield* findLastRunId(address);
  const actorId = address.kind === 'ofActor' ? yield* findUsableActorId(address.userId, address.actor) : null;
  const row = yield* one<{ id: string }>(
    'SELECT id FROM runs WHERE id = ? AND user_id = ? AND (? IS NULL OR actor_id = ?)',
    address.runId,
    address.userId,
    actorId,
    actorId,
  );
  if (row === undefined) throw notFound('Actor run', address.runId);
  return row.id;
}

function* findLastRunId(address: Extract<RunAddress, { kind: 'last' | 'lastOfTask' }>): Sql<string> {
  const { statuses, origin } = address;
  const [column, id, noun] =
    address.kind === 'last'
      ? ['actor_id', yield* findUsableActorId(address.userId, address.actor), 'Actor']
      : ['actor_task_id', yield* findTaskId(address), 'task'];
  const row = yield* one<{ id: string }>(
    // [public-2] others have runs of the Actor too.
    `SELECT id FROM runs WHERE ${column} = ? AND user_id = ? ${statusCondition(statuses)} AND meta_json LIKE ?
      ORDER BY started_at DESC, id DESC LIMIT 1`,
    id,
    address.userId,
    ...(statuses ?? []),
    // `meta_json` starts with the origin; see `RunMeta`.
    origin === null ? '%' : `{"origin":"${origin}"%`,
  );
  if (row !== undefined) return row.id;
  throw new Refusal(404, 'record-not-found', `The ${noun} has no such run yet. Start one first.`);
}

/** Continues a WHERE; its parameters are the statuses. */
export const statusCondition = (statuses: readonly RunStatus[] | null): string =>
  statuses === null ? '' : `AND status IN (${statuses.map(() => '?').join(', ')})`;
