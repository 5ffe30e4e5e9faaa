/** What a crawl needs before it begins: the run of this process, with all writes of Crawlee and the SDK captured. */
import type { Actor, ChargingManager } from 'apify';
import type { Configuration, EventManager } from 'crawlee';
import { type DurableRun, durableRun } from '../durable-run.ts';
import { keepEventsConnected } from '../events.ts';
import { captureCharges } from './capture/captured-charges.ts';
import { captureClients } from './capture/captured-clients.ts';
import { type CrawlRecord, openCrawlRecord } from './crawl-record.ts';

export interface OpenedRun {
  readonly run: DurableRun;
  readonly record: CrawlRecord;
  readonly actor: Actor | undefined;
}

/** A commit that an earlier process left half-done is completed before this resolves. Calling it again is cheap. */
export async function openRun(config: Configuration, events: EventManager): Promise<OpenedRun> {
  const run = await durableRun();
  const { actor, ChargingManager } = await loadSdk();
  keepEventsConnected(events);
  captureClients(config);
  if (ChargingManager !== undefined) captureCharges(ChargingManager);
  return { run, actor, record: await openCrawlRecord(run, actor) };
}

interface Sdk {
  readonly actor: Actor | undefined;
  readonly ChargingManager: typeof ChargingManager | undefined;
}

let loading: Promise<Sdk> | undefined;

/** Local crawls do not need the SDK, so it may not be installed. */
function loadSdk(): Promise<Sdk> {
  loading ??= import('apify').then(
    ({ Actor, ChargingManager }) => ({ actor: Actor.getDefaultInstance(), ChargingManager }),
    (error: unknown) => {
      if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
      return { actor: undefined, ChargingManager: undefined };
    },
  );
  return loading;
}
