import { type PermissionLevel, permissionLevels } from '../../accounts/permissions.ts';
import { maxTimeoutSecs, type RequestedRunOptions, runMemories } from '../../actors/start-options.ts';
import type { LastRunFilter } from '../../runs/operations/run-address.ts';
import type { AdHocWebhook } from '../../runs/operations/run-creation.ts';
import type { RunListing } from '../../runs/operations/run-lists.ts';
import type { RunStatus } from '../../runs/state/run-state.ts';
import { invalidInput } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { parseJson } from '../../shared/json.ts';
import { checkWebhookBody, settingsOf } from '../../webhooks/webhook-settings.ts';
import { booleanOf, choiceOf, integerOf, listOf, numberOf, type Query, timeOf } from '../query.ts';

const statuses: readonly RunStatus[] = [
  ...(['READY', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const),
  ...(['TIMING-OUT', 'TIMED-OUT', 'ABORTING', 'ABORTED'] as const),
];
const origins = ['DEVELOPMENT', 'WEB', 'API', 'SCHEDULER', 'TEST', 'WEBHOOK', 'ACTOR', 'CLI', 'CI', 'STANDBY', 'MCP'];

/** @throws Refusal 400 `invalid-input` */
export function requestedOptionsOf(query: Query): RequestedRunOptions {
  const timeoutSecs = timeoutOf(query);
  const memoryMbytes = memoryOf(query);
  const restartOnError = booleanOf(query, 'restartOnError');
  const maxItems = integerOf(query, 'maxItems', 0);
  const maxTotalChargeUsd = numberOf(query, 'maxTotalChargeUsd', 0);
  return {
    ...(query.build && { build: query.build }),
    ...(timeoutSecs !== undefined && { timeoutSecs }),
    ...(memoryMbytes !== undefined && { memoryMbytes }),
    ...(restartOnError !== undefined && { restartOnError }),
    ...(maxItems !== undefined && { maxItems }),
    ...(maxTotalChargeUsd !== undefined && { maxTotalChargeUsd }),
  };
}

/** Fractions of a second are rounded up. */
function timeoutOf(query: Query): number | undefined {
  const secs = numberOf(query, 'timeout', 0);
  return secs === undefined ? undefined : Math.min(Math.ceil(secs), maxTimeoutSecs);
}

function memoryOf(query: Query): number | undefined {
  const memory = integerOf(query, 'memory', 1);
  if (memory === undefined) return undefined;
  if (runMemories.includes(memory)) return memory;
  throw invalidInput(
    `The parameter "memory" must be a power of 2 from ${runMemories.at(0)} to ${runMemories.at(-1)}, but is "${memory}".`,
  );
}

/** Returns the permission level for the run that replaces its Actor's. */
export function checkedLevelOf({ forcePermissionLevel: text }: Query): PermissionLevel | undefined {
  if (!text) return undefined;
  const level = permissionLevels.find((each) => each === text);
  if (level !== undefined) return level;
  throw invalidInput(
    `The parameter "forcePermissionLevel" must be ${permissionLevels.join(' or ')}, but is "${text}".`,
  );
}

/** The ad-hoc webhooks that come with a start, with new ids. @throws Refusal 400 `invalid-input` */
export function adHocWebhooksOf({ webhooks }: Query): AdHocWebhook[] {
  if (!webhooks) return [];
  return parsedWebhooks(webhooks).map((webhook) => {
    const { condition: _, isAdHoc: __, ...input } = checkWebhookBody(webhook);
    if (!input.eventTypes) throw invalidInput('Each of the "webhooks" must have "eventTypes", a list of events.');
    settingsOf(input);
    return { id: newId(), input };
  });
}

function parsedWebhooks(text: string): unknown[] {
  try {
    const webhooks: unknown = parseJson(Buffer.from(text, 'base64').toString('utf8'));
    if (Array.isArray(webhooks)) return webhooks;
  } catch {
    // Said below.
  }
  throw invalidInput('The parameter "webhooks" must be a JSON array in base64.');
}

export function statusesOf(query: Query): RunStatus[] | null {
  const wanted = listOf(query, 'status');
  if (wanted === undefined) return null;
  const stranger = wanted.find((each) => !statuses.includes(each as RunStatus));
  if (stranger === undefined) return wanted as RunStatus[];
  throw invalidInput(`The parameter "status" takes any of ${statuses.join(', ')}, but has "${stranger}".`);
}

export function lastRunFilterOf(query: Query): LastRunFilter {
  const origin = choiceOf(query, 'origin', origins) ?? null;
  return { statuses: statusesOf(query), origin };
}

export const periodOf = (query: Query): Pick<RunListing, 'startedAfter' | 'startedBefore'> => ({
  startedAfter: timeOf(query, 'startedAfter') ?? 0,
  startedBefore: timeOf(query, 'startedBefore') ?? Number.MAX_SAFE_INTEGER,
});
