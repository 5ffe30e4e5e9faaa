/** The way from a terminal into the console, in a browser. */
import { rm } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataFolderOfTest, type LivePlatform, startLive } from '../../packages/cli/test/live-platform.ts';
import { ensureConsoleBuilt } from '../../scripts/build-console.mjs';
import { chromiumPath, goTo } from '../support/browser.ts';

describe.skipIf(chromiumPath === undefined)('signing in', () => {
  let dataFolder: string;
  let live: LivePlatform;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    if (!ensureConsoleBuilt()) throw new Error('The console could not be built.');
    dataFolder = await dataFolderOfTest();
    live = await startLive(dataFolder);
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await live?.[Symbol.asyncDispose]();
    await rm(dataFolder, { recursive: true, force: true });
  });

  /** A browser of its own, that complains where the console's policy is not kept. */
  async function openBrowser(): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', ({ message }) => problems.push(message));
    return page;
  }

  const linkOf = async () => (await live.json<{ url: string }>('console')).url;
  const cookiesOf = async (page: Page) => await page.context().cookies(live.url);
  const isInside = (page: Page) => page.waitForURL((address) => !address.pathname.includes('sign-in'));

  test('a link signs in once, and neither the address nor a script has what it has used', async () => {
    const link = await linkOf();
    const page = await openBrowser();
    await goTo(page, link);
    await isInside(page);
    expect(page.url()).toBe(`${live.url}/console/`);
    expect(await cookiesOf(page)).toMatchObject([
      { name: 'wherry-session', httpOnly: true, sameSite: 'Strict', path: '/' },
    ]);
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.reload();
    await page.locator('h1').first().waitFor();
    expect(new URL(page.url()).pathname, 'it stays signed in').toBe('/console/');

    const another = await openBrowser();
    await goTo(another, link);
    await another
      .getByText(/used already/)
      .first()
      .waitFor();
    expect(await cookiesOf(another)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('the platform’s address leads to the console, which asks for a token, and refuses a wrong one', async () => {
    const page = await openBrowser();
    await goTo(page, live.url);
    await page.waitForURL(/\/console\/sign-in/);
    const token = page.getByLabel('API token');
    await token.fill('not-the-token');
    await token.press('Enter');
    await page
      .getByText(/not valid/)
      .first()
      .waitFor();
    await token.fill(live.token);
    await token.press('Enter');
    await isInside(page);
    expect((await cookiesOf(page)).length).toBe(1);
    expect(problems).toEqual([]);
  });
});
