/** The crawl that `soak.ts` disturbs, and its expected result. */

/** Each process begins this many requests and then waits for its fault, so that each fault hits a running crawl. */
const beginsOfLife = 24;
const failingPage = 17;

export const soakInput = (api: string, faults: number) => ({
  api,
  faults,
  pageCount: 20 + faults * 14,
  beginsOfLife,
  failingPage,
});

export const soakActor = `
let begun = 0;
const life = ((await Actor.getValue('LIFE')) ?? 0) + 1;
await Actor.setValue('LIFE', life);
console.log('LIFE', life, 'pid', process.pid);
const number = (request) => Number(new URL(request.url).pathname.slice(1));
const crawler = new CheerioCrawler({
  maxConcurrency: 4, minConcurrency: 4, maxRequestRetries: 2, requestHandlerTimeoutSecs: 2, navigationTimeoutSecs: 10,
  autoscaledPoolOptions: {
    maybeRunIntervalSecs: 0.05,
    isTaskReadyFunction: async () =>
      (life > input.faults || begun < input.beginsOfLife) && crawler._isTaskReadyFunction(),
  },
  async requestHandler({ request, addRequests, enqueueLinks, pushData, useState }) {
    const page = number(request);
    begun += 1;
    const tally = await useState({ pages: 0, sum: 0, of: {} });
    tally.pages += 1;
    tally.sum += page;
    await pushData({ page });
    await Actor.charge({ eventName: 'page' });
    const links = [2 * page + 1, 2 * page + 2].filter((next) => next < input.pageCount).map((next) => url(next));
    if (page % 2 === 0) await addRequests(links);
    else await enqueueLinks({ urls: [...links, url(page)] });
    await Actor.setValue('PAGE-' + page, { page });
    await delay(page % 4 * 10);
    tally.of[page] = true;
    if (page % 11 === 5 && request.retryCount === 0) throw new Error('at first');
    if (page === input.failingPage) throw new Error('always');
    if (page % 50 === 23 && request.retryCount === 0) await delay(60_000);
  },
  async failedRequestHandler({ request, pushData }) {
    await pushData({ page: number(request) });
    await Actor.charge({ eventName: 'page' });
  },
});
const { requestsFinished, requestsFailed } = await crawler.run([url(0)]).catch((error) => {
  console.log('ENDED', process.pid, error.name);
  process.exit(91);
});
const { pages, sum, of } = await crawler.useState();
const keys = Object.keys(of).length;
await Actor.setValue('OUTPUT', { requestsFinished, requestsFailed, pages, sum, keys });
await Actor.exit();
`;

export const soakPrices = {
  pricingInfos: [
    {
      pricingModel: 'PAY_PER_EVENT',
      pricingPerEvent: {
        actorChargeEvents: { page: { eventTitle: 'Page', eventDescription: 'A page', eventPriceUsd: 0.001 } },
      },
    },
  ],
};

/** All pages that can be reached. The page that fails links to nothing. */
function soakPages(pageCount: number): number[] {
  const pages: number[] = [];
  for (let next = [0]; next.length > 0; ) {
    pages.push(...next);
    next = next.filter((page) => page !== failingPage).flatMap((page) => [2 * page + 1, 2 * page + 2]);
    next = next.filter((page) => page < pageCount);
  }
  return pages;
}

export interface SoakResult {
  readonly items: readonly { readonly page: number }[];
  readonly charged: number;
  readonly handled: number;
  readonly output: unknown;
}

export interface SoakVerdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly chargedTwice: number;
  /** Other differences from the expected result. */
  readonly wrong: readonly string[];
}

export function judge(pageCount: number, { items, charged, handled, output }: SoakResult): SoakVerdict {
  const pages = soakPages(pageCount);
  const seen = new Set(items.map(({ page }) => page));
  const finished = pages.filter((page) => page !== failingPage);
  const expected = {
    requestsFinished: finished.length,
    requestsFailed: 1,
    pages: finished.length,
    sum: finished.reduce((sum, page) => sum + page, 0),
    keys: finished.length,
  };
  const wrong = Object.entries({ handled: pages.length, ...expected })
    .map(([name, value]) => [name, value, { handled, ...(output as object) }[name as 'handled']])
    .filter(([, value, actual]) => value !== actual)
    .map(([name, value, actual]) => `${name} is ${actual}, not ${value}`);
  return {
    lost: pages.filter((page) => !seen.has(page)).length,
    duplicated: items.length - seen.size,
    chargedTwice: charged - pages.length,
    wrong,
  };
}
