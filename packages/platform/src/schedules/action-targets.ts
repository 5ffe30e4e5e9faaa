import { findUsableActorId } from '../actors/public-actors.ts';
import type { Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';
import { findTaskId } from '../tasks/task-address.ts';
import type { ScheduleAction, ScheduleInput } from './schedule-settings.ts';

type GivenActions = NonNullable<ScheduleInput['actions']>;

const targetOf = (action: Pick<ScheduleAction, 'type'> & { actorId?: string; actorTaskId?: string }) =>
  `${action.type} ${action.type === 'RUN_ACTOR' ? action.actorId : action.actorTaskId}`;

/**
 * The actions with ids, and with the ids of what they start. An action that starts what one did before keeps the id of that
 * one, since its runs are known by it [schedule-5].
 * @param before the actions that the schedule had
 * @param newIds an id for each action
 * @throws Refusal 404 `schedule-actor-not-found`, `schedule-actor-task-not-found`
 */
export function* resolveTargets(
  userId: string,
  given: GivenActions,
  before: readonly ScheduleAction[],
  newIds: readonly string[],
): Sql<ScheduleAction[]> {
  const actions: ScheduleAction[] = [];
  const former = new Map(before.map((action) => [action.id, action]));
  for (const action of given) {
    if (action.type === 'RUN_ACTOR') {
      const { actorId: address, runInput = null, runOptions = null } = action;
      const actorId = yield* actorOf(userId, address);
      actions.push({ id: action.id ?? '', type: action.type, actorId, runInput, runOptions });
    } else {
      const { actorTaskId: address, input = null } = action;
      const actorTaskId = yield* taskOf(userId, address);
      actions.push({ id: action.id ?? '', type: action.type, actorTaskId, input });
    }
  }
  // Those that name a former action first, so that no other one takes its id.
  const known = actions.map(({ id }) => former.delete(id));
  return actions.map((action, index) => {
    if (known[index]) return action;
    const alike = [...former.values()].find((each) => targetOf(each) === targetOf(action));
    if (alike !== undefined) former.delete(alike.id);
    return { ...action, id: alike?.id ?? newIds[index]! };
  });
}

function* taskOf(userId: string, address: string): Sql<string> {
  try {
    return yield* findTaskId({ userId, task: address });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      404,
      'schedule-actor-task-not-found',
      `There is no task with the id or name "${address}". Name one that exists in the schedule's actions.`,
    );
  }
}

/** An Actor that is deleted later makes the action fail, and the log says so. */
function* actorOf(userId: string, address: string): Sql<string> {
  try {
    return yield* findUsableActorId(userId, address);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      404,
      'schedule-actor-not-found',
      `There is no Actor with the id or name "${address}". Name one that exists in the schedule's actions.`,
    );
  }
}
