/**
 * Projects of our own in the shape of Apify's JavaScript and TypeScript templates (github.com/apify/actor-templates): the same
 * files, scripts, Dockerfiles and calls of the platform, on pages of the test's own. What a template calls of a model or of a
 * test program is reduced to what it calls of the platform. Templates for Standby and MCP are tested with the web server, those
 * for Python with Python.
 */

export interface TemplateProject {
  /** The template's name. */
  readonly id: string;
  /** Whether it is in the share of `npm test`. */
  readonly isInShare?: boolean;
  readonly files: Readonly<Record<string, string>>;
  readonly needsBrowser?: boolean;
  /** What the run is started with; `site` is the address of the test's site, `otherActorId` an Actor that crawls it. */
  input(site: string, otherActorId: string): object;
  /**
   * When the page that holds the run up is served: while it is moved, for crawlers, which finish the request that they work on;
   * once it has been moved, for those that do not; `never moved` for what ends at once.
   */
  readonly released: 'while it is moved' | 'after it was moved' | 'never moved';
  /** What the items must be, in any order. */
  readonly items: readonly object[];
  /** Records that the run must have stored, with their types. */
  readonly records?: Readonly<Record<string, string>>;
}

/** As in the workspace, so that the tests of one machine install them once. */
const apify = '3.7.2';
const crawlee = '3.18.1';

const json = (value: unknown) => JSON.stringify(value, null, 4);

interface Parts {
  readonly id: string;
  readonly language: 'js' | 'ts';
  readonly image: string;
  readonly main: string;
  readonly routes?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly properties?: object;
  readonly more?: Readonly<Record<string, string>>;
  /** The CMD of the Dockerfile, in the shell form. */
  readonly command?: string;
}

function filesOf({
  id,
  language,
  image,
  main,
  routes,
  properties,
  more = {},
  ...parts
}: Parts): Record<string, string> {
  const isTyped = language === 'ts';
  const {
    dependencies = { apify, crawlee },
    command = isTyped ? 'npm run start:prod --silent' : 'npm start --silent',
  } = parts;
  return {
    'package.json': json({
      name: id,
      version: '0.0.1',
      type: 'module',
      description: 'This is an example of an Actor.',
      engines: { node: '>=18.0.0' },
      dependencies,
      devDependencies: isTyped
        ? { '@apify/tsconfig': '^0.1.1', '@types/node': '^24.0.0', tsx: '^4.20.3', typescript: '~5.9.3' }
        : { prettier: '^3.5.3' },
      scripts: {
        ...(isTyped
          ? {
              start: 'npm run start:dev',
              'start:prod': 'node dist/main.js',
              'start:dev': 'tsx src/main.ts',
              build: 'tsc',
            }
          : { start: 'node src/main.js' }),
        test: 'echo "There are no tests yet" && exit 1',
      },
    }),
    Dockerfile: isTyped ? typedDockerfile(image, command) : dockerfile(image, command),
    '.actor/actor.json': json({
      actorSpecification: 1,
      name: id,
      title: 'An Actor made from a template',
      version: '0.0',
      buildTag: 'latest',
      meta: { templateId: id },
      input: './input_schema.json',
      storages: { dataset: './dataset_schema.json' },
      dockerfile: '../Dockerfile',
    }),
    '.actor/input_schema.json': json({
      title: 'Input',
      type: 'object',
      schemaVersion: 1,
      properties: properties ?? startUrlsProperty,
    }),
    '.actor/dataset_schema.json': json({
      actorSpecification: 1,
      fields: {},
      views: { overview: { title: 'Overview', transformation: {}, display: { component: 'table' } } },
    }),
    ...(isTyped && {
      'tsconfig.json': json({
        extends: '@apify/tsconfig',
        compilerOptions: {
          module: 'NodeNext',
          moduleResolution: 'NodeNext',
          target: 'ES2022',
          outDir: 'dist',
          noUnusedLocals: false,
          skipLibCheck: true,
          lib: ['DOM', 'ES2023'],
        },
        include: ['./src/**/*'],
      }),
    }),
    [`src/main.${language}`]: main,
    ...(routes !== undefined && { [`src/routes.${language}`]: routes }),
    ...more,
  };
}

const startUrlsProperty = {
  startUrls: {
    title: 'Start URLs',
    type: 'array',
    description: 'URLs to start with.',
    editor: 'requestListSources',
    prefill: [{ url: 'https://example.com' }],
  },
};

const dockerfile = (image: string, command: string) => `FROM apify/${image}:24
RUN npm ls crawlee apify puppeteer playwright
COPY --chown=myuser package*.json Dockerfile ./
RUN npm --quiet set progress=false \\
    && npm install --omit=dev --omit=optional \\
    && echo "Installed NPM packages:" \\
    && (npm list --omit=dev --all || true) \\
    && rm -r ~/.npm
COPY --chown=myuser . ./
CMD ${command}
`;

const typedDockerfile = (image: string, command: string) => `FROM apify/${image}:24 AS builder
COPY --chown=myuser package*.json Dockerfile ./
RUN npm install --include=dev --audit=false
COPY --chown=myuser . ./
RUN npm run build

FROM apify/${image}:24
COPY --chown=myuser package*.json ./
RUN npm --quiet set progress=false && npm install --omit=dev --omit=optional
COPY --from=builder --chown=myuser /usr/src/app/dist ./dist
COPY --chown=myuser . ./
CMD ${command}
`;

/** The crawling templates differ in the class, and in how a page's title is read. */
interface Crawler {
  readonly name: string;
  readonly title: string;
  readonly context: string;
  readonly options?: string;
}

const cheerio = { name: 'Cheerio', context: '$', title: "$('title').text()" };
const jsdom = { name: 'JSDOM', context: 'window', title: 'window.document.title' };
const browserOptions = "launchContext: { launchOptions: { args: ['--disable-gpu', '--no-sandbox'] } },";
const puppeteer = { name: 'Puppeteer', context: 'page', title: 'await page.title()', options: browserOptions };
const playwright = { name: 'Playwright', context: 'page', title: 'await page.title()', options: browserOptions };

const crawlerMain = ({ name, options = '' }: Crawler, language: 'js' | 'ts') => `
import { Actor } from 'apify';
import { ${name}Crawler } from 'crawlee';
import { router } from './routes.js';
${language === 'ts' ? 'interface Input { startUrls: { url: string }[]; maxRequestsPerCrawl: number }' : ''}
await Actor.init();
const { startUrls = [{ url: 'https://example.com' }], maxRequestsPerCrawl = 100 } =
  (await Actor.getInput${language === 'ts' ? '<Input>' : ''}()) ?? {}${language === 'ts' ? ' as Input' : ''};
const proxyConfiguration = await Actor.createProxyConfiguration({ checkAccess: true });
const crawler = new ${name}Crawler({ proxyConfiguration, maxRequestsPerCrawl, requestHandler: router, ${options} });
await crawler.run(startUrls);
await Actor.exit();
`;

const crawlerRoutes = ({ name, context, title }: Crawler) => `
import { create${name}Router } from 'crawlee';
export const router = create${name}Router();
router.addDefaultHandler(async ({ enqueueLinks, request, ${context}, pushData, log }) => {
  log.info('enqueueing new URLs');
  await enqueueLinks({ globs: ['http*://*/**'], label: 'detail' });
  await pushData({ url: request.loadedUrl, title: ${title} });
});
router.addHandler('detail', async ({ request, ${context}, log, pushData }) => {
  const title = ${title};
  log.info(title, { url: request.loadedUrl });
  await pushData({ url: request.loadedUrl, title });
});
`;

/** The paths of the test's site. `/hold` is the one that is served late. */
export const sitePaths = ['/', '/hold', '/page/1', '/page/2'];

function crawling(
  id: string,
  crawler: Crawler,
  image: string,
  dependencies: Record<string, string> = { apify, crawlee },
): TemplateProject {
  const language = id.startsWith('ts') ? 'ts' : 'js';
  const needsBrowser = crawler.context === 'page';
  const display = needsBrowser ? './start_xvfb_and_run_cmd.sh && ' : '';
  const command = `${display}${language === 'ts' ? 'npm run start:prod --silent' : 'npm start --silent'}`;
  return {
    id,
    needsBrowser,
    files: filesOf({
      id,
      language,
      image,
      command,
      dependencies,
      main: crawlerMain(crawler, language),
      routes: crawlerRoutes(crawler),
    }),
    input: (site) => ({ startUrls: [{ url: `${site}/` }] }),
    released: 'while it is moved',
    items: sitePaths.map((title) => ({ title, url: title })),
  };
}

const urlProperty = {
  url: {
    title: 'URL of the page',
    type: 'string',
    description: 'The page.',
    editor: 'textfield',
    prefill: 'https://example.com',
  },
};

/** One page, read without Crawlee. */
function starting(id: string): TemplateProject {
  const language = id.startsWith('ts') ? 'ts' : 'js';
  const typed = language === 'ts';
  const main = `
import axios from 'axios';
import * as cheerio from 'cheerio';
import { Actor } from 'apify';
await Actor.init();
${typed ? 'interface Input { url: string }' : ''}
const input = await Actor.getInput${typed ? '<Input>' : ''}();
if (!input) throw new Error('Input is missing!');
const response = await axios.get(input.url);
const $ = cheerio.load(response.data);
const headings${typed ? ': { level: string; text: string }[]' : ''} = [];
$('h1, h2, h3, h4, h5, h6').each((_index, element) => {
  headings.push({ level: $(element).prop('tagName')${typed ? '!' : ''}.toLowerCase(), text: $(element).text() });
});
await Actor.pushData(headings);
await Actor.exit();
`;
  const dependencies = { apify, axios: '^1.5.0', cheerio: '^1.0.0' };
  return {
    id,
    files: filesOf({ id, language, image: 'actor-node', main, dependencies, properties: urlProperty }),
    input: (site) => ({ url: `${site}/hold` }),
    released: 'after it was moved',
    items: [{ level: 'h1', text: 'Heading of /hold' }],
  };
}

function empty(id: string): TemplateProject {
  const main =
    "import { Actor } from 'apify';\nawait Actor.init();\nconsole.log('Hello from the Actor!');\nawait Actor.exit();\n";
  return {
    id,
    files: filesOf({
      id,
      language: id.startsWith('ts') ? 'ts' : 'js',
      image: 'actor-node',
      main,
      dependencies: { apify },
    }),
    input: () => ({}),
    released: 'never moved',
    items: [],
  };
}

/** An answer from what another Actor has crawled, with an index that is kept in a named store from run to run. */
const langchain: TemplateProject = {
  id: 'js-langchain',
  files: filesOf({
    id: 'js-langchain',
    language: 'js',
    image: 'actor-node',
    dependencies: { apify },
    properties: {
      ...startUrlsProperty,
      query: { title: 'Query', type: 'string', description: 'The question.', editor: 'textfield' },
      openAIApiKey: { title: 'Key', type: 'string', description: 'A key.', editor: 'textfield', isSecret: true },
      crawler: { title: 'Crawler', type: 'string', description: 'The Actor that crawls.', editor: 'textfield' },
      wait: { title: 'Page', type: 'string', description: 'A page to read before the answer.', editor: 'textfield' },
    },
    main: `
import { rm, readFile, writeFile } from 'node:fs/promises';
import { Actor, log } from 'apify';
await Actor.init();
const { startUrls, query, crawler, openAIApiKey, wait } = (await Actor.getInput()) ?? {};
if (openAIApiKey !== 'sk-of-the-test') throw new Error('Enter the key into the input!');
if (!process.env.APIFY_TOKEN) throw new Error('APIFY_TOKEN is missing');
const cache = await Actor.openKeyValueStore('vector-index-cache');
const key = Buffer.from(JSON.stringify(startUrls)).toString('hex').slice(0, 40);
const path = './vector_index';
const cached = await cache.getValue(key);
if (cached) {
  await writeFile(path, cached);
} else {
  log.info('Running the crawler to gather the data...');
  const run = await Actor.apifyClient.actor(crawler).call({ startUrls, maxCrawlPages: 3 });
  const { items } = await Actor.apifyClient.dataset(run.defaultDatasetId).listItems({ clean: true });
  await writeFile(path, JSON.stringify(items));
  await cache.setValue(key, await readFile(path), { contentType: 'application/zip' });
}
await fetch(wait);
const documents = JSON.parse(await readFile(path, 'utf8'));
await rm(path, { recursive: true });
await Actor.setValue('OUTPUT', { input: query, answer: documents.map(({ title }) => title).sort() });
await Actor.pushData({ question: query, sources: documents.length });
await Actor.exit();
`,
  }),
  input: (site, otherActorId) => ({
    startUrls: [{ url: `${site}/page/1` }],
    query: 'Which page is it?',
    openAIApiKey: 'sk-of-the-test',
    crawler: otherActorId,
    wait: `${site}/hold`,
  }),
  released: 'after it was moved',
  items: [{ question: 'Which page is it?', sources: 1 }],
  records: { OUTPUT: 'application/json; charset=utf-8' },
};

/** A program that writes a report and videos, as Cypress and Playwright's test runner do. */
function testing(id: string): TemplateProject {
  const language = id.startsWith('ts') ? 'ts' : 'js';
  const typed = language === 'ts';
  return {
    id,
    files: filesOf({
      id,
      language,
      image: 'actor-node-playwright-chrome',
      dependencies: { apify },
      properties: { baseUrl: { title: 'Page', type: 'string', description: 'The page to test.', editor: 'textfield' } },
      more: {
        'runner.mjs': `
import { mkdirSync, writeFileSync } from 'node:fs';
const response = await fetch(process.argv[2]);
mkdirSync('report/videos', { recursive: true });
writeFileSync('report/index.html', '<h1>' + response.status + '</h1>');
writeFileSync('report/videos/first.mp4', Buffer.alloc(2_000_000, 7));
`,
      },
      main: `
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { promisify } from 'node:util';
import { Actor, log } from 'apify';
await Actor.init();
const input = ((await Actor.getInput()) ?? {})${typed ? ' as { baseUrl: string }' : ''};
await promisify(execFile)('node', ['runner.mjs', input.baseUrl]);
const store = await Actor.openKeyValueStore();
const dataset = await Actor.openDataset();
await store.setValue('report', fs.readFileSync('report/index.html', 'utf8'), { contentType: 'text/html' });
await store.setValue('first-spec-cy-js', fs.readFileSync('report/videos/first.mp4'), { contentType: 'video/mp4' });
const videoLink = await store.getPublicUrl('first-spec-cy-js');
log.info(\`The report is at \${await store.getPublicUrl('report')}\`);
await dataset.pushData({ spec: 'first', passes: 1, hasVideo: videoLink.includes('/records/first-spec-cy-js') });
await Actor.exit();
`,
    }),
    input: (site) => ({ baseUrl: `${site}/hold` }),
    released: 'after it was moved',
    items: [{ spec: 'first', passes: 1, hasVideo: true }],
    records: { report: 'text/html', 'first-spec-cy-js': 'video/mp4' },
  };
}

/** An agent that charges for its start and its result. */
function charging(id: string): TemplateProject {
  return {
    id,
    files: filesOf({
      id,
      language: 'ts',
      image: 'actor-node',
      dependencies: { apify },
      properties: {
        query: { title: 'Query', type: 'string', description: 'What to ask.', editor: 'textfield' },
        modelName: {
          title: 'Model',
          type: 'string',
          description: 'The model.',
          editor: 'textfield',
          default: 'model-mini',
        },
        wait: { title: 'Page', type: 'string', description: 'A page to read.', editor: 'textfield' },
      },
      main: `
import { Actor, log } from 'apify';
interface Input { query: string; modelName: string; wait: string }
await Actor.init();
await Actor.charge({ eventName: 'actor-start' });
const { query, modelName, wait } = (await Actor.getInput()) as Input;
if (!query) throw new Error('A query is required.');
log.info(\`Asking \${modelName}\`);
const response = await (await fetch(wait)).text();
await Actor.charge({ eventName: 'task-completed' });
await Actor.pushData({ query, modelName, response: response.length > 0 });
await Actor.exit();
`,
    }),
    input: (site) => ({ query: 'How many posts?', wait: `${site}/hold` }),
    released: 'after it was moved',
    items: [{ query: 'How many posts?', modelName: 'model-mini', response: true }],
  };
}

const withPuppeteer = { apify, crawlee, puppeteer: '*' };
const withPlaywright = { apify, crawlee, playwright: '*' };

export const templateProjects: readonly TemplateProject[] = [
  { ...crawling('js-crawlee-cheerio', cheerio, 'actor-node'), isInShare: true },
  { ...starting('ts-start'), isInShare: true },
  starting('js-start'),
  empty('js-empty'),
  empty('ts-empty'),
  crawling('js-bootstrap-cheerio-crawler', cheerio, 'actor-node'),
  crawling('js-crawlee-jsdom', jsdom, 'actor-node'),
  crawling('js-crawlee-puppeteer-chrome', puppeteer, 'actor-node-puppeteer-chrome', withPuppeteer),
  crawling('js-crawlee-playwright-chrome', playwright, 'actor-node-playwright-chrome', withPlaywright),
  crawling('ts-crawlee-cheerio', cheerio, 'actor-node'),
  crawling('ts-crawlee-puppeteer-chrome', puppeteer, 'actor-node-puppeteer-chrome', withPuppeteer),
  crawling('ts-crawlee-playwright-chrome', playwright, 'actor-node-playwright-chrome', withPlaywright),
  langchain,
  testing('js-cypress'),
  testing('ts-playwright-test-runner'),
  charging('ts-mastraai'),
  charging('ts-beeai-agent'),
];
