import type { ActorRun } from 'apify-client';
import type { Connection } from '../platform/connection.ts';
import type { Item } from './verdict.ts';

/** Items are read in pages of this size. */
const pageSize = 1000;

/** Reads the results of a demo's run, through the public API. */
export class CrawlReader {
  readonly #connection: Connection;
  readonly #run: ActorRun;
  readonly #keyField: 'url' | 'input';

  constructor(connection: Connection, run: ActorRun, keyField: 'url' | 'input') {
    this.#connection = connection;
    this.#run = run;
    this.#keyField = keyField;
  }

  async status(): Promise<string> {
    return (await this.#connection.apify.run(this.#run.id).get())?.status ?? 'DELETED';
  }

  async itemCount(): Promise<number> {
    return (await this.#connection.apify.dataset(this.#run.defaultDatasetId).get())?.itemCount ?? 0;
  }

  async requestCount(): Promise<number> {
    return (await this.#connection.apify.requestQueue(this.#run.defaultRequestQueueId).get())?.totalRequestCount ?? 0;
  }

  /** The server of the run's active attempt; undefined while there is none. */
  async server(): Promise<string | undefined> {
    const attempts = await this.#connection.wherry.attempts(this.#run.id);
    return attempts.find(({ phase }) => phase === 'active')?.serverId;
  }

  async items(): Promise<Item[]> {
    const dataset = this.#connection.apify.dataset<{ url: string; input: string; error?: string }>(
      this.#run.defaultDatasetId,
    );
    const items: Item[] = [];
    while (true) {
      const page = await dataset.listItems({
        offset: items.length,
        limit: pageSize,
        fields: [this.#keyField, 'error'],
      });
      items.push(...page.items.map((item) => ({ url: item[this.#keyField], failed: item.error !== undefined })));
      if (page.items.length < pageSize) return items;
    }
  }

  /** The pages that the Actor has marked as handled: each must have an item. */
  async handledUrls(): Promise<string[]> {
    const queue = this.#connection.apify.requestQueue(this.#run.defaultRequestQueueId);
    const urls: string[] = [];
    for await (const { items } of queue.paginateRequests({ limit: pageSize })) {
      // Apify's API returns this time in lists, although its description does not say so.
      for (const request of items as { url: string; handledAt?: unknown }[]) {
        if (request.handledAt !== undefined && request.handledAt !== null) urls.push(request.url);
      }
    }
    return urls;
  }
}
