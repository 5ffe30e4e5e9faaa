/** What a task of an Actor is set to: which body is accepted, and how changes are merged. */
import {
  mergeStandby,
  type StandbyInput,
  type StandbySettings,
  standbySchema,
  standbySettingsOf,
} from '../actors/standby-settings.ts';
import {
  givenOptions,
  type NullableRunOptions,
  type RequestedRunOptions,
  requestedOptionsSchema,
} from '../actors/start-options.ts';
import { invalidInput } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json-object.ts';
import { bodyChecker } from '../shared/schema-check.ts';

/** How a published task is shown. */
interface PublicConfig {
  readonly seoTitle?: string | null;
  readonly seoDescription?: string | null;
  readonly categorization?: string | null;
  readonly inputSchemaFields?: readonly string[] | null;
  readonly datasetName?: string | null;
  readonly datasetView?: string | null;
}

/** The stored settings of a task. Its name and its input are stored apart. */
export interface TaskSettings {
  readonly title?: string | null;
  readonly description?: string | null;
  readonly options: RequestedRunOptions;
  readonly actorStandby?: StandbyInput | null;
  readonly publicConfig?: PublicConfig | null;
  /** In ms since 1970; null for a task that is not public. */
  readonly publishedAt: number | null;
}

/** The body of a creation or a change. Undefined changes nothing, null takes a field back to its default. */
export interface TaskBody {
  readonly actId?: string;
  readonly name?: string | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly options?: NullableRunOptions | null;
  readonly input?: JsonObject | null;
  readonly actorStandby?: StandbyInput | null;
  readonly isPublic?: boolean | null;
  readonly publicConfig?: PublicConfig | null;
}

const text = (maxLength: number) => ({ type: 'string', nullable: true, maxLength });

/** Source of the fields of `publicConfig`: docs.apify.com, API client for JavaScript, `TaskPublicConfig`. */
const publicConfigSchema = {
  type: 'object',
  nullable: true,
  additionalProperties: false,
  properties: {
    seoTitle: text(200),
    seoDescription: text(1000),
    categorization: text(200),
    inputSchemaFields: { type: 'array', nullable: true, maxItems: 1000, items: { type: 'string', maxLength: 200 } },
    datasetName: text(200),
    datasetView: text(200),
  },
};

export const checkTaskBody = bodyChecker<TaskBody>({
  type: 'object',
  additionalProperties: false,
  properties: {
    actId: { type: 'string', minLength: 1, maxLength: 200 },
    name: { type: 'string', nullable: true },
    title: text(200),
    description: text(10_000),
    options: requestedOptionsSchema,
    input: { type: 'object', nullable: true },
    actorStandby: standbySchema,
    isPublic: { type: 'boolean', nullable: true },
    publicConfig: publicConfigSchema,
  },
});

/** @throws Refusal 400 `invalid-input` */
export function checkTaskName(name: string): void {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name)) return;
  throw invalidInput(
    'The name of a task has 1 to 63 letters, digits, hyphens, dots and underscores, starting and ending with a letter or digit.',
  );
}

export const newTaskSettings: TaskSettings = { options: {}, publishedAt: null };

/**
 * Returns `old` with the changes of a body, options and Standby settings one by one.
 * @param isActorPublic whether the task's Actor is public
 * @throws Refusal 400 `invalid-input` for a task that cannot be public
 */
export function mergeTaskSettings(
  old: TaskSettings,
  { actId, name, input, isPublic, ...given }: TaskBody,
  { isActorPublic, now }: { readonly isActorPublic: boolean; readonly now: number },
): TaskSettings {
  const actorStandby = mergeStandby(old.actorStandby, given.actorStandby);
  const settings = {
    ...old,
    ...given,
    options: mergeOptions(old.options, given.options),
    ...(actorStandby !== undefined && { actorStandby }),
  };
  if (typeof isPublic !== 'boolean') return settings;
  if (!isPublic) return { ...settings, publishedAt: null };
  checkPublication(settings, isActorPublic);
  return { ...settings, publishedAt: old.publishedAt ?? now };
}

/**
 * How a task is served in Standby mode: as its Actor, with the task's own settings in place of the Actor's where the Actor
 * permits that. A task of an Actor that is not served is not either.
 * @param task null for the Actor itself
 */
export function taskStandbySettings(
  ofActor: StandbyInput | null | undefined,
  task: Pick<TaskSettings, 'actorStandby'> | null,
): StandbySettings {
  const settings = standbySettingsOf(ofActor);
  if (!task?.actorStandby || !settings.isEnabled || settings.disableStandbyFieldsOverride) return settings;
  return standbySettingsOf({ ...ofActor, ...task.actorStandby, disableStandbyFieldsOverride: false });
}

function mergeOptions(old: RequestedRunOptions, given: TaskBody['options']): RequestedRunOptions {
  if (given === undefined) return old;
  if (given === null) return {};
  return givenOptions({ ...old, ...given });
}

/** Source of the conditions: docs.apify.com, API, "Update task". */
function checkPublication({ publicConfig }: Pick<TaskSettings, 'publicConfig'>, isActorPublic: boolean): void {
  if (!isActorPublic) throw invalidInput('The task cannot be public, since its Actor is not. Publish the Actor first.');
  if (publicConfig?.inputSchemaFields?.length && publicConfig.datasetView) return;
  throw invalidInput(
    'A task that is to be public needs "inputSchemaFields" and "datasetView" in its "publicConfig". Nothing was changed.',
  );
}
