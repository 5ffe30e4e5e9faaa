import { findUsableActorId } from '../actors/public-actors.ts';
import { findBuild } from '../builds/build-for-run.ts';
import { isJson } from '../builds/input/input.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { Database } from '../database/database.ts';
import { type Caller, defineRead } from '../database/operation.ts';
import type { Sql } from '../database/sql.ts';
import { Refusal } from '../shared/errors.ts';
import { parseJson } from '../shared/json.ts';
import { isJsonObject, type JsonObject } from '../shared/json-object.ts';
import { sealTaskInput } from '../tasks/task-input.ts';
import { readTaskOfRun } from '../tasks/tasks.ts';
import type { ScheduleInput } from './schedule-settings.ts';

interface FoundSchema {
  readonly actorId: string;
  readonly inputSchema: Readonly<JsonObject> | null;
}

/** The schema of the input that an action of a user has; undefined when nothing could be started now. */
const findInputSchema = defineRead(
  'schedules.findInputSchema',
  function* (wanted: { userId: string; actor: string; build: string | undefined }): Sql<FoundSchema | undefined> {
    try {
      const actorId = yield* findUsableActorId(wanted.userId, wanted.actor);
      const { inputSchema } = yield* findBuild(actorId, wanted.build);
      return { actorId, inputSchema };
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  },
);

/** The same for a task. */
const findTaskInputSchema = defineRead(
  'schedules.findTaskInputSchema',
  function* (wanted: { userId: string; task: string }): Sql<FoundSchema | undefined> {
    try {
      const { actorId, options } = yield* readTaskOfRun(wanted);
      const { inputSchema } = yield* findBuild(actorId, options.build);
      return { actorId, inputSchema };
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  },
);

interface Parts {
  readonly database: Database;
  readonly inputSecrets: InputSecrets;
}

type GivenAction = NonNullable<ScheduleInput['actions']>[number];

/**
 * Resolves with the action with the secret fields of its input encrypted, as on Apify, so that who reads the schedule does not
 * see them. What is encrypted already stays. An input that does not fit the Actor stays as it came, since it makes the action
 * fail anyway.
 */
export async function sealAction(
  { database, inputSecrets }: Parts,
  { userId, caller }: { readonly userId: string; readonly caller: Caller },
  action: GivenAction,
): Promise<GivenAction> {
  if (action.type === 'RUN_ACTOR_TASK') return sealTaskAction({ database, inputSecrets }, { userId, caller }, action);
  const { actorId: actor, runInput, runOptions } = action;
  const contentType = runInput?.contentType || 'application/json; charset=utf-8';
  const input = runInput?.body && isJson(contentType) ? objectOf(runInput.body) : undefined;
  if (input === undefined) return action;
  const found = await database.read(findInputSchema, { userId, actor, build: runOptions?.build ?? undefined }, caller);
  if (found === undefined || !fits(input, found.inputSchema)) return action;
  const { actorId, inputSchema } = found;
  const prepared = { body: Buffer.from(JSON.stringify(input)), contentType };
  const sealed = await inputSecrets.seal({ userId, actorId }, inputSchema, prepared);
  return sealed === prepared ? action : { ...action, runInput: { ...runInput, body: sealed!.body.toString('utf8') } };
}

async function sealTaskAction(
  { database, inputSecrets }: Parts,
  { userId, caller }: { readonly userId: string; readonly caller: Caller },
  action: Extract<GivenAction, { type: 'RUN_ACTOR_TASK' }>,
): Promise<GivenAction> {
  const { actorTaskId: task, input } = action;
  if (!input) return action;
  const found = await database.read(findTaskInputSchema, { userId, task }, caller);
  if (found === undefined || !fits(input, found.inputSchema)) return action;
  const { actorId, inputSchema } = found;
  return { ...action, input: await sealTaskInput(inputSecrets, { userId, actorId }, inputSchema, input) };
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether each secret value has its field's type: others cannot be encrypted. */
function fits(input: JsonObject, inputSchema: Readonly<JsonObject> | null): boolean {
  const properties = (inputSchema?.properties ?? {}) as Record<string, { isSecret?: boolean; type?: string }>;
  return Object.entries(properties).every(([name, { isSecret, type }]) => {
    const value = input[name];
    if (isSecret !== true || !value) return true;
    return typeof value === 'string' || (type !== 'string' && typeof value === 'object');
  });
}
