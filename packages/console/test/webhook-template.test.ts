/** The console's preview of what webhooks send against what the platform sends. */
import { expect, test } from 'vitest';
import { payloadOf } from '../../platform/src/webhooks/webhook-settings.ts';
import {
  eventGroups,
  eventText,
  newWebhook,
  webhookBodyOf,
  webhookDraftOf,
  webhookErrorsOf,
} from '../src/model/webhook-draft.ts';
import { defaultTemplate, exampleContext, exampleRun, fillTemplate } from '../src/model/webhook-template.ts';

const hostile = { ...exampleRun, statusMessage: 'He said "stop" {{userId}} \\ </script>', exitCode: 0, nothing: null };
const context = exampleContext('ACTOR.RUN.FAILED', hostile, 1_800_000_000_000);

const templates = [
  defaultTemplate,
  '{"text": "Run {{resource.id}} {{resource.statusMessage}}"}',
  '{"a": {{resource.exitCode}}, "b": "{{resource.exitCode}}", "c": {{resource.nothing}}, "d": "{{resource.missing.deep}}"}',
  '[{{eventData}}, "{{eventData}}", {"x": ["{{globals.dateUnix}}", {{globals.dateISO}}]}]',
  '{{resource}}',
  '"{{resource.missing}}"',
  '{"quote": "\\"{{eventType}}\\"", "after": {{eventType}}}',
  '{"unknown": {{other}}}',
  '{"unknown in a text": "{{other.x}}"}',
  '{"half": {{userId}',
  'no JSON',
  '{"space": "{{ userId }}"}',
];

const settings = {
  requestUrl: 'https://example.com/',
  headersTemplate: null,
  description: null,
  isApifyIntegration: false,
  ignoreSslErrors: false,
  doNotRetry: false,
};

test.each(templates)('what is shown of %s is what is sent', (payloadTemplate) => {
  for (const shouldInterpolateStrings of [false, true]) {
    const outcome = (fill: () => unknown) => {
      try {
        return { sent: fill() };
      } catch {
        return 'refused';
      }
    };
    const sent = outcome(() => payloadOf({ ...settings, payloadTemplate, shouldInterpolateStrings }, context));
    expect(outcome(() => fillTemplate(payloadTemplate, context, shouldInterpolateStrings))).toEqual(sent);
  }
});

test('a webhook that is read and sent again stays as it is', () => {
  const webhook = {
    id: 'w',
    createdAt: '2026-01-01T00:00:00.000Z',
    modifiedAt: '2026-01-01T00:00:00.000Z',
    userId: 'u',
    eventTypes: ['ACTOR.RUN.FAILED' as const],
    condition: { actorTaskId: 'task' },
    requestUrl: 'https://example.com/hook',
    payloadTemplate: ' {"a": 1} ',
    headersTemplate: null,
    description: 'tells the chat',
    shouldInterpolateStrings: true,
    ignoreSslErrors: true,
    doNotRetry: true,
  };
  const { eventTypes, condition, requestUrl, payloadTemplate, headersTemplate, description } = webhook;
  const flags = { shouldInterpolateStrings: true, ignoreSslErrors: true, doNotRetry: true };
  const expected = { eventTypes, condition, requestUrl, payloadTemplate, headersTemplate, description, ...flags };
  expect(webhookBodyOf(webhookDraftOf(webhook))).toEqual(expected);
});

test('what is missing is said by field', () => {
  const draft = { ...newWebhook('actor', ''), eventTypes: [], requestUrl: 'ftp://x', headersTemplate: '{' };
  const errors = webhookErrorsOf(draft);
  expect(Object.keys(errors).toSorted()).toEqual(['eventTypes', 'headersTemplate', 'requestUrl', 'targetId']);
  const right = { ...newWebhook('run', 'run1'), requestUrl: ' https://example.com ', payloadTemplate: '{{resource}}' };
  expect(webhookErrorsOf(right)).toEqual({});
});

test('each event has words of its own', () => {
  const types = eventGroups.flatMap(({ events }) => events.map(({ type }) => type));
  expect(new Set(types.map(eventText)).size).toBe(types.length);
  expect(eventText('ACTOR.RUN.TIMED_OUT')).toBe('run timed out');
  expect(eventText('SOMETHING.NEW')).toBe('SOMETHING.NEW');
});
