/**
 * Exports all of `crawlee`, with crawlers whose results survive any end of their process. Import from here instead of
 * `crawlee`. `durableCrawler` makes any other crawler durable.
 */
import * as stock from 'crawlee';
import { installUseState } from './capture/captured-states.ts';
import { commitNow } from './commit-now.ts';
import { durableCrawler } from './durable-crawler.ts';
import { DurableList, type DurableListOptions } from './durable-list.ts';
import { watchForShutdown } from './shutdown.ts';

export * from 'crawlee';
export { commitNow, DurableList, type DurableListOptions, durableCrawler };

// Done on import, since a program may call `useState` before it creates a crawler, or be told to migrate.
installUseState();
void watchForShutdown();

export class BasicCrawler<
  Context extends stock.BasicCrawlingContext = stock.BasicCrawlingContext,
> extends stock.BasicCrawler<Context> {
  constructor(...options: ConstructorParameters<typeof stock.BasicCrawler<Context>>) {
    super(...options);
    durableCrawler(this);
  }
}

export class HttpCrawler<
  Context extends stock.InternalHttpCrawlingContext<stock.Dictionary, stock.Dictionary, HttpCrawler<Context>>,
> extends stock.HttpCrawler<Context> {
  constructor(...options: ConstructorParameters<typeof stock.HttpCrawler<Context>>) {
    super(...options);
    durableCrawler(this);
  }
}

export class CheerioCrawler extends stock.CheerioCrawler {
  constructor(...options: ConstructorParameters<typeof stock.CheerioCrawler>) {
    super(...options);
    durableCrawler(this);
  }
}

export class JSDOMCrawler extends stock.JSDOMCrawler {
  constructor(...options: ConstructorParameters<typeof stock.JSDOMCrawler>) {
    super(...options);
    durableCrawler(this);
  }
}

export class LinkeDOMCrawler extends stock.LinkeDOMCrawler {
  constructor(...options: ConstructorParameters<typeof stock.LinkeDOMCrawler>) {
    super(...options);
    durableCrawler(this);
  }
}

export class PuppeteerCrawler extends stock.PuppeteerCrawler {
  constructor(...options: ConstructorParameters<typeof stock.PuppeteerCrawler>) {
    super(...options);
    durableCrawler(this);
  }
}

export class PlaywrightCrawler extends stock.PlaywrightCrawler {
  constructor(...options: ConstructorParameters<typeof stock.PlaywrightCrawler>) {
    super(...options);
    durableCrawler(this);
  }
}
