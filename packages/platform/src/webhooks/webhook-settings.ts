import { WEBHOOK_DEFAULT_PAYLOAD_TEMPLATE } from '@apify/consts';
import { WebhookPayloadTemplate } from '@apify/utilities';
import { invalidInput } from '../shared/errors.ts';
import { isJsonObject } from '../shared/json-object.ts';
import { bodyChecker } from '../shared/schema-check.ts';
import { type EventType, eventTypes } from './webhook-events.ts';

/** What is sent for an event, where to, and how. Stored sealed. */
export interface WebhookSettings {
  readonly requestUrl: string;
  /** Null for Apify's default. */
  readonly payloadTemplate: string | null;
  readonly headersTemplate: string | null;
  readonly description: string | null;
  readonly shouldInterpolateStrings: boolean;
  readonly isApifyIntegration: boolean;
  readonly ignoreSslErrors: boolean;
  readonly doNotRetry: boolean;
}

type Nullable<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | null };

/** What a client sends to create or change a webhook, or with the start of a run, where it has no condition. */
export interface WebhookInput extends Nullable<WebhookSettings> {
  readonly eventTypes?: readonly EventType[] | null;
  readonly condition?: { readonly [Name in 'actorId' | 'actorTaskId' | 'actorRunId']?: string | null } | null;
  readonly isAdHoc?: boolean | null;
  readonly idempotencyKey?: string | null;
}

const text = (maxLength: number) => ({ type: ['string', 'null'], maxLength });
const flag = { type: ['boolean', 'null'] };
const id = { type: ['string', 'null'], maxLength: 200 };

/** Longer templates, or more variables, would take the platform's thread for too long. */
const maxTemplateLength = 65_536;
const maxVariables = 100;

const properties = {
  isAdHoc: flag,
  eventTypes: {
    type: ['array', 'null'],
    minItems: 1,
    maxItems: 50,
    items: { enum: eventTypes },
  },
  condition: {
    type: ['object', 'null'],
    properties: { actorId: id, actorTaskId: id, actorRunId: id },
    additionalProperties: false,
  },
  idempotencyKey: { type: ['string', 'null'], minLength: 1, maxLength: 256 },
  requestUrl: text(8192),
  payloadTemplate: text(maxTemplateLength),
  headersTemplate: text(maxTemplateLength),
  description: text(10_000),
  shouldInterpolateStrings: flag,
  isApifyIntegration: flag,
  ignoreSslErrors: flag,
  doNotRetry: flag,
};

/** @throws Refusal 400 `invalid-input` */
export const checkWebhookBody = bodyChecker<WebhookInput>({
  type: 'object',
  properties,
  additionalProperties: false,
});

/** Adds to the settings what the input has; a null takes a setting back. @throws Refusal 400 `invalid-input` */
export function settingsOf(input: WebhookInput, before?: WebhookSettings): WebhookSettings {
  const { requestUrl = before?.requestUrl } = input;
  if (requestUrl === undefined || requestUrl === null) throw invalidInput('The field "requestUrl" is required.');
  const flagOf = (name: 'shouldInterpolateStrings' | 'isApifyIntegration' | 'ignoreSslErrors' | 'doNotRetry') =>
    (input[name] === undefined ? before?.[name] : input[name]) ?? false;
  const textOf = (name: 'payloadTemplate' | 'headersTemplate' | 'description') =>
    (input[name] === undefined ? before?.[name] : input[name]) || null;
  const settings = {
    requestUrl,
    payloadTemplate: textOf('payloadTemplate'),
    headersTemplate: textOf('headersTemplate'),
    description: textOf('description'),
    shouldInterpolateStrings: flagOf('shouldInterpolateStrings'),
    isApifyIntegration: flagOf('isApifyIntegration'),
    ignoreSslErrors: flagOf('ignoreSslErrors'),
    doNotRetry: flagOf('doNotRetry'),
  };
  checkSettings(settings);
  return settings;
}

function checkSettings(settings: WebhookSettings): void {
  hostOf(settings.requestUrl);
  for (const name of ['payloadTemplate', 'headersTemplate'] as const) {
    const template = settings[name];
    if (template !== null && countVariables(template) > maxVariables) {
      throw invalidInput(`The field "${name}" has more than ${maxVariables} variables. Take fewer.`);
    }
  }
  tryTemplate('payloadTemplate', () => payloadOf(settings, {}));
  tryTemplate('headersTemplate', () => headersOf(settings, {}));
}

function tryTemplate(name: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    const allowed = [...variables].join(', ');
    throw invalidInput(
      `The field "${name}" is no valid template (${(error as Error).message}). Variables: ${allowed}.`,
    );
  }
}

const countVariables = (template: string): number => template.split('{{').length - 1;

/** Apify's constant lacks `globals`, which its documentation has. Source: docs.apify.com, webhook actions. */
const variables = new Set(['userId', 'createdAt', 'eventType', 'eventData', 'resource', 'globals']);

/** What the variables of templates stand for. */
export type TemplateContext = Readonly<Record<string, unknown>>;

/** Results above this are not sent. In characters. */
const maxResultLength = 32 * 1024 * 1024;

/** What the template gives. @throws when it is no valid template, or its result may be too large */
function parsed(template: string, context: TemplateContext, interpolateStrings: boolean): unknown {
  if (countVariables(template) * JSON.stringify(context).length > maxResultLength) {
    throw new Error('it repeats large values too often');
  }
  return WebhookPayloadTemplate.parse(template, variables, context, { interpolateStrings });
}

/** The body of a call, before it is made a text. @throws when the template is no valid one */
export function payloadOf(settings: WebhookSettings, context: TemplateContext): unknown {
  const template = settings.payloadTemplate ?? WEBHOOK_DEFAULT_PAYLOAD_TEMPLATE;
  return parsed(template, context, settings.shouldInterpolateStrings);
}

/** Names of headers are in lower case. Values of the wrong kind, and names that HTTP does not allow, throw. */
export function headersOf(settings: WebhookSettings, context: TemplateContext): Record<string, string> {
  const { headersTemplate, shouldInterpolateStrings } = settings;
  if (headersTemplate === null) return {};
  const result = parsed(headersTemplate, context, shouldInterpolateStrings);
  if (!isJsonObject(result)) throw new Error('it must give an object with a string for each header');
  return Object.fromEntries(
    Object.entries(result)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [checkedName(name), checkedValue(name, value)]),
  );
}

function checkedName(name: string): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name.toLowerCase();
  throw new Error(`"${name}" is not a name of a header`);
}

function checkedValue(name: string, value: unknown): string {
  const string = typeof value === 'object' ? undefined : String(value);
  // Bytes above Latin-1 and line ends cannot be sent.
  if (string !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(string)) return string;
  throw new Error(`the header "${name}" must be a string of one line`);
}

/** The host and port that a webhook is sent to. @throws Refusal 400 `invalid-input` */
export function hostOf(requestUrl: string): string {
  const url = URL.canParse(requestUrl) ? new URL(requestUrl) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url.host;
  throw invalidInput('The field "requestUrl" must be an address that begins with http:// or https://.');
}
