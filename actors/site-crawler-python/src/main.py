from apify import Actor
from crawlee import ConcurrencySettings, Request
from crawlee.crawlers import BasicCrawlingContext, BeautifulSoupCrawler, BeautifulSoupCrawlingContext


async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input() or {}
        start_urls = [source['url'] for source in actor_input.get('startUrls', [])]
        if not start_urls:
            await Actor.fail(
                status_message='The input has no startUrls. Give at least one, for example [{ "url": "https://crawlee.dev/" }].',
            )
            return
        crawler = crawler_of(actor_input)
        await crawler.run([Request.from_url(url) for url in start_urls])
        tally = await crawler.use_state({'pages': 0, 'links': 0})
        await Actor.set_value('OUTPUT', {'pages': tally['pages'], 'links': tally['links']})
        await Actor.set_status_message(
            f'Crawled {tally["pages"]} pages with {tally["links"]} links.', is_terminal=True
        )


def crawler_of(actor_input: dict) -> BeautifulSoupCrawler:
    max_concurrency = actor_input.get('maxConcurrency', 10)
    min_concurrency = min(actor_input.get('minConcurrency', 1), max_concurrency)
    crawler = BeautifulSoupCrawler(
        max_requests_per_crawl=actor_input.get('maxPages') or None,
        concurrency_settings=ConcurrencySettings(
            min_concurrency=min_concurrency,
            desired_concurrency=min_concurrency,
            max_concurrency=max_concurrency,
        ),
    )

    @crawler.router.default_handler
    async def handle(context: BeautifulSoupCrawlingContext) -> None:
        tally = await context.use_state({'pages': 0, 'links': 0})
        page = context.soup
        links = len(page.select('a[href]'))
        await context.enqueue_links(strategy='same-hostname')
        await context.push_data(
            {
                'url': context.request.url,
                'loadedUrl': context.request.loaded_url,
                'title': page.title.get_text(strip=True) if page.title else '',
                'heading': page.h1.get_text(strip=True) if page.h1 else '',
                'linkCount': links,
                'statusCode': context.http_response.status_code,
                'depth': context.request.crawl_depth,
            }
        )
        tally['pages'] += 1
        tally['links'] += links

    @crawler.failed_request_handler
    async def handle_failure(context: BasicCrawlingContext, error: Exception) -> None:
        await context.push_data({'url': context.request.url, 'error': str(error)})

    return crawler
