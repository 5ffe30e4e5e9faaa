/** What is edited of a webhook, and what is sent of it. Pure. */
import type { components } from '../api/apify-v2.d.ts';
import { defaultTemplate, exampleContext, exampleRun, fillTemplate } from './webhook-template.ts';

type Schemas = components['schemas'];
type EventType = Schemas['WebhookEventType'];

export type ConditionKind = 'actor' | 'task' | 'run';

export interface WebhookDraft {
  readonly description: string;
  readonly eventTypes: readonly EventType[];
  readonly conditionKind: ConditionKind;
  readonly targetId: string;
  readonly requestUrl: string;
  /** Empty for the default. */
  readonly payloadTemplate: string;
  /** Empty for none. */
  readonly headersTemplate: string;
  readonly shouldInterpolateStrings: boolean;
  readonly ignoreSslErrors: boolean;
  readonly doNotRetry: boolean;
}

/** By what they are about, with their words. */
export const eventGroups: readonly {
  readonly title: string;
  readonly events: readonly { readonly type: EventType; readonly title: string }[];
}[] = [
  {
    title: 'A run',
    events: [
      { type: 'ACTOR.RUN.SUCCEEDED', title: 'succeeded' },
      { type: 'ACTOR.RUN.FAILED', title: 'failed' },
      { type: 'ACTOR.RUN.TIMED_OUT', title: 'timed out' },
      { type: 'ACTOR.RUN.ABORTED', title: 'was aborted' },
      { type: 'ACTOR.RUN.CREATED', title: 'was started' },
      { type: 'ACTOR.RUN.RESURRECTED', title: 'was resurrected' },
    ],
  },
  {
    title: 'A build',
    events: [
      { type: 'ACTOR.BUILD.SUCCEEDED', title: 'succeeded' },
      { type: 'ACTOR.BUILD.FAILED', title: 'failed' },
      { type: 'ACTOR.BUILD.TIMED_OUT', title: 'timed out' },
      { type: 'ACTOR.BUILD.ABORTED', title: 'was aborted' },
      { type: 'ACTOR.BUILD.CREATED', title: 'was started' },
    ],
  },
];

/** `run succeeded`, `build failed`; the type itself where it has no words. */
export function eventText(type: string): string {
  for (const { title, events } of eventGroups) {
    const event = events.find((each) => each.type === type);
    if (event !== undefined) return `${title.replace(/^A /, '')} ${event.title}`;
  }
  return type === 'TEST' ? 'test' : type;
}

export const newWebhook = (conditionKind: ConditionKind, targetId: string): WebhookDraft => ({
  description: '',
  eventTypes: ['ACTOR.RUN.SUCCEEDED', 'ACTOR.RUN.FAILED', 'ACTOR.RUN.TIMED_OUT', 'ACTOR.RUN.ABORTED'],
  conditionKind,
  targetId,
  requestUrl: '',
  payloadTemplate: '',
  headersTemplate: '',
  shouldInterpolateStrings: false,
  ignoreSslErrors: false,
  doNotRetry: false,
});

export function webhookDraftOf(webhook: Schemas['Webhook']): WebhookDraft {
  const { actorId, actorTaskId, actorRunId } = webhook.condition;
  return {
    description: webhook.description ?? '',
    eventTypes: webhook.eventTypes,
    conditionKind: actorId ? 'actor' : actorTaskId ? 'task' : 'run',
    targetId: actorId || actorTaskId || actorRunId || '',
    requestUrl: webhook.requestUrl ?? '',
    payloadTemplate: webhook.payloadTemplate ?? '',
    headersTemplate: webhook.headersTemplate ?? '',
    shouldInterpolateStrings: webhook.shouldInterpolateStrings ?? false,
    ignoreSslErrors: webhook.ignoreSslErrors,
    doNotRetry: webhook.doNotRetry ?? false,
  };
}

const conditionNames = { actor: 'actorId', task: 'actorTaskId', run: 'actorRunId' } as const;

export function webhookBodyOf(draft: WebhookDraft): Schemas['WebhookCreate'] {
  const { conditionKind, targetId, description, payloadTemplate, headersTemplate, eventTypes, ...others } = draft;
  return {
    ...others,
    requestUrl: draft.requestUrl.trim(),
    eventTypes: [...eventTypes],
    condition: { [conditionNames[conditionKind]]: targetId.trim() },
    description: description.trim() || null,
    payloadTemplate: payloadTemplate.trim() === '' ? null : payloadTemplate,
    headersTemplate: headersTemplate.trim() === '' ? null : headersTemplate,
  };
}

export interface WebhookErrors {
  readonly eventTypes?: string;
  readonly targetId?: string;
  readonly requestUrl?: string;
  readonly payloadTemplate?: string;
  readonly headersTemplate?: string;
}

export function webhookErrorsOf(draft: WebhookDraft): WebhookErrors {
  const url = URL.canParse(draft.requestUrl.trim()) ? new URL(draft.requestUrl.trim()) : undefined;
  const payloadError = templateError(draft.payloadTemplate, draft.shouldInterpolateStrings);
  const headersError = templateError(draft.headersTemplate, draft.shouldInterpolateStrings);
  return {
    ...(draft.eventTypes.length === 0 && { eventTypes: 'Choose one event at least.' }),
    ...(draft.targetId.trim() === '' && { targetId: 'Choose what it listens to.' }),
    ...(!(url !== undefined && /^https?:$/.test(url.protocol)) && {
      requestUrl: 'Write an address that begins with https:// or http://.',
    }),
    ...(payloadError !== undefined && { payloadTemplate: payloadError }),
    ...(headersError !== undefined && { headersTemplate: headersError }),
  };
}

function templateError(template: string, interpolatesStrings: boolean): string | undefined {
  if (template.trim() === '') return undefined;
  try {
    fillTemplate(template, exampleContext('TEST', exampleRun, 0), interpolatesStrings);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The body that would be sent, as text; what is wrong with the template instead, when something is. */
export function payloadPreview(
  { payloadTemplate, shouldInterpolateStrings }: WebhookDraft,
  context: Readonly<Record<string, unknown>>,
): { readonly kind: 'body'; readonly text: string } | { readonly kind: 'invalid'; readonly message: string } {
  const template = payloadTemplate.trim() === '' ? defaultTemplate : payloadTemplate;
  try {
    const value = fillTemplate(template, context, shouldInterpolateStrings) ?? null;
    return { kind: 'body', text: JSON.stringify(value, undefined, 2) };
  } catch (error) {
    return { kind: 'invalid', message: (error as Error).message };
  }
}
