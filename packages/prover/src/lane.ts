/** A private platform with its proxies, on which one run after the other is tried. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import { ApiProxy } from './api-proxy.ts';
import { AttemptTraffic } from './attempt-traffic.ts';
import { clearRuns } from './clearing.ts';
import type { Exchange } from './exchange.ts';
import type { Case } from './fault.ts';
import type { Json } from './json.ts';
import type { Outcome, OutsideRequest } from './outcome.ts';
import { readOutcome } from './outcome-reader.ts';
import { OutsideProxy } from './outside-proxy.ts';
import { PathPatterns } from './path-patterns.ts';
import { PrivatePlatform } from './private-platform.ts';
import { isTerminal, migrate, statusOf } from './run-control.ts';
import { RunWatch } from './run-watch.ts';
import type { Timeline } from './timeline.ts';

export interface LaneOptions {
  /** Its own; it is made when missing. */
  readonly folder: string;
  readonly takesCommits: boolean;
  readonly reads: readonly string[];
}

export interface RunWish {
  readonly actorId: string;
  readonly input: Json | undefined;
  /** A run that takes longer is ended. */
  readonly mostMs: number;
}

export interface CaseRun {
  readonly outcome: Outcome;
  readonly timeline: Timeline;
  /** Of the faults of the case, how many struck. */
  readonly struckCount: number;
  readonly log: string;
}

/** One for all lanes: the data of the first one, copied, is what the others begin with. */
const token = randomBytes(24).toString('hex');
const childrenMs = 15_000;
const pollMs = 50;

export class Lane {
  readonly #proxy: ApiProxy;
  readonly #outside: OutsideProxy;
  readonly #platform: PrivatePlatform;
  readonly #attempts = new Map<string, AttemptTraffic>();
  #watch: RunWatch | undefined;
  #asked: OutsideRequest[] = [];
  #isClosed = false;

  private constructor(proxy: ApiProxy, outside: OutsideProxy, platform: PrivatePlatform) {
    this.#proxy = proxy;
    this.#outside = outside;
    this.#platform = platform;
  }

  static async open({ folder, takesCommits, reads }: LaneOptions): Promise<Lane> {
    const dataFolder = path.join(folder, 'data');
    await mkdir(dataFolder, { recursive: true });
    const proxy = await ApiProxy.open();
    const outside: OutsideProxy = await OutsideProxy.open({
      attemptOf: (password) => lane.#attempts.get(password),
      intercept: (exchange) => lane.#intercept(exchange),
      record: (attempt, request) => lane.#record(attempt, request),
      reads: new PathPatterns(reads),
    });
    const order = {
      dataFolder,
      token,
      port: 0,
      advertisedUrl: proxy.url,
      outsidePort: outside.port,
      takesCommits,
    };
    const platform = new PrivatePlatform(order, (start) => lane.#know(new AttemptTraffic(start)));
    const lane = new Lane(proxy, outside, platform);
    proxy.intercept = (exchange) => lane.#intercept(exchange);
    await lane.#start();
    return lane;
  }

  /** Where an Actor is deployed to: the platform itself, for what deploys it is no Actor. */
  get address(): { url: string; token: string } {
    return { url: this.#platform.url, token };
  }

  /** Starts a run, does to it what the case says, and reads what it gave. */
  async run(faults: Case, wish: RunWish): Promise<CaseRun> {
    const watch = this.#begin(faults);
    const startedAt = performance.now();
    const { id: runId } = await this.#client().actor(wish.actorId).start(wish.input);
    const status = await this.#endOf(runId, wish.mostMs);
    const durationMs = performance.now() - startedAt;
    await this.#settle(watch);
    const client = this.#client();
    const outcome = await readOutcome(client, { runId, status, durationMs, outside: this.#asked });
    const log = (await client.log(runId).get()) ?? '';
    this.#watch = undefined;
    await clearRuns(client);
    return { outcome, timeline: watch.timeline, struckCount: watch.struckCount, log };
  }

  /** Ends the platform for as long as `act` takes: its data does not change meanwhile. */
  async atRest(act: () => Promise<void>): Promise<void> {
    await this.#platform.close();
    await act();
    await this.#start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch?.end();
    await this.#platform.close();
    await Promise.all([this.#proxy.close(), this.#outside.close()]);
  }

  #begin(faults: Case): RunWatch {
    this.#attempts.clear();
    this.#proxy.forgetAttempts();
    this.#asked = [];
    const watch = new RunWatch(faults, {
      migrate: (mode) => migrate(this.#platform, watch.attempts[0]!.start.runId, mode),
      spare: ({ start }) => this.#platform.spare(start.runId, start.attempt),
      restartPlatform: async () => {
        await this.#platform.kill();
        await this.#start();
      },
    });
    this.#watch = watch;
    return watch;
  }

  async #start(): Promise<void> {
    await this.#platform.start();
    this.#proxy.dropUpstream();
    this.#proxy.pointTo(this.#platform.url);
  }

  #client(): ApifyClient {
    return new ApifyClient({ baseUrl: this.#platform.url, token, maxRetries: 2 });
  }

  async #endOf(runId: string, mostMs: number): Promise<string> {
    const endsAt = performance.now() + mostMs;
    while (performance.now() < endsAt && !this.#isClosed) {
      const status = await statusOf(this.#platform, runId);
      if (status !== undefined && isTerminal(status)) return status;
      await delay(pollMs);
    }
    if (this.#isClosed) throw new Error('the lane was closed while a run was under way');
    await this.#client().run(runId).abort();
    return 'STUCK';
  }

  /** Waits for what the run left behind: a fault under way, a thawed attempt, its children. */
  async #settle(watch: RunWatch): Promise<void> {
    await watch.settled();
    await watch.thawAll();
    watch.end();
    const endsAt = performance.now() + childrenMs;
    const isBusy = async () => (await this.#client().runs().list()).items.some(({ status }) => !isTerminal(status));
    while ((await isBusy()) && performance.now() < endsAt) await delay(pollMs);
  }

  /** The first run of a case is the one that is tried; those that it starts are let alone. */
  #know(attempt: AttemptTraffic): void {
    const { runId, attempt: number } = attempt.start;
    this.#attempts.set(`${runId}-${number}`, attempt);
    this.#proxy.know(attempt);
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
    if (this.#watch?.attempts.includes(attempt)) this.#asked.push(request);
  }
}
