/**
 * The requests that `crawler.run` is given.
 *
 * I1: each is added once in the run's life, also when the process ends in between and whatever unique key it has: how
 *     many are in the queue is noted in the commit that adds them.
 */
import type { BasicCrawler } from 'crawlee';
import type { OpenTransaction } from '../ambient.ts';
import type { DurableRun } from '../durable-run.ts';
import type { CrawlRecord } from './crawl-record.ts';
import { standStillUnlessRejected } from './lost-run.ts';
import { type AddInitially, commitOutside, runInScope } from './work.ts';

type Requests = Parameters<BasicCrawler['addRequests']>[0];
type Options = Parameters<BasicCrawler['addRequests']>[1];
type AddRequests = BasicCrawler['addRequests'];

export class InitialRequests {
  readonly #run: DurableRun;
  readonly #record: CrawlRecord;
  readonly #key: string;
  #taken = 0;

  constructor(run: DurableRun, record: CrawlRecord, key: string) {
    this.#run = run;
    this.#record = record;
    this.#key = key;
  }

  async add(stock: AddRequests, requests: Requests, options?: Options): ReturnType<AddRequests> {
    const { initial } = this.#record.facts;
    const known = initial.get(this.#key) ?? 0;
    if (known === 'all') return stock([], options);
    const scope = { work: undefined, task: undefined, addInitially: this.#addInitially };
    const result = await runInScope(scope, () => stock(this.#after(requests, known), options));
    void result.waitForAllRequestsToBeAdded.then(() => {
      initial.set(this.#key, 'all');
      return this.#commit(this.#run.begin());
    });
    return result;
  }

  /** Crawlee takes no more of them than it adds in the same go. */
  async *#after(requests: Requests, known: number) {
    for await (const request of requests) {
      this.#taken += 1;
      if (this.#taken > known) yield request;
    }
  }

  /** I1 */
  readonly #addInitially = async (requests: Parameters<AddInitially>[0], options: Parameters<AddInitially>[1]) => {
    const transaction = this.#run.begin();
    transaction.addRequests(requests, options);
    this.#record.facts.initial.set(this.#key, this.#taken);
    await this.#commit(transaction);
  };

  #commit(transaction: OpenTransaction): Promise<void> {
    this.#record.addTo(transaction);
    return commitOutside(transaction).catch(standStillUnlessRejected);
  }
}
