/** How late schedules are invoked and webhooks are sent, and what is due and waits now. Times are in seconds. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { InvokedSchedule, ScheduleObserver } from '../schedules/invoker.ts';
import type { BegunCall, EndedDispatch, WebhookObserver } from '../webhooks/delivery/dispatcher.ts';

/** What is due and waits, as the domain reads it from the first entries of an index [metrics-1]. */
export interface Backlog {
  readonly schedules: { readonly due: number; readonly overdueMs: number };
  /** `later` are dispatches whose last call has failed, and those with a call under way. */
  readonly webhooks: { readonly due: number; readonly later: number; readonly overdueMs: number };
}

const buckets = {
  lag: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600],
  /** Retries are spread over more than a day. */
  delivery: [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 28_800, 86_400, 172_800],
};

const secsOf = (ms: number) => Math.max(0, ms) / 1000;

export class LagMetrics implements ScheduleObserver, WebhookObserver {
  readonly #readBacklog: () => Promise<Backlog>;
  readonly #scheduleLag;
  readonly #scheduleActions;
  readonly #firstCallLag;
  readonly #delivery;
  readonly #due;
  readonly #schedulesOverdue;
  readonly #dispatches;
  readonly #webhooksOverdue;
  /** Under way in this process. */
  #calls = 0;

  constructor(registry: Registry, readBacklog: () => Promise<Backlog>) {
    this.#readBacklog = readBacklog;
    const registers = [registry];
    const histogram = <Label extends string>(name: string, help: string, labelNames: Label[], of: number[]) =>
      new Histogram({ name: `wherry_${name}`, help, labelNames, buckets: of, registers });
    const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Gauge({ name: `wherry_${name}`, help, labelNames, registers });
    this.#scheduleLag = histogram('schedule_lag_seconds', 'From a scheduled time to its runs.', [], buckets.lag);
    this.#scheduleActions = new Counter({
      name: 'wherry_schedule_actions_total',
      help: 'Actions of schedules that were invoked.',
      labelNames: ['outcome'],
      registers,
    });
    this.#due = gauge('schedules_due', 'Schedules whose time has come.');
    this.#schedulesOverdue = gauge('schedules_overdue_seconds', 'How long a schedule has been due, at most.');
    this.#firstCallLag = histogram('webhook_lag_seconds', 'From an event to the first call for it.', [], buckets.lag);
    this.#delivery = histogram(
      'webhook_delivery_duration_seconds',
      'From an event to the last call for it.',
      ['outcome'],
      buckets.delivery,
    );
    this.#dispatches = gauge('webhook_dispatches', 'Dispatches of webhooks that are not over.', ['state']);
    this.#webhooksOverdue = gauge('webhooks_overdue_seconds', 'How long a call of a webhook has been due, at most.');
  }

  /** Reads what waits. While the database cannot be read, nothing is said about it. */
  async update(): Promise<void> {
    try {
      this.#show(await this.#readBacklog());
    } catch {
      this.#dispatches.reset();
      for (const gauge of [this.#due, this.#schedulesOverdue, this.#webhooksOverdue]) gauge.remove();
    }
  }

  #show({ schedules, webhooks }: Backlog): void {
    this.#due.set(schedules.due);
    this.#schedulesOverdue.set(secsOf(schedules.overdueMs));
    this.#dispatches.set({ state: 'due' }, webhooks.due);
    this.#dispatches.set({ state: 'calling' }, this.#calls);
    this.#dispatches.set({ state: 'retrying' }, Math.max(0, webhooks.later - this.#calls));
    this.#webhooksOverdue.set(secsOf(webhooks.overdueMs));
  }

  scheduleInvoked({ scheduledAt, invokedAt, started, failed, skipped }: InvokedSchedule): void {
    for (let run = 0; run < started; run += 1) this.#scheduleLag.observe(secsOf(invokedAt - scheduledAt));
    this.#scheduleActions.inc({ outcome: 'started' }, started);
    this.#scheduleActions.inc({ outcome: 'failed' }, failed);
    this.#scheduleActions.inc({ outcome: 'skipped' }, skipped);
  }

  callBegun({ call, createdAt, begunAt }: BegunCall): void {
    this.#calls += 1;
    if (call === 1) this.#firstCallLag.observe(secsOf(begunAt - createdAt));
  }

  callOver(): void {
    this.#calls -= 1;
  }

  dispatchEnded({ outcome, createdAt, endedAt }: EndedDispatch): void {
    this.#delivery.observe({ outcome }, secsOf(endedAt - createdAt));
  }
}
