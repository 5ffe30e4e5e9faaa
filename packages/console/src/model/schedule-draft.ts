/** What is edited of a schedule, and what is sent of it. Pure. */
import type { components } from '../api/apify-v2.d.ts';
import type { RunOptions } from './run-options.ts';
import { expressionError } from './schedule-times.ts';

type Schemas = components['schemas'];
type Input = Readonly<Record<string, unknown>>;

/** What an action gives to what it starts. */
export type InputDraft =
  /** As the Actor or the task has it. */
  | { readonly kind: 'own' }
  | { readonly kind: 'json'; readonly value: Input }
  /** A body that is no JSON object; it is kept as it is. */
  | { readonly kind: 'raw'; readonly body: string; readonly contentType: string };

export interface ActionDraft {
  /** Tells one action from another while they are edited. */
  readonly key: string;
  /** Undefined for a new one. */
  readonly id?: string;
  readonly type: 'RUN_ACTOR' | 'RUN_ACTOR_TASK';
  readonly targetId: string;
  readonly input: InputDraft;
  /** Of Actors alone. */
  readonly options: RunOptions;
}

export interface ScheduleDraft {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly cronExpression: string;
  readonly timezone: string;
  readonly isEnabled: boolean;
  readonly isExclusive: boolean;
  readonly actions: readonly ActionDraft[];
}

/** The zone is that of the reader: a time that somebody types is meant as their own. */
export const newSchedule = (timezone: string, actions: readonly ActionDraft[]): ScheduleDraft => ({
  name: '',
  title: '',
  description: '',
  cronExpression: '0 8 * * *',
  timezone,
  isEnabled: true,
  isExclusive: false,
  actions,
});

export const newAction = (key: string, type: ActionDraft['type'], targetId = ''): ActionDraft => ({
  key,
  type,
  targetId,
  input: { kind: 'own' },
  options: {},
});

export function scheduleDraftOf(schedule: Schemas['Schedule']): ScheduleDraft {
  const { name, title, description, cronExpression, timezone, isEnabled, isExclusive, actions } = schedule;
  return {
    name,
    title: title ?? '',
    description: description ?? '',
    cronExpression,
    timezone,
    isEnabled,
    isExclusive,
    actions: actions.map((action) => actionDraftOf(action)),
  };
}

function actionDraftOf(action: Schemas['ScheduleAction']): ActionDraft {
  const { id } = action;
  if (action.type === 'RUN_ACTOR_TASK') {
    const input: InputDraft = action.input ? { kind: 'json', value: action.input } : { kind: 'own' };
    return { key: id, id, type: action.type, targetId: action.actorTaskId, input, options: {} };
  }
  const options = givenOptions(action.runOptions ?? {});
  return { key: id, id, type: action.type, targetId: action.actorId, input: inputDraftOf(action.runInput), options };
}

function inputDraftOf(runInput: Schemas['ScheduleActionRunInput'] | null | undefined): InputDraft {
  const { body, contentType } = runInput ?? {};
  if (!body) return { kind: 'own' };
  const value = isJson(contentType) ? objectOf(body) : undefined;
  return value === undefined ? { kind: 'raw', body, contentType: contentType ?? '' } : { kind: 'json', value };
}

const isJson = (contentType: string | null | undefined): boolean =>
  !contentType || /^application\/json\b/i.test(contentType);

function objectOf(text: string): Input | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Input) : undefined;
  } catch {
    return undefined;
  }
}

/** Options as the API has them, where null stands for what is left out. */
export const givenOptions = (options: Schemas['TaskOptions']): RunOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined));

export function scheduleBodyOf(draft: ScheduleDraft): Schemas['ScheduleCreate'] {
  const { name, title, description, cronExpression, timezone, isEnabled, isExclusive, actions } = draft;
  return {
    ...(name.trim() !== '' && { name: name.trim() }),
    title: title.trim() || null,
    description: description.trim() || null,
    cronExpression: cronExpression.trim(),
    timezone,
    isEnabled,
    isExclusive,
    actions: actions.map((action) => actionBodyOf(action)),
  };
}

function actionBodyOf({ id, type, targetId, input, options }: ActionDraft): Schemas['ScheduleCreateAction'] {
  const known = id === undefined ? {} : { id };
  if (type === 'RUN_ACTOR_TASK') {
    const value = input.kind === 'json' ? input.value : null;
    return { ...known, type, actorTaskId: targetId, input: value as never };
  }
  return { ...known, type, actorId: targetId, runInput: runInputOf(input), runOptions: options };
}

function runInputOf(input: InputDraft): Schemas['ScheduleActionRunInput'] | null {
  if (input.kind === 'own') return null;
  if (input.kind === 'raw') return { body: input.body, contentType: input.contentType };
  return { body: JSON.stringify(input.value), contentType: 'application/json; charset=utf-8' };
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;

export interface ScheduleErrors {
  readonly name?: string;
  readonly cronExpression?: string;
  /** Of actions, by their keys. */
  readonly actions: Readonly<Record<string, string>>;
}

export function scheduleErrorsOf(draft: ScheduleDraft, nowMs: number): ScheduleErrors {
  const name = draft.name.trim();
  const cronError = expressionError(draft, nowMs);
  const unnamed = draft.actions.filter(({ targetId }) => targetId === '');
  return {
    ...(name !== '' &&
      !nameForm.test(name) && {
        name: 'Use 3 to 63 letters, digits, hyphens, dots and underscores, with a letter or digit first and last.',
      }),
    ...(cronError !== undefined && { cronExpression: cronError }),
    actions: Object.fromEntries(
      unnamed.map(({ key, type }) => [key, `Choose the ${type === 'RUN_ACTOR' ? 'Actor' : 'task'} that it starts.`]),
    ),
  };
}

/** Why it cannot be stored; undefined when it can. */
export function firstErrorOf({ name, cronExpression, actions }: ScheduleErrors): string | undefined {
  return name ?? cronExpression ?? Object.values(actions)[0];
}
