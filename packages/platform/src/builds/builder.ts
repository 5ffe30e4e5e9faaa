/**
 * Performs builds: turns the sources of an Actor's version into a folder or an image that an engine can start. `steps/`
 * has the parts of a build, `input/` the Actor's definition and the checks of a run's input.
 *
 * The database decides about a build: one that has ended never changes again, and its number is never given twice.
 * This folder may import `actors/`, `accounts/`, the adapters and `shared/`, but not `api/` and not `runs/`.
 */
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { ImageMaker } from '../engines/engine.ts';
import { hideSecrets } from '../logs/hide-secrets.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { Clock } from '../shared/clock.ts';
import { type BuildEnd, finishBuild } from './build-ends.ts';
import { folderOfBuild } from './build-for-run.ts';
import { type BuildJob, nameDependencies, namedFolders, recoverBuilds, takeBuild } from './build-queue.ts';
import { BuildFailure } from './steps/build-failure.ts';
import { killOrphans } from './steps/build-process.ts';
import { performBuild } from './steps/build-steps.ts';
import { Dependencies } from './steps/dependencies.ts';
import type { DownloadLimits } from './steps/download.ts';
import { needsDownload } from './steps/sources.ts';

/** A build that has ended. Times in ms since 1970. */
export interface EndedBuild {
  readonly buildId: string;
  readonly status: BuildEnd['status'];
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Is told of the ends of builds. It must not throw. */
export interface BuildObserver {
  buildEnded(build: EndedBuild): void;
}

export interface BuilderOptions {
  readonly database: Database;
  readonly logs: LogStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer?: BuildObserver;
  readonly dataFolder: string;
  /** The platform's own environment. Builds get the variables that they need. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly token: string;
  readonly timeoutSecs?: number | undefined;
  readonly downloadLimits?: DownloadLimits | undefined;
  /** Makes images. Without it, builds make folders. */
  readonly images?: ImageMaker | undefined;
}

type StopReason = 'aborted' | 'timedOut' | 'closed';

class Stopped extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason);
    this.reason = reason;
  }
}

const platform = { kind: 'platform' } as const;
/** Builds that install, compile and write at once. */
const maxAtOnce = 2;
/** Downloads at once. They only wait for other servers, so they hold no place of a build. */
const maxDownloads = 16;
const usualTimeoutSecs = 30 * 60;
/** How long to wait after a failure to store the end of a build, e.g. because the disk is full. */
const retryMs = 1000;

/**
 * Performs builds in the order in which they were requested, two at a time, once their sources have arrived. Their state is
 * in the database: a build that was in progress when the platform ended is started again.
 */
export class Builder {
  readonly #options: BuilderOptions;
  readonly #dependencies: Dependencies;
  readonly #atWork = new Map<string, { stop: AbortController; done: Promise<void> }>();
  /** The builds that hold a place; the downloads that are under way; the downloaded builds that wait for a place. */
  readonly #building = new Set<string>();
  readonly #downloading = new Set<string>();
  readonly #downloaded: { readonly id: string; readonly go: () => void }[] = [];
  readonly #waiting = new Map<string, Set<() => void>>();
  #ownUrl: string | undefined;
  #taking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: BuilderOptions) {
    this.#options = options;
    this.#dependencies = new Dependencies(path.join(options.dataFolder, 'dependencies'));
  }

  /** Recovers what the previous platform process left, then starts builds. `ownUrl` is the address of the API. */
  async start(ownUrl: string): Promise<void> {
    const { database, dataFolder } = this.#options;
    const buildsFolder = path.join(dataFolder, 'builds');
    const dependenciesFolder = path.join(dataFolder, 'dependencies');
    await mkdir(buildsFolder, { recursive: true, mode: 0o700 });
    await mkdir(dependenciesFolder, { recursive: true, mode: 0o700 });
    const left = await database.write(recoverBuilds, {}, platform);
    const realFolder = await realpath(buildsFolder);
    await killOrphans([await realpath(dependenciesFolder), ...left.map((id) => path.join(realFolder, id))]);
    const named = await database.read(namedFolders, {}, platform);
    await this.#dependencies.layers.sweep(new Set(named.flatMap((row) => row.dependency_key ?? [])));
    const ids = new Set(named.map((row) => row.id));
    for (const name of await readdir(buildsFolder)) {
      if (!ids.has(name)) await rm(path.join(buildsFolder, name), { recursive: true, force: true });
    }
    await this.#options.images?.sweep(ids);
    this.#ownUrl = ownUrl;
    this.wake();
  }

  /** To be called when a build may be waiting. */
  wake(): void {
    if (this.#isClosed || this.#ownUrl === undefined) return;
    this.#taking = (this.#taking ?? Promise.resolve()).then(() => this.#take());
  }

  /** Stops a build that the database has marked as aborting, or that was deleted. */
  stop(buildId: string): void {
    const work = this.#atWork.get(buildId);
    if (work !== undefined) {
      work.stop.abort(new Stopped('aborted'));
      return;
    }
    this.#options.logs.end(buildId);
    this.#announceEnd(buildId);
  }

  /** Resolves when the build may have ended, after `waitMs` at the latest. */
  async waitForEnd(buildId: string, waitMs: number, isOver: () => Promise<boolean>): Promise<void> {
    if (this.#isClosed || waitMs <= 0) return;
    const waiting = this.#waiting.get(buildId) ?? new Set();
    this.#waiting.set(buildId, waiting);
    let wake = () => {};
    const ended = new Promise<void>((resolve) => {
      wake = resolve;
      waiting.add(wake);
    });
    const cancel = this.#options.clock.after(waitMs, wake);
    // Checked after the wait has begun, so that an end in between is not missed.
    if (!(await isOver())) await ended;
    cancel();
    waiting.delete(wake);
    if (waiting.size === 0) this.#waiting.delete(buildId);
  }

  async removeFiles(buildId: string): Promise<void> {
    await rm(path.join(this.#options.dataFolder, folderOfBuild(buildId)), { recursive: true, force: true });
    await this.#options.images?.remove(buildId);
    await this.#options.logs.remove(buildId);
  }

  /** Ends all processes of builds. The next platform process starts unfinished builds again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const buildId of [...this.#waiting.keys()]) this.#announceEnd(buildId);
    await this.#taking;
    for (const { stop } of this.#atWork.values()) stop.abort(new Stopped('closed'));
    await Promise.all([...this.#atWork.values()].map(({ done }) => done));
  }

  async #take(): Promise<void> {
    while (!this.#isClosed) {
      this.#giveFreePlaces();
      const takeable = {
        downloads: this.#downloading.size < maxDownloads,
        others: this.#building.size < maxAtOnce,
      };
      if (!takeable.downloads && !takeable.others) return;
      let job: BuildJob | undefined;
      try {
        job = await this.#options.database.write(takeBuild, takeable, platform);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'the builder could not take up a build');
        this.#options.clock.after(retryMs, () => this.wake());
      }
      if (job === undefined) return;
      const stop = new AbortController();
      (needsDownload(job.version) ? this.#downloading : this.#building).add(job.id);
      const done = this.#work(job, stop);
      this.#atWork.set(job.id, { stop, done });
    }
  }

  #giveFreePlaces(): void {
    while (this.#building.size < maxAtOnce) {
      const next = this.#downloaded.shift();
      if (next === undefined) return;
      this.#building.add(next.id);
      next.go();
    }
  }

  /** Resolves when the build has a place, or when it is stopped. */
  async #takePlace(id: string, signal: AbortSignal): Promise<void> {
    if (this.#building.has(id) || signal.aborted) return;
    this.#downloading.delete(id);
    await new Promise<void>((resolve) => {
      const waiting = { id, go: resolve };
      this.#downloaded.push(waiting);
      signal.addEventListener('abort', () => {
        const index = this.#downloaded.indexOf(waiting);
        if (index >= 0) this.#downloaded.splice(index, 1);
        resolve();
      });
      this.wake();
    });
  }

  async #work(job: BuildJob, stop: AbortController): Promise<void> {
    const { clock, logs, observer, timeoutSecs = usualTimeoutSecs } = this.#options;
    const startedAt = clock.now();
    const cancelTimeout = clock.after(timeoutSecs * 1000, () => stop.abort(new Stopped('timedOut')));
    const hide = hideSecrets(job.envVars.filter(({ isSecret }) => isSecret).map(({ value }) => value));
    // A slow log disk does not slow down the output of a build: its commands would exceed the time limit.
    const log = (line: string) => void logs.append(job.id, hide(line), clock.now());
    const end = await this.#perform(job, stop.signal, log);
    cancelTimeout();
    if (end !== undefined) {
      const message = hide(end.message);
      if (end.status !== 'SUCCEEDED') log(`ERROR ${message}`);
      await this.#finish(job.id, { ...end, message });
      observer?.buildEnded({ buildId: job.id, status: end.status, startedAt, finishedAt: clock.now() });
    }
    this.#atWork.delete(job.id);
    this.#building.delete(job.id);
    this.#downloading.delete(job.id);
    logs.end(job.id);
    this.#announceEnd(job.id);
    this.wake();
  }

  /** Resolves with undefined when the platform closes: the next platform process starts the build again. */
  async #perform(job: BuildJob, signal: AbortSignal, log: (line: string) => void): Promise<BuildEnd | undefined> {
    const { database, dataFolder, environment, token, images, timeoutSecs = usualTimeoutSecs } = this.#options;
    const { downloadLimits } = this.#options;
    try {
      const result = await performBuild({
        job,
        folder: path.join(dataFolder, folderOfBuild(job.id)),
        dependencies: this.#dependencies,
        download: { ownUrl: this.#ownUrl!, token, ...(downloadLimits && { limits: downloadLimits }) },
        takePlace: () => this.#takePlace(job.id, signal),
        environment,
        images,
        signal,
        log,
        nameDependencies: (key) => database.write(nameDependencies, { id: job.id, key }, platform),
      });
      return { status: 'SUCCEEDED', message: 'The build is done.', result };
    } catch (error) {
      if (signal.aborted) return endOfStop((signal.reason as Stopped).reason, timeoutSecs);
      if (error instanceof BuildFailure) return { status: 'FAILED', message: error.message };
      this.#options.logger.error({ err: error, buildId: job.id }, 'a build failed inside the platform');
      return { status: 'FAILED', message: `The platform could not build it: ${(error as Error).message}` };
    }
  }

  async #finish(id: string, end: BuildEnd): Promise<void> {
    do {
      try {
        await this.#options.database.write(finishBuild, { id, end }, platform);
        return;
      } catch (error) {
        this.#options.logger.error({ err: error, buildId: id }, 'the end of a build could not be stored');
        await new Promise<void>((resolve) => this.#options.clock.after(retryMs, resolve));
      }
    } while (!this.#isClosed);
  }

  #announceEnd(buildId: string): void {
    for (const wake of this.#waiting.get(buildId) ?? []) wake();
  }
}

function endOfStop(reason: StopReason, timeoutSecs: number): BuildEnd | undefined {
  switch (reason) {
    case 'aborted':
      return { status: 'ABORTED', message: 'The build was aborted.' };
    case 'timedOut':
      return {
        status: 'TIMED-OUT',
        message: `The build took longer than ${timeoutSecs} s. Look in its log for what it waited for.`,
      };
    case 'closed':
      return undefined;
  }
}
