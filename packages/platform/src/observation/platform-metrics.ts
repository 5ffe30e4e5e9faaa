/**
 * What the platform measures of itself, for Prometheus. The parts of the platform report to interfaces that they declare
 * themselves, and only the composition knows this folder. Names and labels are part of the product: `docs/metrics.md` lists
 * them, and the dashboard uses them. Times are in seconds, sizes in bytes.
 *
 * [metrics-1] A scrape costs the same however many runs, schedules and webhooks there are. It reads memory and, of the
 *     database, a limited number of entries of the two indexes on what is due. It asks no engine.
 * [metrics-2] The number of series is bounded. Actors after the first `mostActors` share the label `other`, and routes are
 *     their patterns, never paths.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallObserver, ObservedCall } from '../api/call-observer.ts';
import type { BuildObserver, EndedBuild } from '../builds/builder.ts';
import type { CommitObserver, ObservedCommit } from '../database/database.ts';
import type { RunState } from '../runs/state/run-state.ts';
import { drainMsOf, isOver } from '../runs/state/run-state.ts';
import type { EndedHandoff, RunObserver } from '../runs/supervisor/collaborators.ts';
import type { ServerStatus } from '../runs/supervisor/servers.ts';
import { type Backlog, LagMetrics } from './lag-metrics.ts';

/** What is looked up at a scrape, and not counted as it happens. */
export interface PlatformFacts {
  /** The statuses of the runs that are not over, one for each run. */
  runStatuses(): Iterable<string>;
  servers(): readonly ServerStatus[];
  backlog(): Promise<Backlog>;
}

/** [metrics-2] */
const mostActors = 200;
/** Those of runs that are not over: a gauge without a run shows 0 and does not vanish. */
const openStatuses = ['READY', 'RUNNING', 'TIMING-OUT', 'ABORTING'];
const bytesOfMbyte = 1024 * 1024;

const secs = {
  call: [0.002, 0.01, 0.05, 0.25, 1, 5, 30],
  commit: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2],
  wait: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
  drain: [0.05, 0.25, 1, 2.5, 5, 10, 20, 40, 60],
  downtime: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
  duration: [1, 10, 60, 300, 1800, 3600, 21_600, 86_400],
} as const;

export class PlatformMetrics implements RunObserver, CallObserver, CommitObserver, BuildObserver {
  readonly contentType: string;
  readonly lags: LagMetrics;
  readonly #registry = new Registry();
  readonly #actors = new Set<string>();
  readonly #runsEnded = this.#counter('runs_ended_total', 'Runs that have ended.', ['status', 'actor']);
  readonly #runDuration = this.#histogram('run_duration_seconds', 'From the start of a run to its end.', {
    labelNames: ['status'],
    buckets: secs.duration,
  });
  readonly #queueWait = this.#histogram('run_queue_wait_seconds', 'How long runs waited for room before they began.', {
    labelNames: [],
    buckets: secs.wait,
  });
  readonly #handoffs = this.#counter('handoffs_total', 'Handoffs that have ended.', ['mode', 'reason', 'outcome']);
  readonly #drain = this.#histogram('handoff_drain_seconds', 'From `migrating` to the switch.', {
    labelNames: ['mode'],
    buckets: secs.drain,
  });
  readonly #downtime = this.#histogram(
    'handoff_downtime_seconds',
    'From the last write of an attempt to the next one.',
    {
      labelNames: ['mode'],
      buckets: secs.downtime,
    },
  );
  readonly #buildsEnded = this.#counter('builds_ended_total', 'Builds that have ended.', ['status']);
  readonly #buildDuration = this.#histogram('build_duration_seconds', 'From the start of a build to its end.', {
    labelNames: ['status'],
    buckets: secs.duration,
  });
  readonly #fenced = this.#counter('fenced_calls_total', 'Calls of attempts that were not active, refused.', []);
  readonly #calls = this.#counter('api_calls_total', 'Calls of the API.', ['method', 'route', 'status']);
  readonly #callTime = this.#histogram('api_call_duration_seconds', 'How long calls of the API took.', {
    labelNames: ['method', 'route'],
    buckets: secs.call,
  });
  readonly #writes = this.#counter('database_writes_total', 'Writes of the database, by operation.', ['operation']);
  readonly #groups = this.#counter('database_commits_total', 'Transactions of the database; each has one sync.', []);
  readonly #commitTime = this.#histogram('database_commit_duration_seconds', 'How long transactions took.', {
    labelNames: [],
    buckets: secs.commit,
  });

  constructor(facts: PlatformFacts) {
    this.contentType = this.#registry.contentType;
    collectDefaultMetrics({ register: this.#registry });
    this.lags = new LagMetrics(this.#registry, () => facts.backlog());
    const registers = [this.#registry];
    new Gauge({
      name: 'wherry_runs',
      help: 'Runs that are not over.',
      labelNames: ['status'],
      registers,
      collect() {
        const counts = new Map(openStatuses.map((status) => [status, 0]));
        for (const status of facts.runStatuses()) counts.set(status, (counts.get(status) ?? 0) + 1);
        this.reset();
        for (const [status, count] of counts) this.set({ status }, count);
      },
    });
    const ofServers = (name: string, help: string, of: (server: ServerStatus) => number) =>
      new Gauge({
        name: `wherry_server_${name}`,
        help,
        labelNames: ['server', 'state'],
        registers,
        collect() {
          this.reset();
          for (const server of facts.servers()) this.set({ server: server.id, state: server.state }, of(server));
        },
      });
    ofServers('attempts', 'Active attempts on a server.', ({ activeAttempts }) => activeAttempts);
    ofServers('memory_bytes', 'What its runs may have in all.', ({ memoryMbytes }) => memoryMbytes * bytesOfMbyte);
    ofServers('free_memory_bytes', 'What of it no run has.', ({ freeMemoryMbytes }) => freeMemoryMbytes * bytesOfMbyte);
  }

  /** The text format of Prometheus. */
  async text(): Promise<string> {
    await this.lags.update();
    return this.#registry.metrics();
  }

  changed(before: RunState | undefined, after: RunState): void {
    if ((before?.activeAttempt ?? null) === null && after.activeAttempt !== null && after.attemptCount === 1) {
      const activatedAt = after.attempts.find(({ number }) => number === after.activeAttempt)?.activatedAt;
      if (activatedAt != null) this.#queueWait.observe(Math.max(0, activatedAt - after.startedAt) / 1000);
    }
    if ((before !== undefined && isOver(before)) || after.finishedAt === null) return;
    this.#runsEnded.inc({ status: after.status, actor: this.#labelOf(after.actorId) });
    this.#runDuration.observe({ status: after.status }, Math.max(0, after.finishedAt - after.startedAt) / 1000);
  }

  handoffEnded({ handoff, outcome, downtimeMs }: EndedHandoff): void {
    const { mode, reason } = handoff;
    this.#handoffs.inc({ mode, reason, outcome });
    const drainMs = handoff.phase === 'switched' && outcome === 'done' ? drainMsOf(handoff) : null;
    if (drainMs !== null) this.#drain.observe({ mode }, drainMs / 1000);
    if (downtimeMs !== null) this.#downtime.observe({ mode }, downtimeMs / 1000);
  }

  buildEnded({ status, startedAt, finishedAt }: EndedBuild): void {
    this.#buildsEnded.inc({ status });
    this.#buildDuration.observe({ status }, Math.max(0, finishedAt - startedAt) / 1000);
  }

  called({ method, route, statusCode, errorType, durationMs }: ObservedCall): void {
    this.#calls.inc({ method, route, status: String(statusCode) });
    this.#callTime.observe({ method, route }, durationMs / 1000);
    if (errorType === 'attempt-fenced') this.#fenced.inc();
  }

  committed({ operations, durationMs }: ObservedCommit): void {
    this.#groups.inc();
    this.#commitTime.observe(durationMs / 1000);
    for (const operation of operations) this.#writes.inc({ operation });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name: `wherry_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    { labelNames, buckets }: { readonly labelNames: readonly Label[]; readonly buckets: readonly number[] },
  ): Histogram<Label> {
    return new Histogram({
      name: `wherry_${name}`,
      help,
      labelNames,
      buckets: [...buckets],
      registers: [this.#registry],
    });
  }

  /** [metrics-2] */
  #labelOf(actorId: string): string {
    if (this.#actors.size < mostActors) this.#actors.add(actorId);
    return this.#actors.has(actorId) ? actorId : 'other';
  }
}
