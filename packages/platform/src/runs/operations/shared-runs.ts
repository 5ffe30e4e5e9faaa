import { isShared } from '../../accounts/general-access.ts';
import { findUsableActorId } from '../../actors/public-actors.ts';
import { defineRead } from '../../database/operation.ts';
import { one, type Sql } from '../../database/sql.ts';
import { Refusal } from '../../shared/errors.ts';

/** A run as a URL without a token names it. */
export interface VisitedRun {
  readonly runId: string;
  /** When given, the run must be one of this Actor. */
  readonly actor?: string | undefined;
}

export interface SharedRun {
  readonly runId: string;
  readonly userId: string;
  readonly isShared: boolean;
  readonly defaultStorages: Readonly<Record<'datasets' | 'key_value_stores' | 'request_queues', string>>;
}

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly actor_id: string;
  readonly general_access: string;
  readonly default_dataset_id: string;
  readonly default_key_value_store_id: string;
  readonly default_request_queue_id: string;
}

/** The run that a visitor names, and whether visitors may read it [visitor-1]. Undefined when there is none. */
export const visitRun = defineRead('runs.visit', function* (visited: VisitedRun): Sql<SharedRun | undefined> {
  const row = yield* one<Row>(
    `SELECT id, user_id, actor_id, general_access, default_dataset_id, default_key_value_store_id,
      default_request_queue_id FROM runs WHERE id = ?`,
    visited.runId,
  );
  if (row === undefined || !(yield* isOfActor(row, visited.actor))) return undefined;
  return {
    runId: row.id,
    userId: row.user_id,
    isShared: isShared(row.general_access, 'id'),
    defaultStorages: {
      datasets: row.default_dataset_id,
      key_value_stores: row.default_key_value_store_id,
      request_queues: row.default_request_queue_id,
    },
  };
});

function* isOfActor({ user_id, actor_id }: Row, actor: string | undefined): Sql<boolean> {
  if (actor === undefined) return true;
  try {
    return (yield* findUsableActorId(user_id, actor)) === actor_id;
  } catch (error) {
    if (error instanceof Refusal && error.type === 'record-not-found') return false;
    throw error;
  }
}
