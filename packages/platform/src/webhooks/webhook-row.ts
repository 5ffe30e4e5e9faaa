import { unseal } from '../database/secrets.ts';
import type { Sql } from '../database/sql.ts';
import { isoTime, isoTimeOrNull } from '../shared/time.ts';
import type { EventType } from './webhook-events.ts';
import type { WebhookSettings } from './webhook-settings.ts';

/**
 * What calls of a webhook to the platform's own API may do [webhook-7]. `account`: what its user may. `starts`: start runs.
 * `none`: no more than a call without a token.
 */
export type Reach = 'account' | 'starts' | 'none';

export interface WebhookRow {
  readonly id: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly modified_at: number;
  readonly is_ad_hoc: number;
  readonly event_types_json: string;
  readonly actor_id: string | null;
  readonly actor_task_id: string | null;
  readonly actor_run_id: string | null;
  readonly idempotency_key: string | null;
  readonly reach: Reach;
  readonly host: string;
  readonly settings_json: string;
  readonly dispatch_count: number;
  readonly last_status: string | null;
  readonly last_finished_at: number | null;
}

/** All columns of `WebhookRow`, without a condition. */
export const selectWebhooks = `
  SELECT webhooks.*, last.status AS last_status, last.finished_at AS last_finished_at
  FROM webhooks LEFT JOIN webhook_dispatches AS last ON last.id = (
    SELECT id FROM webhook_dispatches WHERE webhook_id = webhooks.id ORDER BY created_at DESC, id DESC LIMIT 1)`;

export function* readSettings(id: string, sealed: string): Sql<WebhookSettings> {
  return JSON.parse(yield* unseal('webhooks.settings_json', [id], sealed)) as WebhookSettings;
}

export type ApiCondition = Partial<Record<'actorId' | 'actorTaskId' | 'actorRunId', string>>;

export const conditionOf = (row: Pick<WebhookRow, 'actor_id' | 'actor_task_id' | 'actor_run_id'>): ApiCondition => ({
  ...(row.actor_id !== null && { actorId: row.actor_id }),
  ...(row.actor_task_id !== null && { actorTaskId: row.actor_task_id }),
  ...(row.actor_run_id !== null && { actorRunId: row.actor_run_id }),
});

function commonFields(row: WebhookRow, settings: WebhookSettings) {
  return {
    id: row.id,
    createdAt: isoTime(row.created_at),
    modifiedAt: isoTime(row.modified_at),
    userId: row.user_id,
    isAdHoc: row.is_ad_hoc === 1,
    isApifyIntegration: settings.isApifyIntegration,
    shouldInterpolateStrings: settings.shouldInterpolateStrings,
    eventTypes: JSON.parse(row.event_types_json) as EventType[],
    condition: conditionOf(row),
    ignoreSslErrors: settings.ignoreSslErrors,
    doNotRetry: settings.doNotRetry,
    requestUrl: settings.requestUrl,
    lastDispatch:
      row.last_status === null
        ? null
        : { status: row.last_status, finishedAt: isoTimeOrNull(row.last_finished_at), removedAt: null },
    stats: { totalDispatches: row.dispatch_count },
  };
}

/** The API object of a webhook, as Apify has it. */
export function* apiWebhook(row: WebhookRow) {
  const settings = yield* readSettings(row.id, row.settings_json);
  return {
    ...commonFields(row, settings),
    payloadTemplate: settings.payloadTemplate,
    headersTemplate: settings.headersTemplate,
    description: settings.description,
  };
}

/** The same in lists, without its templates. */
export function* shortApiWebhook(row: WebhookRow) {
  const settings = yield* readSettings(row.id, row.settings_json);
  return { ...commonFields(row, settings), isEnabled: true, actionType: 'HTTP_REQUEST' };
}
