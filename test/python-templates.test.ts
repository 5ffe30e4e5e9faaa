/**
 * Actors in the shape of each of Apify's Python templates, in words of our own: built, run, and moved once in the middle.
 * The templates for agents of language models need keys of their makers; they are built as `start` is.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ActorRun } from 'apify-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunFixture, startRunFixture } from '../packages/platform/test/run-fixture.ts';
import { whyNoDriver } from '../scripts/docker-needs.mjs';
import { chromiumPath } from './support/browser.ts';
import { deployFiles } from './support/deploy.ts';
import { isLong } from './support/long.ts';
import { uvProgram, whyNoPythonTests } from './support/python.ts';
import { until } from './support/until.ts';

/** Pages `/`, `/a`, `/b` and `/held`, which link to each other. The last one comes once it is released. */
async function startSite() {
  const held = Promise.withResolvers<void>();
  let holds = 0;
  const server = createServer(async (request, response) => {
    if (request.url === '/held') {
      holds += 1;
      await held.promise;
    }
    const links = ['/', '/a', '/b', '/held'].map((each) => `<a href="${each}">${each}</a>`);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<title>page ${request.url}</title><h1>page ${request.url}</h1>${links.join('')}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    isHeld: () => holds > 0,
    release: () => held.resolve(),
    async [Symbol.asyncDispose]() {
      held.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Shape {
  readonly name: string;
  /** In each `npm test`; the others are in `npm run test:long` alone. */
  readonly isShort?: true;
  /** Whether it needs this machine's Chromium, or a program beside it. */
  readonly needs?: 'chromium' | 'chromedriver';
  readonly files: Readonly<Record<string, string>>;
  /** Makes further files, such as a lock file. */
  readonly prepare?: (files: Readonly<Record<string, string>>) => Promise<Record<string, string>>;
  /** `pages`: crawls the site. `server`, `mcp`: takes requests in Standby mode. `plain`: ends by itself. */
  readonly kind: 'pages' | 'server' | 'mcp' | 'plain';
  readonly logs?: string;
  /** Its start URLs are crawled beside its links, and again by each attempt: Scrapy does not filter them. */
  readonly restarts?: true;
}

const dockerfile = (
  image: string,
  install = 'RUN pip install -r requirements.txt',
  cmd = '["python", "-m", "my_actor"]',
) =>
  `FROM apify/${image}\n\nUSER myuser\n\nCOPY --chown=myuser:myuser . ./\n${install}\n\n` +
  `RUN python -m compileall -q my_actor/\n\nCMD ${cmd}\n`;

const entry = 'import asyncio\n\nfrom .main import main\n\nif __name__ == "__main__":\n    asyncio.run(main())\n';

const packageOf = (main: string, more: Record<string, string> = {}, properties: object = {}) => ({
  '.actor/actor.json': JSON.stringify({
    actorSpecification: 1,
    name: 'my-actor',
    version: '0.0',
    buildTag: 'latest',
    dockerfile: '../Dockerfile',
    ...properties,
  }),
  'my_actor/__init__.py': '',
  'my_actor/__main__.py': entry,
  'my_actor/main.py': main,
  ...more,
});

/** A loop over the default queue; `load` is what makes a title and links of a URL. */
const queueLoop = (imports: string, setup: string, load: string) => `
import asyncio
from urllib.parse import urljoin

from apify import Actor, Request
${imports}

async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input() or {}
        queue = await Actor.open_request_queue()
        for source in actor_input['start_urls']:
            await queue.add_request(Request.from_url(source['url'], user_data={'depth': 0}))
        ${setup}
            while request := await queue.fetch_next_request():
                try:
                    ${load}
                    if int(request.user_data['depth']) < 1:
                        for link in links:
                            await queue.add_request(
                                Request.from_url(urljoin(request.url, link), user_data={'depth': 1}),
                            )
                    await Actor.push_data({'url': request.url, 'title': title})
                finally:
                    await queue.mark_request_as_handled(request)
`;

const crawlee = (name: string, title: string, options = '') =>
  `
from apify import Actor, Event
from crawlee.crawlers import ${name}

from .routes import router


async def main() -> None:
    async with Actor:
        async def on_aborting() -> None:
            await Actor.exit()

        Actor.on(Event.ABORTING, on_aborting)
        actor_input = await Actor.get_input() or {}
        crawler = ${name}(max_requests_per_crawl=10, request_handler=router${options})
        await crawler.run([source['url'] for source in actor_input['start_urls']])
`.replaceAll('TITLE', title);

const routes = (context: string, title: string) => `
from crawlee.crawlers import ${context}
from crawlee.router import Router

router = Router[${context}]()


@router.default_handler
async def handle(context: ${context}) -> None:
    await context.push_data({'url': context.request.url, 'title': ${title}})
    await context.enqueue_links()
`;

const crawleeShape = (
  name: string,
  image: string,
  requirements: string,
  parts: { title: string; options?: string },
) => ({
  ...packageOf(crawlee(`${name}Crawler`, '', parts.options), {
    'my_actor/routes.py': routes(`${name}CrawlingContext`, parts.title),
    Dockerfile: dockerfile(image),
    'requirements.txt': requirements,
  }),
});

const startMain = `
import httpx
from apify import Actor
from bs4 import BeautifulSoup


async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input()
        async with httpx.AsyncClient() as client:
            for path in ['', 'a', 'b', 'held']:
                if await Actor.get_value(f'done-{path}'):
                    continue
                url = actor_input['start_urls'][0]['url'] + path
                response = await client.get(url, timeout=None)
                soup = BeautifulSoup(response.content, 'lxml')
                await Actor.push_data([{'url': url, 'title': heading.text} for heading in soup.find_all('h1')])
                await Actor.set_value(f'done-{path}', True)
`;

const scrapyFiles = {
  ...packageOf(
    `
from apify import Actor
from apify.scrapy import apply_apify_settings
from scrapy.crawler import AsyncCrawlerRunner

from .spiders import TitleSpider


async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input() or {}
        settings = apply_apify_settings(proxy_config=None)
        runner = AsyncCrawlerRunner(settings)
        await runner.crawl(TitleSpider, start_urls=[source['url'] for source in actor_input['start_urls']])
`,
    {
      'scrapy.cfg': '[settings]\ndefault = my_actor.settings\n',
      'my_actor/settings.py': `
BOT_NAME = 'titles'
ROBOTSTXT_OBEY = False
SPIDER_MODULES = ['my_actor.spiders']
NEWSPIDER_MODULE = 'my_actor.spiders'
TELNETCONSOLE_ENABLED = False
TWISTED_REACTOR = 'twisted.internet.asyncioreactor.AsyncioSelectorReactor'
`,
      'my_actor/spiders/__init__.py': `
from scrapy import Request, Spider


class TitleSpider(Spider):
    name = 'title_spider'

    def __init__(self, start_urls, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.start_urls = start_urls

    def parse(self, response):
        yield {'url': response.url, 'title': response.css('title::text').get()}
        for link in response.css('a::attr("href")').getall():
            yield Request(response.urljoin(link))
`,
      Dockerfile: dockerfile('actor-python:3.14'),
      'requirements.txt': 'apify[scrapy] >= 4.1, < 5\nscrapy >= 2.14, < 3\n',
    },
  ),
  'my_actor/__main__.py': `
import os

from apify.scrapy import initialize_logging, run_scrapy_actor

from .main import main

os.environ['SCRAPY_SETTINGS_MODULE'] = 'my_actor.settings'

if __name__ == '__main__':
    initialize_logging()
    run_scrapy_actor(main())
`,
};

const browserLoop = queueLoop(
  'from playwright.async_api import async_playwright\n',
  'async with async_playwright() as playwright:\n' +
    "            browser = await playwright.chromium.launch(headless=Actor.configuration.headless, args=['--disable-gpu'])\n" +
    '            page = await browser.new_page()',
  "await page.goto(request.url)\n                    title = await page.title()\n                    links = [await a.get_attribute('href') for a in await page.locator('a').all()]",
);

const seleniumLoop = queueLoop(
  `from selenium import webdriver
from selenium.webdriver.common.by import By


def open_chrome() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    for argument in ['--headless', '--no-sandbox', '--disable-dev-shm-usage']:
        options.add_argument(argument)
    return webdriver.Chrome(options=options)
`,
  'with open_chrome() as driver:',
  "await asyncio.to_thread(driver.get, request.url)\n                    title = driver.title\n                    links = [a.get_attribute('href') for a in driver.find_elements(By.TAG_NAME, 'a')]",
);

const httpLoop = queueLoop(
  'from bs4 import BeautifulSoup\nfrom httpx import AsyncClient\n',
  'async with AsyncClient(timeout=None) as client:',
  "soup = BeautifulSoup((await client.get(request.url)).content, 'html.parser')\n                    title = soup.title.string\n                    links = [a.get('href') for a in soup.find_all('a')]",
);

/** Serves one request after the other, and blocks the loop of events meanwhile, as the template does. */
const serverMain = `
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from apify import Actor


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'Hello from {os.environ["ACTOR_RUN_ID"]}, process {os.getpid()}!'.encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers['content-length']))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(body + self.path.encode())


async def main() -> None:
    async with Actor:
        port = Actor.configuration.web_server_port
        with HTTPServer(('', port), Handler) as server:
            Actor.log.info(f'listening on {port}')
            server.serve_forever()
`;

const mcpMain = `
import os

import uvicorn
from apify import Actor
from fastmcp import FastMCP

server = FastMCP('sums', version='1.0.0')


@server.tool()
def add(a: float, b: float) -> dict:
    return {'sum': a + b}


async def main() -> None:
    await Actor.init()
    port = int(os.environ['APIFY_CONTAINER_PORT'])
    Actor.log.info(f'listening on {port}')
    app = server.http_app(transport='streamable-http')
    await uvicorn.Server(uvicorn.Config(app, host='0.0.0.0', port=port)).serve()
`;

const project = (dependencies: readonly string[], more = '') =>
  `[project]\nname = "my-actor"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = ${JSON.stringify(dependencies)}\n${more}`;

/** Makes the lock file that the template has, with the tool of this machine. */
const lockWithUv = async (files: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  try {
    await writeFile(path.join(folder, 'pyproject.toml'), files['pyproject.toml']!);
    const ended = spawnSync(uvProgram, ['lock', '--quiet'], { cwd: folder, encoding: 'utf8' });
    expect(ended.status, ended.stderr).toBe(0);
    return { 'uv.lock': await readFile(path.join(folder, 'uv.lock'), 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const sdk = 'apify >= 4.1, < 5\n';
const standby = { usesStandbyMode: true };

const shapes: readonly Shape[] = [
  {
    name: 'empty',
    kind: 'plain',
    logs: 'Hello from the Actor!',
    files: packageOf(
      "from apify import Actor\n\n\nasync def main() -> None:\n    async with Actor:\n        Actor.log.info('Hello from the Actor!')\n",
      { Dockerfile: dockerfile('actor-python:3.14'), 'requirements.txt': sdk },
    ),
  },
  {
    name: 'start',
    kind: 'pages',
    files: packageOf(startMain, {
      Dockerfile: dockerfile('actor-python:3.14'),
      'requirements.txt': 'apify >= 3, < 4\nbeautifulsoup4[lxml] ~= 4.13\nhttpx ~= 0.28\n',
    }),
  },
  {
    name: 'beautifulsoup',
    kind: 'pages',
    files: packageOf(httpLoop, {
      Dockerfile: dockerfile('actor-python:3.14'),
      'requirements.txt': `${sdk}beautifulsoup4\nhttpx\n`,
    }),
  },
  {
    name: 'crawlee-beautifulsoup',
    kind: 'pages',
    files: crawleeShape('BeautifulSoup', 'actor-python:3.14', `${sdk}crawlee[beautifulsoup]\n`, {
      title: 'context.soup.title.string',
    }),
  },
  {
    name: 'crawlee-parsel',
    isShort: true,
    kind: 'pages',
    prepare: lockWithUv,
    files: packageOf(crawlee('ParselCrawler', ''), {
      'my_actor/routes.py': routes('ParselCrawlingContext', "context.selector.css('title::text').get()"),
      'pyproject.toml': project(['apify>=4.1,<5', 'crawlee[parsel]'], '[tool.uv]\npackage = false\n'),
      Dockerfile: dockerfile('actor-python:3.14', 'RUN uv sync --locked --no-dev'),
    }),
  },
  {
    name: 'crawlee-playwright',
    needs: 'chromium',
    kind: 'pages',
    files: crawleeShape('Playwright', 'actor-python-playwright:3.14-1.60.0', `${sdk}crawlee[playwright]\n`, {
      title: 'await context.page.title()',
      options: ", headless=True, browser_launch_options={'args': ['--disable-gpu', '--no-sandbox']}",
    }),
  },
  {
    name: 'playwright',
    needs: 'chromium',
    kind: 'pages',
    files: packageOf(browserLoop, {
      Dockerfile: dockerfile('actor-python-playwright:3.14-1.60.0'),
      'requirements.txt': `${sdk}playwright\n`,
    }),
  },
  {
    name: 'selenium',
    isShort: true,
    needs: 'chromedriver',
    kind: 'pages',
    files: packageOf(seleniumLoop, {
      Dockerfile: dockerfile('actor-python-selenium:3.14'),
      'requirements.txt': `${sdk}selenium >= 4.41, < 5\n`,
    }),
  },
  { name: 'scrapy', kind: 'pages', restarts: true, files: scrapyFiles },
  {
    name: 'standby',
    isShort: true,
    kind: 'server',
    files: packageOf(serverMain, { Dockerfile: dockerfile('actor-python:3.14'), 'requirements.txt': sdk }, standby),
  },
  {
    name: 'mcp-empty',
    kind: 'mcp',
    files: packageOf(
      mcpMain,
      { Dockerfile: dockerfile('actor-python:3.14'), 'requirements.txt': `${sdk}fastmcp\nuvicorn\n` },
      standby,
    ),
  },
];

function whyNot({ needs, isShort }: Shape): string | undefined {
  if (!isShort && !isLong) return 'only in npm run test:long';
  if (needs !== undefined && chromiumPath === undefined) return 'Chromium is missing';
  return needs === 'chromedriver' ? whyNoDriver() : undefined;
}

describe.skipIf(whyNoPythonTests !== undefined)('the shapes of the Python templates', () => {
  let fixture: RunFixture;
  beforeAll(async () => {
    fixture = await startRunFixture({ handoffs: { quietGraceSecs: 0.5, graceSecs: 15 } });
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  async function expectSucceeded(run: ActorRun) {
    const ended = await fixture.client.run(run.id).waitForFinish();
    expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  }

  /** Its address, and its only run once it has one. */
  async function standbyOf(actorId: string) {
    const { standbyUrl } = (await fixture.client.actor(actorId).get()) as unknown as { standbyUrl: string };
    const runId = async () => {
      const { items } = await fixture.client.actor(actorId).runs().list();
      expect(items).toHaveLength(1);
      return items[0]!.id;
    };
    return { standbyUrl, runId };
  }

  const headers = { authorization: 'Bearer test-token' };

  async function expectServed(actorId: string) {
    const { standbyUrl, runId } = await standbyOf(actorId);
    const ask = async (init?: RequestInit) => {
      const response = await fetch(`${standbyUrl}/a?b=1`, { headers, ...init });
      return [response.status, await response.text()] as const;
    };
    const [status, before] = await ask();
    const id = await runId();
    expect([status, before]).toEqual([200, expect.stringContaining(`Hello from ${id}`)]);
    const seen = new Set<string>();
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        seen.add((await ask()).join(' '));
        expect(await ask({ method: 'POST', body: 'body ' })).toEqual([201, 'body /a?b=1']);
      }
    })();
    expect(await fixture.migrate(id, 'warm')).toMatchObject({ mode: 'warm', phase: 'done' });
    const last = await ask();
    seen.add(last.join(' '));
    const [, after] = last;
    isOver = true;
    await asking;
    expect(after).not.toBe(before);
    // Each of the two processes, and no failure.
    expect([...seen].toSorted()).toEqual([`200 ${before}`, `200 ${after}`].toSorted());
    await fixture.client.run(id).abort();
  }

  async function expectTools(actorId: string) {
    const { standbyUrl, runId } = await standbyOf(actorId);
    const sum = async () => {
      const client = new Client({ name: 'test', version: '1' });
      const transport = new StreamableHTTPClientTransport(new URL(`${standbyUrl}/mcp`), { requestInit: { headers } });
      await client.connect(transport as never);
      try {
        return (await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })).structuredContent;
      } finally {
        await client.close();
      }
    };
    expect(await sum()).toEqual({ sum: 5 });
    const id = await runId();
    expect(await fixture.migrate(id, 'warm')).toMatchObject({ mode: 'warm', phase: 'done' });
    expect(await sum()).toEqual({ sum: 5 });
    await fixture.client.run(id).abort();
  }

  for (const shape of shapes) {
    test.skipIf(whyNot(shape) !== undefined)(`${shape.name} is built, runs and is moved`, async () => {
      await using site = await startSite();
      const files = { ...shape.files, ...(await shape.prepare?.(shape.files)) };
      const { actorId } = await deployFiles(fixture.client, shape.name, files);
      if (shape.kind === 'server') return expectServed(actorId);
      if (shape.kind === 'mcp') return expectTools(actorId);
      const run = await fixture.start(actorId, { start_urls: [{ url: site.url }] });
      const logs = (text: string) =>
        until(`the log has "${text}"`, async () => {
          const log = await fixture.logOf(run.id);
          if (/run ended (?:FAILED|ABORTED)/.test(log)) throw new Error(log);
          return log.includes(text);
        });
      switch (shape.kind) {
        case 'plain':
          await expectSucceeded(run);
          await logs(shape.logs!);
          return;
        case 'pages': {
          await until('a page is held', site.isHeld);
          await fixture.migrate(run.id, 'warm');
          site.release();
          await expectSucceeded(run);
          const all = (await fixture.itemsOf(run)).map(({ title }) => title as string);
          const titles = shape.restarts ? [...new Set(all)] : all;
          expect(titles.toSorted()).toEqual(['page /', 'page /a', 'page /b', 'page /held']);
        }
      }
    });
  }
});
