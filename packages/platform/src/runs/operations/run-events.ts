import { one, type Sql } from '../../database/sql.ts';
import type { Moment } from '../../shared/clock.ts';
import { announce, type EventType, endEvent } from '../../webhooks/webhook-events.ts';
import type { RunState } from '../state/run-state.ts';
import { isOver } from '../state/run-state.ts';
import { readRunDetails } from './run-details.ts';

/** The event that a change of a run is; undefined for most changes. */
export function eventOfChange(before: RunState, after: RunState): EventType | undefined {
  if (!isOver(before) && isOver(after)) return endEvent('RUN', after.status as never);
  if (isOver(before) && !isOver(after)) return 'ACTOR.RUN.RESURRECTED';
  return undefined;
}

/** Stores what an event of a run causes, in the transaction of the event [webhook-1]. */
export function* announceRun(
  run: { readonly id: string; readonly userId: string; readonly actorId: string; readonly resurrectCount: number },
  type: EventType,
  { now, steadyNow }: Moment,
): Sql<void> {
  const row = yield* one<{ task_id: string | null }>('SELECT actor_task_id AS task_id FROM runs WHERE id = ?', run.id);
  const actorTaskId = row?.task_id ?? undefined;
  const event = {
    userId: run.userId,
    type,
    data: { actorId: run.actorId, ...(actorTaskId !== undefined && { actorTaskId }), actorRunId: run.id },
    occurrence: run.resurrectCount,
    *resource() {
      const details = yield* readRunDetails(run.id);
      // The API shows nothing of a run's attempts.
      return { kind: 'run', value: { ...details, state: { ...details.state, attempts: [] } } } as const;
    },
  };
  yield* announce(event, now, steadyNow);
}
