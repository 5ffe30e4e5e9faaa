/** What a user sends of a schedule: its form, and what is not stored without being asked for. */
import { type NullableRunOptions, requestedOptionsSchema } from '../actors/start-options.ts';
import { invalidInput } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json-object.ts';
import { bodyChecker } from '../shared/schema-check.ts';

interface RunActorAction {
  readonly id: string;
  readonly type: 'RUN_ACTOR';
  readonly actorId: string;
  /** Like the body of a call that starts a run. */
  readonly runInput?: { readonly body?: string | null; readonly contentType?: string | null } | null;
  readonly runOptions?: NullableRunOptions | null;
}

interface RunTaskAction {
  readonly id: string;
  readonly type: 'RUN_ACTOR_TASK';
  readonly actorTaskId: string;
  /** Merged over the input of the task. */
  readonly input?: Readonly<JsonObject> | null;
}

export type ScheduleAction = RunActorAction | RunTaskAction;
type WithoutId<Action> = Action extends unknown ? Omit<Action, 'id'> & { readonly id?: string } : never;

/** Fields that are missing or null keep their value; `title` and `description` are emptied by null. */
export interface ScheduleInput {
  readonly name?: string | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly cronExpression?: string | null;
  readonly timezone?: string | null;
  readonly isEnabled?: boolean | null;
  readonly isExclusive?: boolean | null;
  readonly notifications?: { readonly email?: boolean } | null;
  readonly actions?: readonly WithoutId<ScheduleAction>[] | null;
}

const flag = { type: 'boolean', nullable: true };
const text = (maxLength: number) => ({ type: 'string', nullable: true, maxLength });

const runInputSchema = {
  type: 'object',
  nullable: true,
  additionalProperties: false,
  properties: { body: { type: 'string', nullable: true }, contentType: text(200) },
};

const actionSchema = {
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', maxLength: 100 },
    type: { enum: ['RUN_ACTOR', 'RUN_ACTOR_TASK'] },
    actorId: { type: 'string', minLength: 1, maxLength: 200 },
    actorTaskId: { type: 'string', minLength: 1, maxLength: 200 },
    runInput: runInputSchema,
    runOptions: requestedOptionsSchema,
    input: { type: 'object', nullable: true },
  },
  oneOf: [
    { properties: { type: { const: 'RUN_ACTOR' } }, required: ['actorId'] },
    { properties: { type: { const: 'RUN_ACTOR_TASK' } }, required: ['actorTaskId'] },
  ],
};

const checkForm = bodyChecker<ScheduleInput>({
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string', nullable: true },
    title: text(200),
    description: text(10_000),
    cronExpression: text(500),
    timezone: text(100),
    isEnabled: flag,
    isExclusive: flag,
    notifications: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      properties: { email: { type: 'boolean' } },
    },
    // How many there may be of each kind is said below.
    actions: { type: 'array', nullable: true, maxItems: 100, items: actionSchema },
  },
});

/** Of each kind, as on Apify. */
const maxActions = 10;

/** @throws Refusal 400 `invalid-input` */
export function checkScheduleBody(body: unknown): ScheduleInput {
  const input = checkForm(body);
  const { name, actions } = input;
  if (typeof name === 'string') checkName(name);
  for (const type of ['RUN_ACTOR', 'RUN_ACTOR_TASK']) {
    const some = (actions ?? []).filter((each) => each.type === type);
    if (some.length <= maxActions) continue;
    throw invalidInput(
      `A schedule has at most ${maxActions} actions of the type ${type}, but this one has ${some.length}. Make another schedule for the rest.`,
    );
  }
  return input;
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(name)) return;
  throw invalidInput(
    'The name of a schedule has 3 to 63 letters, digits, hyphens, dots and underscores, starting and ending with a letter or digit.',
  );
}
