/** The way from a terminal into the console, in a browser. */
import { rm } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataFolderOfTest, type LivePlatform, startLive } from '../../packages/cli/test/live-platform.ts';
import { ensureConsoleBuilt } from '../../scripts/build-console.mjs';
import { chromiumPath, goTo } from '../support/browser.ts';
import { accessFaults } from './axe.ts';

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
  const enterAs = (page: Page, username: string) =>
    page.getByRole('button', { name: `Sign in as ${username}`, exact: true });
  const isInside = (page: Page) => page.waitForURL((address) => !address.pathname.includes('sign-in'));

  test('a link signs in once, and neither the address nor a script has what it has used', async () => {
    const link = await linkOf();
    const page = await openBrowser();
    await goTo(page, link);
    await enterAs(page, 'wherry').waitFor();
    expect(page.url(), 'the code is not in the history').toBe(`${live.url}/console/sign-in`);
    expect(await cookiesOf(page), 'to open a link signs nobody in').toEqual([]);
    expect(await accessFaults(page)).toEqual([]);
    await enterAs(page, 'wherry').click();
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

  test('[browser-session-9] a link that is opened in a browser of somebody else says so, and replaces them on a click alone', async () => {
    await live.wherry('users', 'add', 'jane');
    const page = await openBrowser();
    await page.context().request.post(`${live.url}/wherry/v1/session`, { data: { token: live.token } });
    const usernameOf = async () => {
      const { data } = await (await page.context().request.get(`${live.url}/wherry/v1/session`)).json();
      return data.username as string;
    };
    const token = (await live.wherry('tokens', 'add', 'of-jane', '--user', 'jane')).stdout.trim();
    const link = (await live.json<{ url: string }>('console', '--token', token)).url;
    await goTo(page, link);
    await page.getByText('You are signed in as wherry').waitFor();
    await page.getByText('of-jane').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    const card = await page.locator('main > *').boundingBox();
    expect(card!.x + card!.width, 'the right edge of the card at 390 px').toBeLessThan(390);
    await page.getByRole('link', { name: 'Stay signed in as wherry' }).click();
    await isInside(page);
    expect(await usernameOf()).toBe('wherry');
    // The palette keeps what was chosen last, of which the next user is told nothing.
    await page.evaluate(() => localStorage.setItem('wherry-recent', '["page:/runs"]'));
    await goTo(page, link);
    await enterAs(page, 'jane').click();
    await isInside(page);
    expect(await usernameOf()).toBe('jane');
    await page.getByRole('button', { name: 'jane' }).waitFor();
    expect(await page.evaluate(() => localStorage.getItem('wherry-recent'))).toBeNull();

    // It was used: who is signed in stays so.
    await goTo(page, link);
    await page
      .getByText(/used already/)
      .first()
      .waitFor();
    expect(await usernameOf()).toBe('jane');
    await page.getByRole('button', { name: 'Sign in with a token' }).click();
    await page.getByLabel('API token').waitFor();
    // Another link in the same tab changes the fragment alone.
    const another = await linkOf();
    await page.evaluate((address) => location.assign(address), another);
    await enterAs(page, 'wherry').click();
    await isInside(page);
    expect(await usernameOf()).toBe('wherry');
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
