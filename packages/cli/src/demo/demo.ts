import { setTimeout as delay } from 'node:timers/promises';
import type { ActorRun } from 'apify-client';
import type { Connection } from '../platform/connection.ts';
import { isTerminal } from '../platform/status.ts';
import type { HandoffMode } from '../platform/wherry-api.ts';
import { durationOf } from '../terminal/output.ts';
import type { Progress } from '../terminal/progress.ts';
import { CrawlReader } from './crawl-reader.ts';
import type { DemoPlan } from './demo-kind.ts';
import { noteDemoRun } from './former-demo.ts';
import { moveDue } from './itinerary.ts';
import type { Show } from './show.ts';
import { maxForeignPages } from './site-show.ts';
import { duplicatesOf, type Move, type Verdict, verdictOf } from './verdict.ts';

export interface DemoOptions {
  readonly connection: Connection;
  /** The full name of the plan's Actor. */
  readonly actor: string;
  readonly plan: DemoPlan;
  readonly show: Show;
  readonly progress: Progress;
  /** Ends the demo, and its run with it. */
  readonly signal: AbortSignal;
}

const pollMs = 100;

/** Starts the Actor, moves its run three times while it works, and returns the verdict. */
export async function runDemo(options: DemoOptions): Promise<Verdict> {
  const { connection, plan, show, progress, signal } = options;
  const run = await connection.apify.actor(options.actor).start(show.input);
  if (show.subjects !== undefined) await noteDemoRun(connection, run.id);
  progress.step(`Crawling ${show.about} (run ${run.id})`);
  try {
    const demo = new Demo({ connection, run, plan, show, progress });
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

interface DemoParts extends Pick<DemoOptions, 'connection' | 'plan' | 'show' | 'progress'> {
  readonly run: ActorRun;
}

class Demo {
  readonly #connection: Connection;
  readonly #run: ActorRun;
  readonly #reader: CrawlReader;
  readonly #plan: DemoPlan;
  readonly #show: Show;
  readonly #progress: Progress;
  readonly #moves: Move[] = [];
  #asked = 0;
  #moving: Promise<void> | undefined;

  constructor({ connection, run, plan, show, progress }: DemoParts) {
    this.#connection = connection;
    this.#run = run;
    this.#reader = new CrawlReader(connection, run, plan.keyField);
    this.#plan = plan;
    this.#show = show;
    this.#progress = progress;
  }

  async followToEnd(signal: AbortSignal): Promise<void> {
    while (!isTerminal(await this.#reader.status())) {
      const [items, known, server] = await Promise.all([
        this.#reader.itemCount(),
        this.#knownPageCount(),
        this.#reader.server(),
      ]);
      const served = this.#show.servedCount?.() ?? items;
      const where = this.#moving === undefined ? `on ${server ?? '-'}` : `moving from ${server ?? '-'}`;
      this.#progress.update(`  ${served} of ${known} ${this.#plan.noun}, ${items} items, ${where}`);
      const mode = moveDue({ done: items, known, moved: this.#asked });
      if (mode !== undefined && this.#moving === undefined) this.#startMove(mode);
      await delay(pollMs, undefined, { signal });
    }
    await this.#moving;
  }

  async verdict(): Promise<Verdict> {
    const [status, items, handled] = await Promise.all([
      this.#reader.status(),
      this.#reader.items(),
      this.#show.subjects ?? this.#reader.handledUrls(),
    ]);
    const { noun, isDurable } = this.#plan;
    return verdictOf({ status, items, pages: handled, moves: this.#moves, noun, isDurable });
  }

  /** For a site that is not the demo's own: the number of pages found so far, up to the limit of the crawl. */
  async #knownPageCount(): Promise<number> {
    return this.#show.subjects?.length ?? Math.min(maxForeignPages, await this.#reader.requestCount());
  }

  /** One move at a time; the crawl is followed meanwhile. */
  #startMove(mode: HandoffMode): void {
    this.#asked += 1;
    this.#moving = this.#move(mode)
      // A crawl that has ended meanwhile cannot be moved. The verdict says that a move is missing.
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
