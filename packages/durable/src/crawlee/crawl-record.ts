/**
 * Facts about a run's crawls that Crawlee does not store. They are one small record in the run's default key-value store,
 * which is written only in commits.
 */
import type { Actor } from 'apify';
import type { JsonObject } from '../commit.ts';
import type { DurableRun } from '../durable-run.ts';
import type { OpenTransaction } from '../transactions/ambient.ts';

const crawlRecordKey = 'DURABLE_CRAWL';

export interface CrawlFacts {
  /** How often the run had been restarted when the record was written. */
  restarts: number;
  /** The keys of requests that were begun and have not ended. Recorded only after a crash. */
  readonly begun: Set<string>;
  /** How many crashes each request was in flight in. */
  readonly deaths: Map<string, number>;
  /** How many of the requests given to a `crawler.run` are in the queue, or `all`. */
  readonly initial: Map<string, number | 'all'>;
}

export class CrawlRecord {
  readonly facts: CrawlFacts;
  /** Whether the previous process crashed. */
  readonly followsDeath: boolean;

  constructor(facts: CrawlFacts, followsDeath: boolean) {
    this.facts = facts;
    this.followsDeath = followsDeath;
  }

  /** Adds the present value. Commit the transaction in the same tick, so that an older value is never written later. */
  addTo(transaction: OpenTransaction): void {
    const { restarts, begun, deaths, initial } = this.facts;
    const value = {
      restarts,
      begun: [...begun],
      deaths: Object.fromEntries(deaths),
      initial: Object.fromEntries(initial),
    };
    transaction.setValue(crawlRecordKey, value);
  }
}

let opening: Promise<CrawlRecord> | undefined;

/** The record of this process. */
export function openCrawlRecord(run: DurableRun, actor: Actor | undefined): Promise<CrawlRecord> {
  opening ??= readCrawlRecord(run, actor);
  return opening;
}

async function readCrawlRecord(run: DurableRun, actor: Actor | undefined): Promise<CrawlRecord> {
  const text = await run.backend.readRecord(crawlRecordKey);
  const stored = (text === undefined ? {} : JSON.parse(text)) as Partial<Record<keyof CrawlFacts, JsonObject>>;
  const before = Number(stored.restarts ?? 0);
  const restarts = (await restartsOf(actor)) ?? (text === undefined ? 0 : before + 1);
  return factsAfter({ ...stored, restarts: before }, restarts);
}

/** Pure. A move to another server, even from a lost one, is not blamed on the requests that were in flight. */
function factsAfter(stored: Partial<Record<keyof CrawlFacts, unknown>>, restarts: number): CrawlRecord {
  const followsDeath = restarts > Number(stored.restarts ?? 0);
  const deaths = new Map(Object.entries((stored.deaths ?? {}) as Record<string, number>));
  for (const key of followsDeath ? ((stored.begun ?? []) as string[]) : []) deaths.set(key, (deaths.get(key) ?? 0) + 1);
  const initial = new Map(Object.entries((stored.initial ?? {}) as Record<string, number | 'all'>));
  return new CrawlRecord({ restarts, begun: new Set(), deaths, initial }, followsDeath);
}

/** The number of restarts after errors and of resurrections, which the platform counts. Undefined without a platform. */
async function restartsOf(actor: Actor | undefined): Promise<number | undefined> {
  const runId = actor?.getEnv().actorRunId;
  if (actor === undefined || !actor.isAtHome() || !runId) return undefined;
  const run = await actor.apifyClient.run(runId).get();
  const { restartCount = 0, resurrectCount = 0 } = (run?.stats ?? {}) as {
    restartCount?: number;
    resurrectCount?: number;
  };
  return restartCount + resurrectCount;
}
