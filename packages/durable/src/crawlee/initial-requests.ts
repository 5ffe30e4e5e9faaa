/**
 * The requests that are given to `crawler.run`.
 *
 * [initial-request-1] Each is added once in the life of the run, even if the process ends meanwhile, and whatever its unique
 *     key: the commit that adds requests also stores how many are in the queue.
 */
import type { BasicCrawler, RequestProvider } from 'crawlee';
import type { DurableRun } from '../durable-run.ts';
import type { OpenTransaction } from '../transactions/ambient.ts';
import { storageIdOf } from './capture/own-clients.ts';
import type { CrawlRecord } from './crawl-record.ts';
import type { StorageClientInside } from './inside.ts';
import { haltUnlessRejected } from './lost-run.ts';
import { type AddInitially, commitOutside, runInScope } from './work.ts';

type Requests = Parameters<BasicCrawler['addRequests']>[0];
type Options = Parameters<BasicCrawler['addRequests']>[1];
type AddRequests = BasicCrawler['addRequests'];
type Given = string | { readonly url?: string | undefined };

export class InitialRequests {
  readonly #run: DurableRun;
  readonly #record: CrawlRecord;
  readonly #name: string;
  #key = '';
  #taken = 0;

  /** @param name names the call of `crawler.run`; it is the same in each process that creates its crawlers in the same order */
  constructor(run: DurableRun, record: CrawlRecord, name: string) {
    this.#run = run;
    this.#record = record;
    this.#name = name;
  }

  async add(crawler: BasicCrawler, stock: AddRequests, requests: Requests, options?: Options): ReturnType<AddRequests> {
    const source = startOf(requests as AsyncIterable<Given>);
    const first = await source.next();
    // If the order differs, requests that were added for another crawler must not be mistaken for those of this one.
    this.#key = [this.#name, queueNameOf(await crawler.getRequestQueue()), urlOf(first.value)].join(' ');
    const { initial } = this.#record.facts;
    const known = initial.get(this.#key) ?? 0;
    if (known === 'all' || first.done === true) return stock([], options);
    const scope = { work: undefined, task: undefined, addInitially: this.#addInitially };
    const result = await runInScope(scope, () => stock(this.#after(first.value, source, known) as Requests, options));
    void result.waitForAllRequestsToBeAdded.then(() => {
      initial.set(this.#key, 'all');
      return this.#commit(this.#run.begin());
    });
    return result;
  }

  /** Crawlee reads no more of the requests than it adds in the same batch. */
  async *#after(first: Given, rest: AsyncIterator<Given>, known: number): AsyncGenerator<Given> {
    for (let next: IteratorResult<Given> = { value: first }; next.done !== true; next = await rest.next()) {
      this.#taken += 1;
      if (this.#taken > known) yield next.value;
    }
  }

  /** Adds a batch and stores the number of requests in one commit [initial-request-1]. */
  readonly #addInitially = async (requests: Parameters<AddInitially>[0], options: Parameters<AddInitially>[1]) => {
    const transaction = this.#run.begin();
    transaction.addRequests(requests, options);
    this.#record.facts.initial.set(this.#key, this.#taken);
    await this.#commit(transaction);
  };

  #commit(transaction: OpenTransaction): Promise<void> {
    this.#record.addTo(transaction);
    return commitOutside(transaction).catch(haltUnlessRejected);
  }
}

async function* startOf(requests: AsyncIterable<Given> | Iterable<Given>): AsyncGenerator<Given, undefined> {
  yield* requests;
}

const queueNameOf = (queue: RequestProvider): string =>
  storageIdOf(queue.client as unknown as StorageClientInside, 'requestQueue') ?? 'default';

const urlOf = (given: Given | undefined): string | undefined => (typeof given === 'string' ? given : given?.url);
