import { setTimeout as delay } from 'node:timers/promises';
import type { ActorRun } from 'apify-client';
import type { Connection } from '../connection.ts';
import { durationOf } from '../output.ts';
import type { Progress } from '../progress.ts';
import { isTerminal } from '../status.ts';
import type { HandoffMode } from '../wherry-api.ts';
import { CrawlReader } from './crawl-reader.ts';
import { noteDemoRun } from './former-demo.ts';
import { moveDue } from './itinerary.ts';
import { type Site, startSite } from './site.ts';
import { duplicatesOf, type Move, type Verdict, verdictOf } from './verdict.ts';

export interface DemoOptions {
  readonly connection: Connection;
  /** `site-crawler` as the platform knows it. */
  readonly actor: string;
  /** The site to crawl; undefined for the demo's own. */
  readonly url: string | undefined;
  /** An address of this machine that Actors reach, for the demo's own site. */
  readonly siteHost: string | undefined;
  readonly progress: Progress;
  /** Ends the demo, and its run with it. */
  readonly signal: AbortSignal;
}

/** Of a site that is not the demo's own. */
const maxForeignPages = 400;
const lookEveryMs = 100;

/** Crawls a site with a stock Actor, moves its run three times while it works, and says what came of it. */
export async function runDemo(options: DemoOptions): Promise<Verdict> {
  await using site = options.url === undefined ? await startSite(options.siteHost) : undefined;
  const { connection, progress, signal } = options;
  const startUrl = site?.url ?? options.url!;
  const run = await connection.apify.actor(options.actor).start({
    startUrls: [{ url: startUrl }],
    minConcurrency: 3,
    maxConcurrency: 5,
    ...(site === undefined && { maxPages: maxForeignPages }),
  });
  if (site !== undefined) await noteDemoRun(connection, run.id);
  progress.step(
    `Crawling ${site === undefined ? startUrl : `${site.pageUrls.length} pages at ${startUrl}`} (run ${run.id})`,
  );
  try {
    const demo = new Demo(connection, run, site, progress);
    await demo.followToEnd(signal);
    return await demo.verdict();
  } finally {
    progress.clear();
    if (signal.aborted)
      await connection.apify
        .run(run.id)
        .abort()
        .catch(() => undefined);
  }
}

class Demo {
  readonly #connection: Connection;
  readonly #run: ActorRun;
  readonly #reader: CrawlReader;
  readonly #site: Site | undefined;
  readonly #progress: Progress;
  readonly #moves: Move[] = [];
  #asked = 0;
  #moving: Promise<void> | undefined;

  constructor(connection: Connection, run: ActorRun, site: Site | undefined, progress: Progress) {
    this.#connection = connection;
    this.#run = run;
    this.#reader = new CrawlReader(connection, run);
    this.#site = site;
    this.#progress = progress;
  }

  async followToEnd(signal: AbortSignal): Promise<void> {
    while (!isTerminal(await this.#reader.status())) {
      const [items, known, server] = await Promise.all([
        this.#reader.itemCount(),
        this.#knownPageCount(),
        this.#reader.server(),
      ]);
      const pages = this.#site?.servedPageCount() ?? items;
      const where = this.#moving === undefined ? `on ${server ?? '-'}` : `moving from ${server ?? '-'}`;
      this.#progress.update(`  ${pages} of ${known} pages, ${items} items, ${where}`);
      const mode = moveDue({ done: items, known, moved: this.#asked });
      if (mode !== undefined && this.#moving === undefined) this.#startMove(mode);
      await delay(lookEveryMs, undefined, { signal });
    }
    await this.#moving;
  }

  async verdict(): Promise<Verdict> {
    const [status, items, handled] = await Promise.all([
      this.#reader.status(),
      this.#reader.items(),
      this.#site?.pageUrls ?? this.#reader.handledUrls(),
    ]);
    return verdictOf({ status, items, pages: handled, moves: this.#moves });
  }

  /** Of a site of somebody else's: as many as were found so far, up to where the crawl ends. */
  async #knownPageCount(): Promise<number> {
    return this.#site?.pageUrls.length ?? Math.min(maxForeignPages, await this.#reader.requestCount());
  }

  /** The crawl is watched on while the move is made; one move at a time. */
  #startMove(mode: HandoffMode): void {
    this.#asked += 1;
    this.#moving = this.#move(mode)
      // A crawl that ended meanwhile cannot be moved. The verdict says that a move is missing.
      .catch((error: Error) => this.#progress.step(`  ${mode}: not made. ${error.message}`))
      .finally(() => {
        this.#moving = undefined;
      });
  }

  async #move(mode: HandoffMode): Promise<void> {
    const duplicatesBefore = duplicatesOf(await this.#reader.items());
    const handoff = await this.#connection.wherry.migrate(this.#run.id, { mode });
    this.#moves.push({ handoff, duplicatesBefore });
    this.#progress.step(
      `  ${mode}: ${handoff.from} → ${handoff.to ?? '-'}, drained in ${durationOf(handoff.drainMs)}, ` +
        `down for ${durationOf(handoff.downtimeMs)}`,
    );
  }
}
