/** The pages of runs: a run that is moved by the button, one that is aborted and resurrected, and logs. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actorFolder } from '../../packages/cli/test/live-platform.ts';
import { chromiumPath } from '../support/browser.ts';
import { deployFiles } from '../support/deploy.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { hostileText, hostileTexts } from './hostile-texts.ts';

const counterFiles = Object.fromEntries(
  ['main.js', 'package.json'].map((name) => [name, readFileSync(`${actorFolder('counter')}/${name}`, 'utf8')]),
);

const packageJson = JSON.stringify({
  name: 'printer',
  version: '1.0.0',
  type: 'module',
  scripts: { start: 'node main.js' },
});

/** Prints what its input says, and says it in its status message too. */
const printerFiles = {
  'package.json': packageJson,
  'main.js': `
const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token, ACTOR_RUN_ID: run, ACTOR_DEFAULT_KEY_VALUE_STORE_ID: store } = process.env;
const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
const input = await (await fetch(url + '/v2/key-value-stores/' + store + '/records/INPUT', { headers })).json();
if (input.message) {
  const body = JSON.stringify({ statusMessage: input.message });
  await fetch(url + '/v2/actor-runs/' + run, { method: 'PUT', headers, body });
}
for (const line of input.lines ?? []) console.log(line);
let text = '';
for (let index = 1; index <= (input.count ?? 0); index += 1) {
  text += '\\u001b[3' + (index % 8) + 'm' + (index % 1000 === 0 ? 'WARN' : 'INFO') + '\\u001b[39m  line ' + index + ' of many\\n';
  if (index % 1000 !== 0) continue;
  await new Promise((resolve) => process.stdout.write(text, resolve));
  text = '';
}
process.exitCode = input.exitCode ?? 0;`,
};

describe.skipIf(chromiumPath === undefined)('the pages of runs', () => {
  let ui: ConsoleUnderTest;
  let counterId: string;
  let printerId: string;
  beforeAll(async () => {
    ui = await startConsole();
    counterId = (await deployFiles(ui.client, 'counter', counterFiles)).actorId;
    printerId = (await deployFiles(ui.client, 'printer', printerFiles)).actorId;
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  const startCounter = () => ui.client.actor(counterId).start({ everyMs: 100 });
  const print = async (input: object) => {
    const { id } = await ui.client.actor(printerId).start(input);
    return ui.client.run(id).waitForFinish();
  };
  /** Lets a counter end by itself. */
  const endCounter = (storeId: string) => ui.client.keyValueStore(storeId).setRecord({ key: 'ENOUGH', value: {} });
  const status = () => ui.page.locator('h1 [role="status"]');
  const dialog = () => ui.page.getByRole('dialog');

  test('a run that is moved warm by the button shows its handoff on the timeline, in the table and in its events', async () => {
    const run = await startCounter();
    await ui.visit(`/runs/${run.id}`);
    await expect.poll(() => status().textContent()).toBe('Running');
    // It is at work once it has given a result.
    await expect.poll(() => ui.page.getByRole('tab', { name: /Output/ }).textContent()).toMatch(/Output[1-9]/);
    await ui.page.getByRole('button', { name: 'Move…' }).click();
    await dialog().getByText('The next attempt boots on the other server').waitFor();
    await ui.checkAccess();
    await ui.checkNarrow();
    await dialog().getByRole('button', { name: 'Move', exact: true }).click();
    await dialog()
      .getByText(/Moved from local-1 to local-2, .* down/)
      .waitFor();
    await dialog().getByRole('button', { name: 'Close' }).first().click();
    await ui.page.locator('svg text', { hasText: /^warm · / }).waitFor();
    await ui.page.locator('svg text', { hasText: 'local-2' }).waitFor();
    const timeline = ui.page.getByRole('slider');
    await timeline.focus();
    await timeline.press('Home');
    await timeline.press('ArrowRight');
    await expect.poll(() => timeline.getAttribute('aria-valuetext')).toMatch(/attempt 1 boots on local-1/);
    // The next moment is one of the second attempt's, while the first one works.
    await timeline.press('ArrowRight');
    await expect.poll(() => timeline.getAttribute('aria-valuetext')).toMatch(/attempt 1 active on local-1/);
    await timeline.press('+');
    await expect.poll(() => ui.page.url()).toMatch(/window=\d+-\d+/);
    await ui.page.reload();
    await ui.page.getByText('Double click shows all.').waitFor();
    await timeline.press('Escape');
    await expect.poll(() => ui.page.url()).not.toMatch(/window=/);
    const { x, y, width } = (await timeline.boundingBox())!;
    await ui.page.mouse.move(x + width * 0.4, y + 40);
    await ui.page.mouse.down();
    await ui.page.mouse.move(x + width * 0.7, y + 45, { steps: 4 });
    await ui.page.mouse.up();
    await expect.poll(() => ui.page.url()).toMatch(/window=\d+-\d+/);
    await timeline.dblclick({ position: { x: width / 2, y: 40 } });
    await expect.poll(() => ui.page.url()).not.toMatch(/window=/);
    await ui.page.getByRole('button', { name: 'As a table' }).click();
    await expect.poll(() => ui.page.getByRole('region', { name: 'Attempts' }).locator('tbody tr').count()).toBe(2);
    await ui.page.getByRole('tab', { name: 'Events' }).click();
    await ui.page.getByText(/Attempt 2 made its first call: warm · /).waitFor();
    const { items } = await ui.call<{ items: { mode: string; phase: string }[] }>(
      'GET',
      `/wherry/v1/runs/${run.id}/handoffs`,
    );
    expect(items).toMatchObject([{ mode: 'warm', phase: 'done' }]);
    await endCounter(run.defaultKeyValueStoreId);
    // The stream says so: nothing was loaded again by hand.
    await expect.poll(() => status().textContent()).toBe('Succeeded');
    await ui.checkAccess();
    ui.checkProblems();
  });

  test('a run is aborted and resurrected, and what cannot be done says why', async () => {
    const run = await startCounter();
    await ui.visit(`/runs/${run.id}`);
    await expect.poll(() => status().textContent()).toBe('Running');
    await ui.page.getByRole('button', { name: 'Abort' }).click();
    await ui.page.getByRole('menuitem', { name: 'Abort at once' }).click();
    await dialog().getByText('Its attempt is killed now.').waitFor();
    await dialog().getByRole('button', { name: 'Abort at once' }).click();
    await expect.poll(() => status().textContent()).toBe('Aborted');
    const move = ui.page.getByRole('button', { name: 'Move…' });
    await move.hover();
    await ui.page.getByText('The run has ended (ABORTED).').waitFor();
    await ui.page.getByRole('button', { name: 'Resurrect…' }).click();
    await dialog().getByRole('button', { name: 'Resurrect' }).click();
    await expect.poll(() => status().textContent()).toBe('Running');
    await endCounter(run.defaultKeyValueStoreId);
    await expect.poll(() => status().textContent()).toBe('Succeeded');
    const { options } = (await ui.client.run(run.id).get())!;
    expect(options.memoryMbytes).toBe(run.options.memoryMbytes);
    ui.checkProblems();
  });

  test('a run is deleted when its id was typed', async () => {
    const run = await print({ lines: ['bye'] });
    await ui.visit(`/runs/${run.id}?tab=details`);
    await ui.page.getByRole('button', { name: 'Delete the run…' }).click();
    await expect
      .poll(() => dialog().getByRole('button', { name: 'Delete' }).getAttribute('aria-disabled'))
      .toBe('true');
    await dialog().getByLabel(`Type ${run.id} to confirm`).fill(run.id);
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => ui.page.url()).toMatch(/\/console\/runs$/);
    expect(await ui.client.run(run.id).get()).toBeUndefined();
    ui.checkProblems();
  });

  test('a log of 100,000 lines has few rows in the page, is searched and filtered, and is copied without numbers', async () => {
    const run = await print({ count: 100_000 });
    await ui.visit(`/runs/${run.id}?tab=log`);
    const log = ui.page.getByRole('region', { name: 'Lines of the log' });
    await ui.page.getByText(/^100,0\d\d lines/).waitFor();
    await ui.page.getByText('complete').waitFor();
    const rows = log.locator('[data-number]');
    expect(await rows.count()).toBeLessThan(150);
    // It opens at its start or at its end, by whether the run was over when the page asked.
    await log.press('Home');
    await log.getByText('line 3 of many').waitFor();
    await ui.page.getByRole('button', { name: 'To the end ↓' }).click();
    await log.getByText('line 100000 of many').waitFor();
    await log.press('Home');
    await log.getByText('line 3 of many').waitFor();
    expect(await rows.count()).toBeLessThan(150);
    await ui.page.getByRole('searchbox').fill('LINE 54321 of');
    await ui.page.getByText('1 of 1', { exact: true }).waitFor();
    await ui.page.getByRole('searchbox').press('Enter');
    const found = log.locator('[data-number]', { has: ui.page.locator('mark') });
    await found.waitFor();
    const copied = await found.evaluate((row) => {
      getSelection()!.selectAllChildren(row);
      return getSelection()!.toString();
    });
    expect(copied).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}line 54321 of many$/);
    await ui.page.getByRole('searchbox').fill('');
    await ui.page.getByLabel('Level').selectOption('warning');
    await ui.page.getByRole('switch', { name: 'Platform' }).click();
    await ui.page.getByText(/^100 lines of 100,0\d\d/).waitFor();
    // The address has it all.
    await ui.page.reload();
    await ui.page.getByText(/^100 lines of 100,0\d\d/).waitFor();
    ui.checkProblems();
  });

  test('a log goes on after the platform was killed, and has every line once', async () => {
    const run = await startCounter();
    await ui.visit(`/runs/${run.id}?tab=log`);
    const log = ui.page.getByRole('region', { name: 'Lines of the log' });
    await log.getByText('item 3', { exact: true }).waitFor();
    await ui.kill();
    await ui.page.getByText('reconnecting', { exact: true }).waitFor();
    await ui.startAgain();
    await endCounter(run.defaultKeyValueStoreId);
    await ui.client.run(run.id).waitForFinish();
    await ui.page.getByText('complete').waitFor();
    const stored = (await ui.client.log(run.id).get())!.trimEnd().split('\n').length;
    await ui.page.getByText(new RegExp(`^${stored} lines`)).waitFor();
    ui.checkProblems();
  });

  test('hostile texts of an Actor are shown as texts, on each tab', async () => {
    await ui.client.actor(printerId).update({ title: hostileTexts.image });
    const { id } = await print({
      message: hostileText,
      lines: [...Object.values(hostileTexts), `\u001b[31m${hostileTexts.script}`],
      exitCode: 3,
    });
    await ui.checkPage(`/runs/${id}`, { shows: /onerror/ });
    await ui.checkPage(`/runs/${id}?tab=log`, { shows: 'Download' });
    expect(await ui.page.getByRole('region', { name: 'Lines of the log' }).textContent()).toContain(
      hostileTexts.script,
    );
    await ui.checkPage(`/runs/${id}?tab=log&wrap=on&find=%3Cimg`, { shows: '1 of' });
    await ui.checkPage(`/runs/${id}?tab=input`, { shows: 'secret fields are masked' });
    await ui.checkPage(`/runs/${id}?tab=storages`, { shows: 'Request queue' });
    await ui.checkPage(`/runs/${id}?tab=events`, { shows: /The run ended FAILED/ });
    await ui.checkPage(`/runs/${id}?tab=details&attempts=table`, { shows: 'Delete the run…' });
    await ui.checkPage(`/runs?status=failed`, { shows: id });
    const strange = encodeURIComponent(hostileTexts.image);
    await ui.checkPage(`/runs/${id}?tab=${strange}&window=${strange}&level=${strange}&attempts=${strange}`);
    await ui.checkPage(`/runs?status=${strange}&page=${strange}&actor=${printerId}&sort=${strange}`, { shows: id });
  });

  test('a run that does not exist is said so, and an empty list says what to do', async () => {
    ui.allowProblem(/status of 404/);
    await ui.visit('/runs/nothingthere');
    await ui.page
      .getByText(/was not found|There is nothing here/)
      .first()
      .waitFor();
    ui.checkProblems();
    await ui.checkPage('/runs?status=running', { shows: 'No run is in this state' });
    await ui.page.getByRole('button', { name: 'Show all runs' }).click();
    await expect.poll(() => ui.page.locator('tbody tr').count()).toBeGreaterThan(3);
    ui.checkProblems();
  });
});
