/**
 * What a webhook sends: a template is JSON in which `{{variable}}` stands for a value. Pure; for previews.
 *
 * The rule is the platform's (`packages/platform/src/webhooks/webhook-settings.ts`), which takes Apify's.
 * `test/webhook-template.test.ts` holds the two against each other.
 */
export type TemplateContext = Readonly<Record<string, unknown>>;

/** What is sent without a template. */
export const defaultTemplate = `{
  "userId": {{userId}},
  "createdAt": {{createdAt}},
  "eventType": {{eventType}},
  "eventData": {{eventData}},
  "resource": {{resource}}
}`;

export const templateVariables = ['userId', 'createdAt', 'eventType', 'eventData', 'resource', 'globals'] as const;

const inString = /\{\{([a-zA-Z0-9.]+)\}\}/g;
const onlyVariable = /^\{\{([a-zA-Z0-9.]+)\}\}$/;

/** @throws Error in words for a template that is not valid */
export function fillTemplate(template: string, context: TemplateContext, interpolatesStrings: boolean): unknown {
  const value: unknown = JSON.parse(replaceOutsideStrings(template, context));
  return interpolatesStrings ? interpolated(value, context) : value;
}

function replaceOutsideStrings(template: string, context: TemplateContext): string {
  let result = '';
  let isInString = false;
  for (let index = 0; index < template.length; index += 1) {
    const char = template[index]!;
    if (char === '"' && template[index - 1] !== '\\') isInString = !isInString;
    const end = !isInString && template.startsWith('{{', index) ? template.indexOf('}}', index) : -1;
    if (end === -1) {
      result += char;
      continue;
    }
    const value = variableValue(template.slice(index + 2, end), context);
    // As on Apify, also 0, false and an empty text become null.
    result += value ? JSON.stringify(value) : 'null';
    index = end + 1;
  }
  return result;
}

function interpolated(value: unknown, context: TemplateContext): unknown {
  if (typeof value === 'string') {
    const [, only] = onlyVariable.exec(value) ?? [];
    if (only !== undefined) return variableValue(only, context);
    return value.replaceAll(inString, (_, name: string) => String(variableValue(name, context)));
  }
  if (Array.isArray(value)) return value.map((each) => interpolated(each, context));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolated(each, context)]));
}

function variableValue(name: string, context: TemplateContext): unknown {
  const [variable = '', ...path] = name.split('.');
  if (!(templateVariables as readonly string[]).includes(variable)) {
    throw new Error(`There is no variable "${name}". There are: ${templateVariables.join(', ')}.`);
  }
  let value = context[variable];
  for (const part of path) {
    if (!value || typeof value !== 'object') return null;
    value = (value as TemplateContext)[part];
  }
  return value;
}

/** What variables stand for in a preview. */
export function exampleContext(eventType: string, resource: TemplateContext, nowMs: number): TemplateContext {
  const isBuild = eventType.startsWith('ACTOR.BUILD.');
  return {
    userId: resource.userId,
    createdAt: new Date(nowMs).toISOString(),
    eventType,
    eventData: {
      actorId: resource.actId,
      ...(resource.actorTaskId ? { actorTaskId: resource.actorTaskId } : {}),
      ...(isBuild ? { actorBuildId: resource.id } : { actorRunId: resource.id }),
    },
    resource,
    globals: { dateISO: new Date(nowMs).toISOString(), dateUnix: Math.floor(nowMs / 1000) },
  };
}

/** A run for previews where there is no real one. */
export const exampleRun: TemplateContext = {
  id: 'exampleRunId12345',
  actId: 'exampleActorId123',
  userId: 'exampleUserId1234',
  startedAt: '2026-01-31T07:30:00.000Z',
  finishedAt: '2026-01-31T07:32:10.000Z',
  status: 'SUCCEEDED',
  statusMessage: 'Crawled 120 pages.',
  exitCode: 0,
  defaultDatasetId: 'exampleDataset123',
  defaultKeyValueStoreId: 'exampleStoreId123',
  defaultRequestQueueId: 'exampleQueueId123',
};
