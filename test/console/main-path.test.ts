/**
 * What a new user does: signs in by the link, opens the demo's Actor, fills its form, runs it, watches the log, moves it, sees the
 * timeline, exports CSV, schedules it, and sees the webhook's dispatch. By the mouse, and once more by the keyboard alone.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, goTo } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { type SlowSite, startSlowSite } from './slow-site.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

const demoActor = fileURLToPath(new URL('../../actors/site-crawler', import.meta.url));

/** The crawl lasts while it is looked at. */
const pageMs = 1200;
const pages = 120;

describe.skipIf(chromiumPath === undefined)('the path of a new user', () => {
  let ui: ConsoleUnderTest;
  let site: SlowSite;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    [ui, site, receiver] = await Promise.all([
      startConsole('--allow-private-webhooks'),
      startSlowSite(pages, pageMs),
      startWebhookReceiver(),
    ]);
    const input = JSON.stringify({ startUrls: [{ url: site.url }], maxPages: 1 });
    const { exitCode, stderr } = await ui.platform.wherry('run', demoActor, '--input', input);
    expect(exitCode, stderr).toBe(0);
    const [actor] = (await ui.client.actors().list({ my: true })).items;
    await ui.client.webhooks().create({
      eventTypes: ['ACTOR.RUN.SUCCEEDED'],
      condition: { actorId: actor!.id },
      requestUrl: receiver.url,
    });
  });
  afterAll(async () => {
    await ui[Symbol.asyncDispose]();
    await Promise.all([site[Symbol.asyncDispose](), receiver[Symbol.asyncDispose]()]);
  });

  /** A browser that has never been there opens the link that the terminal shows. */
  async function signedInByLink(): Promise<Page> {
    const page = await ui.pageOf(undefined);
    const { url } = await ui.platform.json<{ url: string }>('console');
    // Before it has signed in, the console asks who it is.
    ui.allowProblem(/status of 401/);
    await goTo(page, url);
    await page.getByRole('button', { name: 'Sign in as wherry' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).not.toContain('code=');
    return page;
  }

  const runIdOf = (page: Page): string => /\/runs\/(\w+)/.exec(page.url())![1]!;
  const handoffsOf = async (runId: string) =>
    (await ui.call<{ items: { mode: string; outcome: string }[] }>('GET', `/wherry/v1/runs/${runId}/handoffs`)).items;
  const succeeded = (runId: string) =>
    until(`the run ${runId} has succeeded`, async () => (await ui.client.run(runId).get())?.status === 'SUCCEEDED');

  test('by the mouse', async () => {
    const page = await signedInByLink();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Actors' }).click();
    await page.getByRole('link', { name: 'Site crawler' }).click();
    const url = page.getByRole('textbox', { name: 'Start URLs: URL 1' });
    await url.fill(site.url);
    await page.getByRole('textbox', { name: 'Maximum pages maxPages' }).fill(`${pages}`);
    await page.getByRole('button', { name: 'Start and open' }).click();
    await page.waitForURL('**/console/runs/*');
    const runId = runIdOf(page);

    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByText('Starting the crawler').first().waitFor();

    await page.getByRole('button', { name: 'Move…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Move Site crawler' });
    await dialog.getByRole('radio', { name: /^Warm/ }).check();
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await until('the run was moved', async () => (await handoffsOf(runId)).some(({ outcome }) => outcome === 'done'));
    expect(await handoffsOf(runId)).toMatchObject([{ mode: 'warm' }]);
    await dialog.getByRole('button', { name: 'Close' }).last().click();

    await page
      .getByText(/warm.* down/)
      .first()
      .waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'As a table' }).click();
    await page.getByRole('cell', { name: /warm/ }).first().waitFor();
    await succeeded(runId);
    await page.getByRole('status').filter({ hasText: 'Succeeded' }).first().waitFor();

    await page.getByRole('tab', { name: /^Output/ }).click();
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('combobox', { name: 'Format' }).selectOption('csv');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const rows = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(rows[0]).toContain('url');
    expect(rows.length - 1).toBe(
      (await ui.client.dataset((await ui.client.run(runId).get())!.defaultDatasetId).get())!.itemCount,
    );
    expect(rows.length - 1).toBeGreaterThanOrEqual(pages);

    await page.getByRole('link', { name: 'Site crawler' }).first().click();
    await page.getByRole('tab', { name: 'Schedules' }).click();
    await page.getByRole('link', { name: 'New schedule' }).click();
    await page.getByRole('button', { name: 'Hourly' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('each-hour');
    await page.getByRole('button', { name: 'Make the schedule' }).click();
    await until('there is a schedule', async () => (await ui.client.schedules().list()).total === 1);

    await until('the webhook was called', () => receiver.received.some((body) => body.includes(runId)));
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByRole('tab', { name: /^Dispatches/ }).click();
    await page.getByRole('link', { name: `Run ${runId}` }).waitFor();
    await page.context().close();
    ui.checkProblems();
  });

  test('by the keyboard alone', async () => {
    const page = await signedInByLink();
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    /** What has the focus, by its name. */
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: element } = document;
        if (element === document.body) return 'nothing';
        const label =
          element?.getAttribute('aria-label') ?? (element as HTMLInputElement | null)?.labels?.[0]?.innerText;
        return `${element?.getAttribute('role') ?? element?.tagName.toLowerCase()} ${label ?? (element as HTMLElement | null)?.innerText ?? ''}`;
      });
    const tabTo = async (name: RegExp) => {
      const passed: string[] = [];
      for (let step = 0; step < 150; step += 1) {
        const now = await focused();
        if (name.test(now)) return;
        passed.push(now);
        await press('Tab');
      }
      throw new Error(`No Tab leads to ${name}. It passed: ${passed.slice(0, 60).join(' | ')}`);
    };
    await press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor();
    await page.keyboard.type('Site crawler');
    await page
      .getByRole('option', { name: /^Site crawler/ })
      .first()
      .waitFor();
    await press('Enter');
    await page.getByRole('button', { name: 'Start and open' }).waitFor();
    await tabTo(/^(?:input|textarea) Start URLs: URL 1$/);
    await press('Control+a');
    await page.keyboard.type(site.url);
    expect(await page.getByRole('textbox', { name: 'Start URLs: URL 1' }).inputValue()).toBe(site.url);
    await tabTo(/^button Start and open/);
    await press('Enter');
    await page.waitForURL('**/console/runs/*');
    const runId = runIdOf(page);

    await page.getByRole('tab', { name: /^Output/ }).waitFor();
    await tabTo(/^tab Output/);
    await press('ArrowRight', 'Enter');
    await page.getByText('Starting the crawler').first().waitFor();
    await page.getByRole('button', { name: 'Move…', disabled: false }).waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await tabTo(/^button Move…/);
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Move Site crawler' });
    await dialog.waitFor();
    await tabTo(/^button Move$/);
    await press('Enter');
    await until('the run was moved', async () => (await handoffsOf(runId)).some(({ outcome }) => outcome === 'done'));
    await press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await tabTo(/^button As a table/);
    await press('Enter');
    await page.getByRole('cell', { name: /warm/ }).first().waitFor();
    await succeeded(runId);

    await tabTo(/^tab /);
    await press('Home', 'Enter');
    // The page of a run that has ended is drawn anew once: not while a key is pressed.
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    await ui.settled(page);
    await tabTo(/^button Export…/);
    await press('Enter');
    await page.getByRole('dialog', { name: 'Export items' }).waitFor();
    await tabTo(/^select Format/);
    await page.keyboard.type('CSV');
    await tabTo(/^a Download/);
    const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);

    await page.getByRole('dialog', { name: 'Export items' }).waitFor({ state: 'hidden' });
    await press('g', 'w');
    await page.waitForURL('**/console/webhooks');
    await page.getByRole('link', { name: receiver.url }).waitFor();
    await tabTo(new RegExp(`^a ${receiver.url}`));
    await press('Enter');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await until('the webhook was called', () => receiver.received.some((body) => body.includes(runId)));
    await page.context().close();
    ui.checkProblems();
  });

  test('the console connects again after the platform was killed, and shows what the run has done since', async () => {
    const [actor] = (await ui.client.actors().list({ my: true })).items;
    const { id } = await ui.client.actor(actor!.id).start({ startUrls: [{ url: site.url }], maxPages: 0 });
    await ui.visit(`/runs/${id}`);
    const results = ui.page.locator('dl > div').filter({ hasText: 'Results' }).locator('dd');
    const shown = async () => Number((await results.innerText()).replaceAll(',', '').split(' ')[0]);
    await expect.poll(shown).toBeGreaterThan(0);
    await ui.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await ui.kill();
    await ui.page.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
    const before = await shown();
    await ui.startAgain();
    await ui.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await expect.poll(shown).toBeGreaterThan(before);
    await ui.client.run(id).abort();
    await ui.page.getByRole('status').filter({ hasText: 'Aborted' }).first().waitFor();
    ui.checkProblems();
  });
});
