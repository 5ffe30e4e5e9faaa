import { type PermissionLevel, permissionLevels } from '../accounts/permissions.ts';
import { invalidInput, Refusal } from '../shared/errors.ts';
import { bodyChecker } from '../shared/schema-check.ts';
import { mergeStandby, type StandbyInput, standbySchema } from './standby-settings.ts';
import { type VersionInput, versionSchema } from './version-settings.ts';

export interface DefaultRunOptions {
  readonly build: string;
  /** 0 for none. */
  readonly timeoutSecs: number;
  readonly memoryMbytes: number;
  readonly restartOnError?: boolean;
  readonly maxItems?: number | null;
  readonly forcePermissionLevel?: PermissionLevel | null;
}

/** The run options that neither the Actor's settings nor its definition set. Apify's own values. */
export const usualRunOptions: DefaultRunOptions = { build: 'latest', timeoutSecs: 3600, memoryMbytes: 1024 };

/** The level of a new Actor that does not set one. Apify's own default. */
const usualPermissionLevel: PermissionLevel = 'LIMITED_PERMISSIONS';

/** The stored settings of an Actor. Its name, versions and tags are stored apart. */
export interface ActorSettings {
  readonly title?: string | null;
  readonly description?: string | null;
  readonly isPublic?: boolean;
  /** Missing in Actors from before there were levels, which keep access to the whole account. */
  readonly actorPermissionLevel?: PermissionLevel | null;
  readonly defaultRunOptions?: Partial<DefaultRunOptions>;
  readonly actorStandby?: StandbyInput | null;
  readonly exampleRunInput?: { readonly body?: string; readonly contentType?: string } | null;
  readonly [field: string]: unknown;
}

export interface ActorInput extends ActorSettings {
  readonly name?: string | null;
  readonly versions?: readonly VersionInput[] | null;
  readonly taggedBuilds?: Readonly<Record<string, { readonly buildId: string } | null>> | null;
}

const text = (maxLength: number) => ({ type: 'string', nullable: true, maxLength });
const flag = { type: 'boolean', nullable: true };
const count = { type: 'integer', nullable: true, minimum: 0 };

const defaultRunOptionsSchema = {
  type: 'object',
  nullable: true,
  additionalProperties: false,
  properties: {
    build: { type: 'string', minLength: 1, maxLength: 100 },
    timeoutSecs: { type: 'integer', minimum: 0, maximum: 1_000_000_000 },
    memoryMbytes: { type: 'integer', minimum: 128, maximum: 1_048_576 },
    restartOnError: { type: 'boolean' },
    maxItems: count,
    forcePermissionLevel: { enum: [...permissionLevels, null] },
  },
};

const actorSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string', nullable: true },
    title: text(200),
    description: text(10_000),
    isPublic: flag,
    seoTitle: text(200),
    seoDescription: text(1000),
    isDeprecated: flag,
    restartOnError: flag,
    actorPermissionLevel: { enum: [...permissionLevels, null] },
    categories: { type: 'array', nullable: true, maxItems: 50, items: { type: 'string', maxLength: 100 } },
    pricingInfos: { type: 'array', maxItems: 100, items: { type: 'object' } },
    defaultRunOptions: defaultRunOptionsSchema,
    exampleRunInput: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      properties: { body: { type: 'string' }, contentType: { type: 'string', maxLength: 200 } },
    },
    actorStandby: standbySchema,
    versions: { type: 'array', nullable: true, maxItems: 200, items: versionSchema },
    taggedBuilds: {
      type: 'object',
      nullable: true,
      additionalProperties: {
        type: 'object',
        nullable: true,
        required: ['buildId'],
        properties: { buildId: { type: 'string' } },
      },
    },
  },
};

export const checkActorBody = bodyChecker<ActorInput>(actorSchema);

/** @throws Refusal 400 `missing-resource-name` or `invalid-input` */
export function checkActorName(name: string | null | undefined): asserts name is string {
  if (name === null || name === undefined || name === '') {
    throw new Refusal(400, 'missing-resource-name', 'Give the Actor a "name".');
  }
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name)) return;
  throw invalidInput(
    'The name of an Actor has 1 to 63 letters, digits, hyphens, dots and underscores, starting and ending with a letter or digit.',
  );
}

/** Returns `old` with the changes of `input`. Run options are merged one by one. */
export function mergeSettings(old: ActorSettings, input: ActorInput): ActorSettings {
  const { name, versions, taggedBuilds, defaultRunOptions, actorStandby: standbyInput, ...given } = input;
  const actorStandby = mergeStandby(old.actorStandby, standbyInput);
  const runOptions = { ...old.defaultRunOptions, ...defaultRunOptions };
  return {
    ...old,
    ...given,
    isPublic: given.isPublic ?? old.isPublic ?? false,
    defaultRunOptions: runOptions,
    ...(actorStandby !== undefined && { actorStandby }),
  };
}

/** The settings of a new Actor. */
export const newSettings = (input: ActorInput): ActorSettings =>
  mergeSettings({ actorPermissionLevel: usualPermissionLevel }, input);

/** The permission level of the Actor's runs, unless it is set at the start of a run. */
export function permissionLevelOf({ actorPermissionLevel: level }: ActorSettings): PermissionLevel {
  return level === undefined ? 'FULL_PERMISSIONS' : (level ?? usualPermissionLevel);
}
