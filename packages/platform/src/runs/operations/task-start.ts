import { defineRead } from '../../database/operation.ts';
import type { Sql } from '../../database/sql.ts';
import { readTaskOfRun, type TaskOfRun } from '../../tasks/tasks.ts';
import { newStart, type StartPreparation, type StartRequest, startedBefore } from './run-creation.ts';

export type TaskStartPreparation = StartPreparation & { readonly task?: TaskOfRun };

/**
 * What the start of a run of a task needs to know: as for its Actor, and what the task sets.
 * @throws Refusal 404 `record-not-found`, also when the Actor is gone, and as the start of a run of its Actor
 */
export const prepareTaskStart = defineRead(
  'runs.prepareTaskStart',
  function* (request: Omit<StartRequest, 'actor'> & { task: string }, { now, caller }): Sql<TaskStartPreparation> {
    const known = yield* startedBefore(request, caller);
    if (known !== undefined) return known;
    const task = yield* readTaskOfRun(request);
    // [task-2]
    const build = request.build ?? task.options.build;
    return { ...(yield* newStart({ ...request, actor: task.actorId, build }, { now, caller })), task };
  },
);
