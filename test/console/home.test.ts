/** The overview, the servers and their drains, the proofs, and the palette, with real runs. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { hostileText, hostileTextOf, hostileTexts } from './hostile-texts.ts';
import { proofReport } from './proof-report.ts';
import { deployWorker } from './worker-actor.ts';

interface Server {
  readonly id: string;
  readonly state: string;
  readonly activeAttempts: number;
}

describe.skipIf(chromiumPath === undefined)('the home pages', () => {
  let ui: ConsoleUnderTest;
  let actorId: string;
  let runId: string;
  beforeAll(async () => {
    ui = await startConsole();
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  const servers = async () => (await ui.call<{ items: Server[] }>('GET', '/wherry/v1/servers')).items;
  /** Where the run is. */
  const busyServer = () =>
    until('a server has the run', async () => (await servers()).find(({ activeAttempts }) => activeAttempts === 1));
  const main = () => ui.page.getByRole('main');

  test('the overview of an empty platform says what to do', async () => {
    await ui.checkPage('/', { shows: 'Nothing is running' });
    await main().getByText('All is well').waitFor();
    await main().getByRole('link', { name: 'Choose an Actor' }).waitFor();
  });

  test('pages of servers and proofs of an empty platform', async () => {
    await ui.checkPage('/servers', { shows: 'No run is here.' });
    await ui.checkPage('/proof', { shows: 'There is no Actor yet' });
  });

  test('the overview shows what fails and runs, whatever their texts are', async () => {
    actorId = await deployWorker(ui.client, 'worker');
    await ui.client.actor(actorId).update({ title: hostileTextOf(200) });
    await ui.client.schedules().create({
      ...{
        name: 'nightly',
        title: hostileTextOf(63),
        cronExpression: '0 3 * * *',
        isEnabled: true,
        isExclusive: false,
      },
      actions: [{ type: 'RUN_ACTOR', actorId } as never],
    });
    const failed = await ui.client.actor(actorId).start({ pages: 1, everyMs: 1, error: hostileText });
    await ui.client.run(failed.id).waitForFinish();
    const input = { pages: 2000, everyMs: 100, statusMessage: hostileText };
    runId = (await ui.client.actor(actorId).start(input, { memory: 256 })).id;
    await ui.checkPage('/', { shows: '1 run failed in the last 24 hours.' });
    await main().getByText('Something is wrong').waitFor();
    await main().getByText(`ERROR ${hostileTexts.image}`, { exact: false }).first().waitFor();
    await main().getByRole('progressbar').waitFor();
    await main().getByRole('link', { name: '1', exact: true }).first().click();
    await ui.page.waitForURL('**/console/runs?status=*');
    ui.checkProblems();
  });

  test('the overview lists the runs that ended last, and those that end meanwhile', async () => {
    await ui.visit('/');
    const recent = main()
      .locator('section')
      .filter({ has: ui.page.getByRole('heading', { name: /^Recent runs/ }) });
    const lines = recent.getByRole('listitem');
    await expect.poll(() => lines.allTextContents()).toHaveLength(1);
    expect(await lines.first().textContent()).toMatch(/^Failed.*took .*ago$/);
    // It was started before the one that ends before it.
    const long = await ui.client.actor(actorId).start({ pages: 400, everyMs: 10 }, { memory: 256 });
    const short = await ui.client.actor(actorId).start({ pages: 1, everyMs: 1 }, { memory: 256 });
    const hrefs = () => lines.locator('a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    await expect.poll(async () => (await hrefs())[0]).toBe(`/console/runs/${short.id}`);
    expect(await lines.first().textContent()).toMatch(/^Succeeded/);
    await ui.client.run(long.id).abort();
    await expect
      .poll(async () => (await hrefs()).slice(0, 2))
      .toEqual([`/console/runs/${long.id}`, `/console/runs/${short.id}`]);
    await recent.getByRole('link', { name: 'All runs' }).click();
    await ui.page.waitForURL('**/console/runs');
    ui.checkProblems();
  });

  test('the overview changes by itself when a run is moved', async () => {
    await ui.visit('/');
    const handoffs = main().locator('dl > div').filter({ hasText: 'Handoffs in 24 h' }).locator('dd');
    await expect.poll(() => handoffs.textContent()).toMatch(/^0/);
    await ui.call('POST', `/wherry/v1/runs/${runId}/migrate`, { mode: 'cold' });
    await expect.poll(() => handoffs.textContent()).toMatch(/^1.*down in the median/);
    await handoffs.getByRole('link', { name: '1' }).click();
    const list = ui.page.getByRole('region', { name: 'Handoffs' });
    await list.getByRole('row').nth(1).waitFor();
    expect(await list.getByRole('row').count(), 'the heading and what the figure counts').toBe(2);
    const row = await list.getByRole('row').nth(1).innerText();
    expect(row).toMatch(/local-\d → local-\d/);
    expect(row).toMatch(/cold[\s\S]*(?:ms|s)[\s\S]*Done/);
    await ui.checkPage('/servers?tab=handoffs', { shows: /local-\d → local-\d/ });
    await ui.page.getByLabel('Mode').selectOption('lost');
    await ui.page.getByText('Nothing fits').waitFor();
    await ui.page.getByLabel('Mode').selectOption('cold');
    await list.getByRole('link').first().click();
    await ui.page.waitForURL(`**/console/runs/${runId}`);
    ui.checkProblems();
  });

  test('a drain says what it will do, shows each handoff, and ends with the downtime', async () => {
    const { id } = await busyServer();
    await ui.visit('/servers');
    await ui.checkPage('/servers', { shows: '256 MB' });
    const card = main()
      .getByRole('listitem')
      .filter({ has: ui.page.getByRole('heading', { name: id }) });
    await card.getByRole('button', { name: 'Drain…' }).click();
    const panel = ui.page.getByRole('dialog', { name: `Drain ${id}` });
    await panel.getByText('1 run is moved to other servers').waitFor();
    await panel.getByRole('cell', { name: 'wherry' }).waitFor();
    await ui.checkAccess();
    await panel.getByRole('button', { name: `Drain ${id}` }).click();
    await panel.getByText(`${id} is drained. 1 run has moved. The machine may go.`).waitFor();
    await panel.getByText('Moved', { exact: true }).last().waitFor();
    await expect.poll(() => panel.locator('dl').innerText()).toMatch(/Worst downtime\s+[\d.]+ (?:ms|s)/);
    expect((await servers()).find((each) => each.id === id)).toMatchObject({ state: 'draining', activeAttempts: 0 });
    await ui.checkAccess();
    await ui.checkNarrow();
    // It is found again after the page was loaded anew.
    await ui.page.reload();
    await panel.getByText(`${id} is drained.`).waitFor();
    await panel.getByRole('button', { name: 'Undrain' }).click();
    await card.getByText('Ready').waitFor();
    expect((await servers()).every(({ state }) => state === 'ready')).toBe(true);
    ui.checkProblems();
  });

  test('a drain without room elsewhere warns before, and lists what stays with the reason', async () => {
    const { id } = await busyServer();
    const other = (await servers()).find((each) => each.id !== id)!;
    await ui.call('POST', `/wherry/v1/servers/${other.id}/drain`);
    await ui.visit(`/servers?drain=${id}`);
    const panel = ui.page.getByRole('dialog', { name: `Drain ${id}` });
    await panel.getByText('No other server is ready').waitFor();
    await panel.getByRole('button', { name: `Drain ${id}` }).click();
    await panel.getByText('1 run could not be moved').waitFor();
    await panel.getByText('Not moved', { exact: true }).last().waitFor();
    await ui.checkAccess();
    for (const each of [id, other.id]) await ui.call('POST', `/wherry/v1/servers/${each}/undrain`);
    await panel.getByRole('button', { name: 'Close' }).last().click();
    await main().getByText('Ready').nth(1).waitFor();
    ui.checkProblems();
  });

  test('a member sees why servers are not shown, and an overview without them', async () => {
    const { token } = await ui.platform.json<{ token: string }>('users', 'add', 'jane');
    const page = await ui.pageOf(token);
    await ui.visit('/servers', page);
    await page.getByText('Servers are for administrators').waitFor();
    await page.getByText('No run was moved').waitFor();
    await ui.checkAccess(page);
    await ui.visit('/', page);
    await page.getByText('All is well').waitFor();
    expect(await page.getByRole('heading', { name: 'Servers' }).count()).toBe(0);
    await page.context().close();
    ui.checkProblems();
  });

  test('a published report is a matrix whose cells lead to trials, whatever its texts are', async () => {
    const { id } = await ui.call<{ id: string }>('POST', `/wherry/v1/actors/${actorId}/proofs`, {
      report: proofReport(hostileText),
    });
    await ui.checkPage(`/proof/${id}`, { shows: 'Faults by writes' });
    await main().getByRole('button', { name: 'kill at push: 1 of 2 failed' }).click();
    await main().getByRole('heading', { name: 'kill at push' }).waitFor();
    expect(new URL(ui.page.url()).searchParams.get('cell')).toBe('kill@push');
    await main().getByText('Log of kill@push#1:after').click();
    await main().getByText(hostileTexts.script, { exact: false }).first().waitFor();
    await ui.checkPage(`/proof/${id}?cell=kill%40push`, { shows: 'Log of kill@push#1:after' });
    await ui.checkPage(`/proof?actor=${actorId}`, { shows: 'Verdicts on' });
    // Another page has read the Actor's name before.
    await ui.visit(`/runs/${runId}`);
    await ui.page.getByRole('link', { name: 'Proof', exact: true }).click();
    await main().locator(`a[href$="/proof/${id}"]`).click();
    await main()
      .getByRole('heading', { level: 1, name: `Proof of ${hostileTextOf(200)}` })
      .waitFor();
    ui.checkProblems();
  });

  test('a report is opened from a file, published from there, and deleted', async () => {
    await ui.visit('/proof');
    const field = ui.page.locator('#report-file');
    const choose = async (name: string, content: string | Buffer) => {
      const file = path.join(ui.dataFolder, name);
      await writeFile(file, content);
      await field.setInputFiles(file);
    };
    await choose('package.json', '{"name":"no report"}');
    await main().getByText('This is no report of wherry prove.').waitFor();
    await choose('large.json', Buffer.alloc(21 * 1024 * 1024, ' '));
    await main().getByText('a report may have 20 MB').waitFor();
    await choose('report.json', JSON.stringify(proofReport('an item')));
    await main().getByRole('button', { name: 'kill at push: 1 of 2 failed' }).waitFor();
    await ui.checkAccess();
    await ui.checkNarrow();
    await main().getByRole('button', { name: 'Publish' }).click();
    await ui.page.waitForURL('**/console/proof/*');
    await main().getByText('Verdicts on').waitFor();
    const proofId = new URL(ui.page.url()).pathname.split('/').at(-1)!;
    await main().getByRole('button', { name: 'Delete' }).click();
    const asked = ui.page.getByRole('dialog');
    const label = (await asked.getByText(/^Type .* to confirm$/).textContent())!;
    await asked.getByRole('textbox').fill(label.replace(/^Type (.*) to confirm$/, '$1'));
    await asked.getByRole('button', { name: 'Delete' }).click();
    await ui.page.waitForURL('**/console/proof?actor=*');
    await ui.page.getByText('The report was deleted.').waitFor();
    await expect(ui.call('GET', `/wherry/v1/proofs/${proofId}`)).rejects.toThrow('404');
    ui.checkProblems();
  });

  test('the palette finds what there is, goes there, and remembers it', async () => {
    await ui.visit('/');
    await ui.page.keyboard.press('Control+k');
    const field = ui.page.getByRole('combobox', { name: 'Search or jump to' });
    await field.waitFor();
    await ui.checkAccess();
    await field.fill('sched');
    await ui.page.getByRole('option', { name: /^Schedules/ }).waitFor();
    await ui.page.keyboard.press('Enter');
    await ui.page.waitForURL('**/console/schedules');
    // By a run's id, by the keyboard alone.
    await ui.page.keyboard.press('Control+k');
    await field.waitFor();
    await ui.page.getByRole('option', { name: 'Schedules Page' }).waitFor();
    await field.fill(runId);
    await ui.page.getByRole('option', { name: runId, exact: false }).first().waitFor();
    await ui.page.keyboard.press('Enter');
    await ui.page.waitForURL(`**/console/runs/${runId}`);
    // An action; and Escape, which gives the focus back.
    const search = ui.page.getByRole('button', { name: 'Search or jump to' });
    await search.click();
    await field.fill('dark');
    await ui.page.getByRole('option', { name: 'Use the dark theme' }).waitFor();
    await ui.page.keyboard.press('Enter');
    await expect.poll(() => ui.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await ui.page.evaluate(() => localStorage.clear());
    await search.click();
    await field.fill('nothing has this name');
    await ui.page.getByText('Nothing has this name.').waitFor();
    await ui.checkNarrow();
    await ui.page.keyboard.press('Escape');
    await expect.poll(() => search.evaluate((button) => button === document.activeElement)).toBe(true);
    await ui.checkHarmless();
    ui.checkProblems();
  });
});
