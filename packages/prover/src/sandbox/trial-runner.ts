/** Runs the cases, one at a time, on a private platform with its proxies. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import type { Json } from '../comparison/json.ts';
import type { Outcome, OutsideRequest } from '../comparison/outcome.ts';
import { readOutcome } from '../comparison/outcome-reader.ts';
import type { Case } from '../faults/fault.ts';
import { RunWatch } from '../faults/run-watch.ts';
import type { Timeline } from '../faults/timeline.ts';
import { ApiProxy } from '../proxy/api-proxy.ts';
import { AttemptTraffic } from '../proxy/attempt-traffic.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { OutsideProxy, PathPatterns } from '../proxy/outside-proxy.ts';
import { PrivatePlatform } from './private-platform.ts';
import { type Address, isTerminal, migrate, statusOf } from './run-control.ts';

export interface TrialRunnerOptions {
  /** Used by this runner only. It is created when it does not exist. */
  readonly folder: string;
  readonly takesCommits: boolean;
  readonly reads: readonly string[];
}

export interface RunOptions {
  readonly actorId: string;
  readonly input: Json | undefined;
  /** A run that takes longer is aborted. */
  readonly timeoutMs: number;
}

export interface CaseRun {
  readonly outcome: Outcome;
  readonly timeline: Timeline;
  /** How many faults of the case were injected. */
  readonly injectedCount: number;
  readonly log: string;
}

/** The same for all trial runners, because they start with a copy of the first one's data. */
const token = randomBytes(24).toString('hex');
/** How long the child runs may take after the run has ended. */
const childrenMs = 15_000;
const pollMs = 50;

export class TrialRunner {
  readonly #proxy: ApiProxy;
  readonly #outside: OutsideProxy;
  readonly #platform: PrivatePlatform;
  readonly #attempts = new Map<string, AttemptTraffic>();
  #watch: RunWatch | undefined;
  #outsideRequests: OutsideRequest[] = [];
  #isClosed = false;

  private constructor(proxy: ApiProxy, outside: OutsideProxy, platform: PrivatePlatform) {
    this.#proxy = proxy;
    this.#outside = outside;
    this.#platform = platform;
  }

  static async open({ folder, takesCommits, reads }: TrialRunnerOptions): Promise<TrialRunner> {
    const dataFolder = path.join(folder, 'data');
    await mkdir(dataFolder, { recursive: true });
    const proxy = await ApiProxy.open();
    const outside: OutsideProxy = await OutsideProxy.open({
      attemptOf: (password) => runner.#attempts.get(password),
      intercept: (exchange) => runner.#intercept(exchange),
      record: (attempt, request) => runner.#record(attempt, request),
      reads: new PathPatterns(reads),
      platform: new URL(proxy.url).host,
    });
    const settings = {
      dataFolder,
      token,
      port: 0,
      advertisedUrl: proxy.url,
      outsidePort: outside.port,
      takesCommits,
    };
    const platform = new PrivatePlatform(settings, (start) => runner.#addAttempt(new AttemptTraffic(start)));
    const runner = new TrialRunner(proxy, outside, platform);
    proxy.intercept = (exchange) => runner.#intercept(exchange);
    await runner.#startPlatform();
    return runner;
  }

  /** The address of the platform itself, not of the proxy: the Actor is deployed there. */
  get address(): Address {
    return { url: this.#platform.url, token };
  }

  /** Starts a run, injects the faults of the case, and reads what the run produced. */
  async run(faults: Case, options: RunOptions): Promise<CaseRun> {
    const watch = this.#begin(faults);
    const startedAt = performance.now();
    const { id: runId } = await this.#client().actor(options.actorId).start(options.input);
    const status = await this.#endOf(runId, options.timeoutMs);
    const durationMs = performance.now() - startedAt;
    await this.#settle(watch);
    const client = this.#client();
    const outcome = await readOutcome(client, { runId, status, durationMs, outside: this.#outsideRequests });
    const log = (await client.log(runId).get()) ?? '';
    this.#watch = undefined;
    await clearRuns(client);
    return { outcome, timeline: watch.timeline, injectedCount: watch.injectedCount, log };
  }

  /** Stops the platform while `action` runs, so that its data does not change meanwhile. */
  async whileStopped(action: () => Promise<void>): Promise<void> {
    await this.#platform.stop();
    await action();
    await this.#startPlatform();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch?.end();
    await this.#platform.close();
    // Also those that a killed platform has left.
    for (const attempt of this.#attempts.values()) attempt.end();
    await Promise.all([this.#proxy.close(), this.#outside.close()]);
  }

  #begin(faults: Case): RunWatch {
    this.#attempts.clear();
    this.#proxy.clearAttempts();
    this.#outsideRequests = [];
    const watch = new RunWatch(faults, {
      migrate: (mode) => migrate(this.#platform, watch.attempts[0]!.start.runId, mode),
      protect: ({ start }) => this.#platform.protect(start.runId, start.attempt),
      restartPlatform: async () => {
        await this.#platform.kill();
        await this.#startPlatform();
      },
    });
    this.#watch = watch;
    return watch;
  }

  async #startPlatform(): Promise<void> {
    await this.#platform.start();
    this.#proxy.dropUpstream();
    this.#proxy.setTarget(this.#platform.url);
  }

  #client(): ApifyClient {
    return new ApifyClient({ baseUrl: this.#platform.url, token, maxRetries: 2 });
  }

  /** Resolves with the status in which the run ended. */
  async #endOf(runId: string, timeoutMs: number): Promise<string> {
    const endsAt = performance.now() + timeoutMs;
    while (performance.now() < endsAt && !this.#isClosed) {
      const status = await statusOf(this.#platform, runId);
      if (status !== undefined && isTerminal(status)) return status;
      await delay(pollMs);
    }
    if (this.#isClosed) throw new Error('The trial runner was closed during a run.');
    await this.#client().run(runId).abort();
    return 'STUCK';
  }

  /** Waits for what the run left behind: a fault in progress, a frozen attempt, its child runs. */
  async #settle(watch: RunWatch): Promise<void> {
    await watch.settled();
    await watch.thawAll();
    watch.end();
    const endsAt = performance.now() + childrenMs;
    const isBusy = async () => (await this.#client().runs().list()).items.some(({ status }) => !isTerminal(status));
    while ((await isBusy()) && performance.now() < endsAt) await delay(pollMs);
  }

  /** Faults are injected into the first run of a case only, not into the runs that it starts. */
  #addAttempt(attempt: AttemptTraffic): void {
    const { runId, attempt: number } = attempt.start;
    this.#attempts.set(`${runId}-${number}`, attempt);
    this.#proxy.addAttempt(attempt);
    const watch = this.#watch;
    if (watch === undefined) return;
    if (watch.attempts.length === 0 || watch.attempts[0]!.start.runId === runId) watch.add(attempt);
  }

  async #intercept(exchange: Exchange): Promise<void> {
    const watch = this.#watch;
    if (watch?.attempts.includes(exchange.attempt)) await watch.handle(exchange);
    else exchange.relay();
  }

  #record(attempt: AttemptTraffic, request: OutsideRequest): void {
    if (this.#watch?.attempts.includes(attempt)) this.#outsideRequests.push(request);
  }
}

/** Deletes all runs and storages, so that the next run finds what the first one found. */
async function clearRuns(client: ApifyClient): Promise<void> {
  const { items: runs } = await client.runs().list({ limit: 1000 });
  await Promise.all(runs.map(({ id }) => client.run(id).delete()));
  const [datasets, stores, queues] = await Promise.all([
    client.datasets().list({ unnamed: true, limit: 1000 }),
    client.keyValueStores().list({ unnamed: true, limit: 1000 }),
    client.requestQueues().list({ unnamed: true, limit: 1000 }),
  ]);
  await Promise.all([
    ...datasets.items.map(({ id }) => client.dataset(id).delete()),
    ...stores.items.map(({ id }) => client.keyValueStore(id).delete()),
    ...queues.items.map(({ id }) => client.requestQueue(id).delete()),
  ]);
}
