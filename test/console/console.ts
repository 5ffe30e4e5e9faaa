/**
 * The built console in a real browser, signed in at a real platform in a process of its own.
 *
 *     describe.skipIf(chromiumPath === undefined)('my pages', () => {
 *       let ui: ConsoleUnderTest;
 *       beforeAll(async () => void (ui = await startConsole()));
 *       afterAll(() => ui[Symbol.asyncDispose]());
 *       test('…', async () => {
 *         const { id } = await ui.client.actors().create({ … });   // real data, by the stock client or `ui.call`
 *         await ui.checkPage(`/actors/${id}`);                     // axe in both themes, 390 px, nothing in the browser's console
 *         await ui.page.getByRole('button', { name: 'Start' }).click();
 *         ui.checkProblems();
 *       });
 *     });
 *
 * Whatever a browser complains of fails the test: errors in its console, exceptions, requests that fail, violations of the
 * Content-Security-Policy, and hostile texts that are run. What a test expects of it is told before, with `allowProblem`.
 */
import { rm } from 'node:fs/promises';
import type { ApifyClient } from 'apify-client';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { dataFolderOfTest, type LivePlatform, livePlatformOf } from '../../packages/cli/test/live-platform.ts';
import { ensureConsoleBuilt } from '../../scripts/build-console.mjs';
import { chromiumPath, goTo } from '../support/browser.ts';
import { accessFaults } from './axe.ts';
import { hostileMark } from './hostile-texts.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };

/** What a quiet machine does in a fifth. */
const waitMs = 30_000;

interface CheckPageOptions {
  /** Something that is there once the page has its data, and only then. */
  readonly shows?: string | RegExp;
}

export class ConsoleUnderTest implements AsyncDisposable {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly dataFolder: string;
  #live: LivePlatform;
  readonly #options: readonly string[];
  readonly #allowed: RegExp[] = [];
  #problems: string[] = [];

  /** Made by `startConsole`. */
  constructor(
    started: { live: LivePlatform; dataFolder: string; options: readonly string[] },
    { browser, context, page }: { browser: Browser; context: BrowserContext; page: Page },
  ) {
    this.#live = started.live;
    this.#options = started.options;
    this.dataFolder = started.dataFolder;
    this.browser = browser;
    this.context = context;
    this.page = page;
    this.watch(page);
  }

  get url(): string {
    return this.#live.url;
  }

  get platform(): LivePlatform {
    return this.#live;
  }

  get client(): ApifyClient {
    return this.#live.client;
  }

  /** Calls the API with the platform's token. Resolves with what is in `data`, or undefined without a body. */
  async call<Data>(method: string, path: string, body?: unknown): Promise<Data> {
    const response = await fetch(this.#live.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#live.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text).data) as Data;
  }

  /** A page of another browser, of the user with this token, or of nobody yet. It is closed with the browser. */
  async pageOf(token: string | undefined): Promise<Page> {
    const context = await newContext(this.browser, this.url);
    if (token !== undefined) await signIn(context, token);
    const page = await context.newPage();
    this.watch(page);
    return page;
  }

  /** Collects what the browser complains of, also for further pages of the context. */
  watch(page: Page): void {
    const add = (problem: string) => this.#problems.push(problem);
    page.setDefaultTimeout(waitMs);
    page.on('pageerror', (error) => add(`exception: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') add(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // A page that is left ends its requests.
      if (reason !== 'net::ERR_ABORTED') add(`request: ${request.method()} ${request.url()}: ${reason}`);
    });
    page.on('dialog', (dialog) => {
      add(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** What a test causes on purpose, e.g. `/responded with a status of 404/`. Holds until the next `checkProblems`. */
  allowProblem(problem: RegExp): void {
    this.#allowed.push(problem);
  }

  /** @throws when the browser has complained of anything since the last check */
  checkProblems(): void {
    const problems = this.#problems.filter((problem) => !this.#allowed.some((allowed) => allowed.test(problem)));
    this.#problems = [];
    this.#allowed.length = 0;
    expectNone(problems, 'The browser complained');
  }

  /** Opens a page by its path below `/console`, and waits until its heading and its data are there. */
  async visit(path: string, page = this.page): Promise<void> {
    await goTo(page, `${this.url}/console${path}`);
    await page.locator('h1').first().waitFor();
    await this.settled(page);
  }

  /** Waits until nothing on the page is being loaded. */
  async settled(page = this.page): Promise<void> {
    await expect
      .poll(() => page.locator('[aria-busy="true"]').count(), {
        timeout: waitMs,
        message: 'parts of the page that are loaded',
      })
      .toBe(0);
  }

  /** axe finds nothing serious on the page as it stands, in either theme. */
  async checkAccess(page = this.page): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expectNone(await accessFaults(page), `In the ${colorScheme} theme of ${page.url()}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  }

  /** At 390 px the document does not scroll sideways. */
  async checkNarrow(page = this.page): Promise<void> {
    await page.setViewportSize(narrow);
    const tooWide = await page.evaluate(() => {
      const { clientWidth, scrollWidth } = document.documentElement;
      if (scrollWidth <= clientWidth) return [];
      // The innermost ones: a text that does not break is wider than its own element.
      const isTooWide = (each: Element) =>
        each.getBoundingClientRect().right > clientWidth || each.scrollWidth > Math.max(each.clientWidth, 1);
      const all = [...document.querySelectorAll('main *')].filter(isTooWide);
      const inner = all.filter((each) => !all.some((other) => other !== each && each.contains(other)));
      return [
        `the document is ${scrollWidth} px wide`,
        ...inner.slice(0, 5).map((each) => each.outerHTML.slice(0, 300)),
      ];
    });
    await page.setViewportSize(wide);
    expectNone(tooWide, `Wider than ${narrow.width} px on ${page.url()}`);
  }

  /** No text of a user has become a part of the page. */
  async checkHarmless(page = this.page): Promise<void> {
    const found = await page.evaluate(
      (mark) => ({ wasRun: mark in window, images: document.querySelectorAll('img[src="x"]').length }),
      hostileMark,
    );
    expect(found, `hostile texts on ${page.url()}`).toEqual({ wasRun: false, images: 0 });
  }

  /** All that holds for every page. */
  async checkPage(path: string, { shows }: CheckPageOptions = {}): Promise<void> {
    await this.visit(path);
    if (shows !== undefined) await this.page.getByText(shows).first().waitFor();
    await this.checkAccess();
    await this.checkNarrow();
    await this.checkHarmless();
    this.checkProblems();
  }

  /** Kills the platform, as a power cut does. What the browser complains of until it is up again is allowed. */
  async kill(): Promise<void> {
    this.allowProblem(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|status of 50\d/);
    await this.#live.kill();
  }

  /** Starts the platform again at the same address with the same data. */
  async startAgain(): Promise<void> {
    this.#live = await startPlatform(this.dataFolder, new URL(this.#live.url).port, this.#options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.#live[Symbol.asyncDispose]();
    await rm(this.dataFolder, { recursive: true, force: true });
  }
}

const startPlatform = (dataFolder: string, port: string, options: readonly string[]): Promise<LivePlatform> =>
  livePlatformOf(['up', '--port', port, '--data', dataFolder, '--json', ...options]);

function expectNone(faults: readonly string[], what: string): void {
  if (faults.length > 0) expect.fail(`${what}:\n${faults.join('\n')}`);
}

/**
 * Ended with `await using` or in `afterAll`.
 * @param options further ones of `wherry up`
 */
export async function startConsole(...options: string[]): Promise<ConsoleUnderTest> {
  if (!ensureConsoleBuilt()) throw new Error('The console could not be built.');
  const dataFolder = await dataFolderOfTest();
  const [live, browser] = await Promise.all([startPlatform(dataFolder, '0', options), launch()]);
  const context = await newContext(browser, live.url);
  const ui = new ConsoleUnderTest({ live, dataFolder, options }, { browser, context, page: await context.newPage() });
  await signIn(context, live.token);
  return ui;
}

const newContext = (browser: Browser, baseURL: string): Promise<BrowserContext> =>
  browser.newContext({
    baseURL,
    viewport: wide,
    colorScheme: 'light',
    // Colours that fade in would be measured half-way.
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });

/** As the page of the console does, whose cookies the context has. */
async function signIn(context: BrowserContext, token: string): Promise<void> {
  const response = await context.request.post('/wherry/v1/session', { data: { token } });
  if (response.status() !== 201) throw new Error(`signing in returned ${response.status()}: ${await response.text()}`);
}

const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
