/** The pages of runs: a run that is moved by the button, one that is aborted and resurrected, and logs. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { actorFolder } from '../../packages/cli/test/live-platform.ts';
import { chromiumPath } from '../support/browser.ts';
import { deployFiles } from '../support/deploy.ts';
import { until } from '../support/until.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { hostileText, hostileTexts } from './hostile-texts.ts';

const counterFiles = Object.fromEntries(
  ['main.js', 'package.json'].map((name) => [name, readFileSync(`${actorFolder('counter')}/${name}`, 'utf8')]),
);

/** What all runs together may have. */
const allMbytes = 4096;

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

/** Prints its build, memory and input, works until it is told to abort, and saves a record before it ends. */
const keeperFiles = (build: string) => ({
  'package.json': packageJson.replace('printer', 'keeper'),
  'main.js': `
const { env } = process;
const headers = { authorization: 'Bearer ' + env.APIFY_TOKEN, 'content-type': 'application/json' };
const records = env.APIFY_API_BASE_URL + '/v2/key-value-stores/' + env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID + '/records/';
const input = await (await fetch(records + env.ACTOR_INPUT_KEY, { headers })).text();
console.log('build ${build} with ' + env.ACTOR_MEMORY_MBYTES + ' MB has ' + input);
new WebSocket(env.ACTOR_EVENTS_WEBSOCKET_URL).onmessage = async ({ data }) => {
  if (JSON.parse(data).name !== 'aborting') return;
  // So that one sees it.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await fetch(records + 'SAVED', { method: 'PUT', headers, body: 'true' });
  process.exit(0);
};
setInterval(() => {}, 1000);`,
});

describe.skipIf(chromiumPath === undefined)('the pages of runs', () => {
  let ui: ConsoleUnderTest;
  let counterId: string;
  let printerId: string;
  beforeAll(async () => {
    ui = await startConsole('--servers', '3', '--memory', String(allMbytes));
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
  const abortAll = async () => {
    const { items } = await ui.client.runs().list({ status: ['READY', 'RUNNING'] as never });
    for (const { id } of items) await ui.client.run(id).abort();
    for (const { id } of items) await ui.client.run(id).waitForFinish();
  };
  /** Runs that are started now wait, until the test is over. */
  const takeAllMemory = async () => {
    await abortAll();
    onTestFinished(abortAll);
    const { id } = await ui.client.actor(counterId).start({ everyMs: 1000 }, { memory: allMbytes });
    await until('the run has all memory', async () => (await ui.client.run(id).get())!.status === 'RUNNING');
  };
  const status = () => ui.page.locator('h1 [role="status"]');
  /** Not a message in the corner, which has the same role. */
  const dialog = () => ui.page.locator('[role="dialog"]:not([aria-modal="false"])');
  const log = () => ui.page.getByRole('region', { name: 'Lines of the log' });
  const events = () => ui.page.getByRole('tabpanel').getByRole('listitem');
  const fact = (name: string) => ui.page.locator('dl > div').filter({ hasText: name }).locator('dd').first();

  interface Attempt {
    readonly number: number;
    readonly serverId: string;
    readonly reason: string;
  }
  interface Handoff {
    readonly from: string;
    readonly to: string;
    readonly mode: string;
    readonly reason: string;
    readonly phase: string;
  }
  const attemptsOf = async (id: string) =>
    (await ui.call<{ items: Attempt[] }>('GET', `/wherry/v1/runs/${id}/attempts`)).items;
  const handoffsOf = async (id: string) =>
    (await ui.call<{ items: Handoff[] }>('GET', `/wherry/v1/runs/${id}/handoffs`)).items;

  /** By the dialog. Resolves with the texts of the steps that it showed. */
  const moveBy = async (title: string, server?: string) => {
    await ui.page.getByRole('button', { name: 'Move…' }).click();
    await dialog().getByText(title, { exact: true }).click();
    if (server !== undefined) await dialog().getByLabel('To', { exact: true }).selectOption(server);
    await dialog()
      .getByRole('button', { name: /^(?:Move|Lose the server)$/ })
      .click();
    await dialog()
      .getByText(/^Moved from .* down\.$/)
      .waitFor();
    const steps = await dialog().getByRole('listitem').allTextContents();
    await dialog().getByRole('button', { name: 'Close' }).first().click();
    return steps;
  };

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
      .getByText(/Moved from local-\d to local-\d, .* down/)
      .waitFor();
    await dialog().getByRole('button', { name: 'Close' }).first().click();
    await ui.page.locator('svg text', { hasText: /^warm · / }).waitFor();
    const [{ to }] = (await handoffsOf(run.id)) as [Handoff];
    await ui.page.locator('svg text', { hasText: to }).waitFor();
    const timeline = ui.page.getByRole('slider');
    await timeline.focus();
    await timeline.press('Home');
    await timeline.press('ArrowRight');
    await expect.poll(() => timeline.getAttribute('aria-valuetext')).toMatch(/attempt 1 boots on local-/);
    // The next moment is one of the second attempt's, while the first one works.
    await timeline.press('ArrowRight');
    await expect.poll(() => timeline.getAttribute('aria-valuetext')).toMatch(/attempt 1 active on local-/);
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
    expect(await handoffsOf(run.id)).toMatchObject([{ mode: 'warm', phase: 'done' }]);
    await endCounter(run.defaultKeyValueStoreId);
    // The stream says so: nothing was loaded again by hand.
    await expect.poll(() => status().textContent()).toBe('Succeeded');
    await ui.checkAccess();
    ui.checkProblems();
  });

  test('a cold move, a lost server, a move to a chosen server and a reboot: each does what it says, and all views agree', async () => {
    const run = await startCounter();
    await ui.visit(`/runs/${run.id}`);
    await expect.poll(() => ui.page.getByRole('tab', { name: /Output/ }).textContent()).toMatch(/Output[1-9]/);
    const cold = await moveBy('Cold');
    expect(cold.map((step) => step.replace(/\+.*|\d+:.*/, ''))).toEqual([
      'requested',
      'active one drains',
      'fenced, passed on',
      'next attempt boots',
      'first call of the next',
    ]);
    const lost = await moveBy('Drill: lose the server');
    expect(lost.join()).not.toContain('drains');
    const { serverId } = (await attemptsOf(run.id)).at(-1)!;
    const chosen = ['local-1', 'local-2', 'local-3'].findLast((id) => id !== serverId)!;
    await moveBy('Warm', chosen);
    await expect.poll(() => fact('Server').textContent()).toBe(`${chosen} attempt 4`);
    await expect.poll(() => fact('Moves').textContent()).toMatch(/^3 .* down in all$/);
    await ui.page.getByRole('button', { name: 'Reboot' }).click();
    await dialog().getByRole('button', { name: 'Reboot' }).click();
    await expect.poll(() => fact('Server').textContent()).toBe(`${chosen} attempt 5`);
    await expect.poll(() => fact('Moves').textContent()).toMatch(/^3 1 restart · .* down in all$/);
    // As the API has it.
    const attempts = await attemptsOf(run.id);
    expect(attempts.map(({ reason }) => reason)).toEqual(['start', 'migration', 'lost', 'migration', 'reboot']);
    await expect
      .poll(async () => (await handoffsOf(run.id)).map(({ phase }) => phase).join())
      .toBe('done,done,done,done');
    const handoffs = await handoffsOf(run.id);
    expect(handoffs.map(({ mode }) => mode)).toEqual(['cold', 'lost', 'warm', 'cold']);
    expect(handoffs[2]).toMatchObject({ from: serverId, to: chosen });
    // As the picture, the table and the events have it.
    // Which words the picture has room for depends on how fast it went.
    await ui.page.getByText(/^5 attempts, 4 handoffs\./).waitFor();
    await ui.page.locator('svg text', { hasText: chosen }).waitFor();
    await ui.page.getByRole('button', { name: 'As a table' }).click();
    const rows = ui.page.getByRole('region', { name: 'Attempts' }).locator('tbody tr');
    const table = (await rows.allTextContents()).toReversed();
    expect(table.map((row) => row.match(/^\d(?:local-\d)/)?.[0])).toEqual(
      attempts.map(({ number, serverId: server }) => `${number}${server}`),
    );
    await ui.page.getByRole('tab', { name: 'Events' }).click();
    const story = (await events().allTextContents()).join('\n');
    for (const { number, serverId: server } of attempts) {
      expect(story).toContain(`Attempt ${number} was started on ${server}`);
    }
    for (const words of ['(cold, migration)', '(server lost)', '(warm, migration)', '(reboot)']) {
      expect(story).toContain(`was requested ${words}.`);
    }
    await endCounter(run.defaultKeyValueStoreId);
    await expect.poll(() => status().textContent()).toBe('Succeeded');
    // The counter goes on after its last item.
    const { items } = await ui.client.dataset(run.defaultDatasetId).listItems();
    expect(items.map(({ item }) => item)).toEqual(items.map((_, index) => index));
    ui.checkProblems();
  });

  test('the steps of a move are shown while they are under way, and a run that ends meanwhile is moved no more', async () => {
    const main = counterFiles['main.js']!.replace(
      'const { env } = process;',
      'const { env } = process;\nawait delay(2500);',
    ).replace('if (isMigrating) {', 'if (isMigrating) {\nawait delay(4000);');
    const { actorId } = await deployFiles(ui.client, 'slow-counter', { ...counterFiles, 'main.js': main });
    const run = await ui.client.actor(actorId).start({ everyMs: 100 }, { memory: 256 });
    await ui.visit(`/runs/${run.id}`);
    await expect.poll(() => ui.page.getByRole('tab', { name: /Output/ }).textContent()).toMatch(/Output[1-9]/);
    const step = (name: string) => dialog().getByRole('listitem').filter({ hasText: name });
    const move = async (title: string) => {
      await ui.page.getByRole('button', { name: 'Move…' }).click();
      await dialog().getByText(title, { exact: true }).click();
      await dialog().getByRole('button', { name: 'Move', exact: true }).click();
    };
    await move('Warm');
    await expect.poll(() => step('next attempt boots').textContent()).toMatch(/\+ .*, .* so far$/);
    expect(await step('active one drains').textContent()).toBe('active one drains');
    await dialog()
      .getByText(/^Moving from local-\d to local-\d…$/)
      .waitFor();
    await dialog()
      .getByText(/^Moved from .* down\.$/)
      .waitFor();
    expect(await dialog().getByRole('list').textContent()).not.toContain('so far');
    await dialog().getByRole('button', { name: 'Close' }).first().click();

    await move('Cold');
    await expect.poll(() => step('active one drains').textContent()).toMatch(/so far$/);
    ui.allowProblem(/status of 409/);
    await ui.client.run(run.id).abort();
    await dialog().getByRole('alert').getByText('the run ended ABORTED meanwhile').waitFor();
    await dialog().getByRole('button', { name: 'Move', exact: true, disabled: true }).hover();
    await ui.page.getByText('Only a run that is RUNNING can be moved; this one is ABORTED.').waitFor();
    ui.checkProblems();
  });

  test('a run becomes another Actor, is aborted gracefully, and is resurrected with other options', async () => {
    const keeper = await deployFiles(ui.client, 'keeper', keeperFiles('one'));
    await ui.client
      .actor(keeper.actorId)
      .versions()
      .create({
        versionNumber: '0.2',
        buildTag: 'beta',
        sourceType: 'SOURCE_FILES',
        sourceFiles: Object.entries(keeperFiles('two')).map(([name, content]) => ({ name, format: 'TEXT', content })),
      } as never);
    const build = await ui.client.actor(keeper.actorId).build('0.2');
    await ui.client.build(build.id).waitForFinish();
    const run = await ui.client.actor(counterId).start({ everyMs: 100 }, { memory: 256 });
    await ui.visit(`/runs/${run.id}?tab=log`);
    await log().getByText('item 3', { exact: true }).waitFor();

    await ui.page.getByRole('button', { name: 'More' }).click();
    await ui.page.getByRole('menuitem', { name: 'Metamorph…' }).click();
    await dialog().getByLabel('Actor').selectOption(keeper.actorId);
    const editor = dialog().getByRole('textbox', { name: 'Input' });
    await editor.fill('{ "kept": ');
    await dialog().getByRole('button', { name: 'Metamorph', disabled: true }).hover();
    await ui.page.getByText('The input is no JSON.').waitFor();
    await editor.fill('{ "kept": 7 }');
    await ui.checkAccess();
    await ui.checkNarrow();
    await dialog().getByRole('button', { name: 'Metamorph' }).click();
    await log().getByText('build one with 256 MB has { "kept": 7 }').waitFor();
    await expect.poll(() => ui.page.locator('h1').textContent()).toBe('keeperRunning');
    // It is a restart, and no move.
    await expect.poll(() => fact('Moves').textContent()).toMatch(/^0 1 restart/);
    await ui.page.getByRole('tab', { name: 'Input' }).click();
    const shown = ui.page.getByRole('tabpanel').getByLabel('Input', { exact: true });
    await expect.poll(() => shown.textContent()).toContain('"kept": 7');
    await ui.page.getByLabel('Input of').selectOption('Of the start');
    await expect.poll(() => shown.textContent()).toContain('"everyMs": 100');
    await ui.page.getByRole('tab', { name: 'Details' }).click();
    await ui.page.getByText('1 metamorph', { exact: true }).waitFor();

    await ui.page.getByRole('button', { name: 'Abort' }).click();
    await ui.page.getByRole('menuitem', { name: 'Abort gracefully' }).click();
    await dialog().getByText('killed after 30 s at most').waitFor();
    await dialog().getByRole('button', { name: 'Abort', exact: true }).click();
    await expect.poll(() => status().textContent()).toBe('Aborting');
    await expect.poll(() => status().textContent()).toBe('Aborted');
    expect((await ui.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('SAVED'))?.value).toBe(true);

    await ui.page.getByRole('button', { name: 'Resurrect…' }).click();
    // What holds where nothing is chosen is what the run had.
    await expect
      .poll(() => dialog().getByLabel('Memory').locator('option:checked').textContent())
      .toBe('As it was: 256 MB');
    expect(await dialog().getByLabel('Timeout in seconds').getAttribute('placeholder')).toBe('3600');
    await dialog().getByLabel('Build').fill('nosuchtag');
    ui.allowProblem(/status of 40[04]/);
    await dialog().getByRole('button', { name: 'Resurrect' }).click();
    await dialog().getByRole('alert').waitFor();
    await dialog().getByLabel('Build').fill('beta');
    await dialog().getByLabel('Memory').selectOption('512');
    await dialog().getByLabel('Timeout in seconds').fill('77');
    await dialog().getByRole('button', { name: 'Resurrect' }).click();
    await expect.poll(() => status().textContent()).toBe('Running');
    await ui.page.getByRole('tab', { name: 'Log' }).click();
    await log().getByText('build two with 512 MB has { "kept": 7 }').waitFor();
    expect((await ui.client.run(run.id).get())!.options).toMatchObject({
      build: 'beta',
      memoryMbytes: 512,
      timeoutSecs: 77,
    });
    await expect.poll(() => fact('Memory').textContent()).toMatch(/of 512 MB$/);
    await ui.page.getByRole('tab', { name: 'Events' }).click();
    // The end before is not forgotten.
    const story = (await events().allTextContents()).join('\n');
    expect(story).toMatch(
      /Attempt 3 was started on local-\d \(the run was resurrected\)\.[\s\S]*Attempt 2 ended: exit 0\./,
    );
    await ui.client.run(run.id).abort();
    await expect.poll(() => status().textContent()).toBe('Aborted');
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
    const move = ui.page.getByRole('button', { name: 'Move…', disabled: true });
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

  test('a run that waits for room says so in each place, and a run that never got any is not said to wait', async () => {
    await takeAllMemory();
    const { id } = await ui.client.actor(counterId).start({ everyMs: 1000 }, { memory: 256 });
    await ui.visit(`/runs/${id}?tab=log`);
    await expect.poll(() => status().textContent()).toBe('Waiting');
    await ui.page.getByText('No attempt yet').waitFor();
    await ui.page.getByText('No lines yet').waitFor();
    await ui.page.getByRole('button', { name: 'Move…', disabled: true }).hover();
    await ui.page.getByText('This is for a run that is at work (RUNNING); this one is READY.').waitFor();
    await ui.checkAccess();
    await ui.client.run(id).abort();
    await ui.page.getByText('No attempt was made').waitFor();
    ui.checkProblems();
  });

  test('runs that come, end or leave a filter do not move the rows that one reads', async () => {
    // The others wait for its memory, so that many are there at once.
    await takeAllMemory();
    const start = async (count: number) => {
      const starting = Array.from({ length: count }, () => ui.client.actor(printerId).start({}, { memory: 128 }));
      return (await Promise.all(starting)).map(({ id }) => id);
    };
    const abort = async (ids: readonly string[]) => {
      for (const id of ids) await ui.client.run(id).abort();
    };
    const known = await start(55);
    const page = await ui.pageOf(ui.platform.token);
    await page.setViewportSize({ width: 1280, height: 500 });
    const rows = page.getByRole('region', { name: 'Runs' }).locator('tbody tr');
    /** What one reads: the ids in their order, and where one of them is. */
    const sight = (id: string) =>
      rows.evaluateAll(
        (all, wanted) => ({
          ids: all.map((row) => row.querySelector('code')!.textContent),
          top: all.find((row) => row.textContent.includes(wanted))?.getBoundingClientRect().top,
        }),
        id,
      );
    const idAt = async (index: number) => (await rows.nth(index).locator('code').textContent())!;
    const waiting = page.getByRole('button', { name: /^\d+ new$/ });
    const scroll = async (px: number) => {
      await rows.first().hover();
      await page.mouse.wheel(0, px);
      await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(120);
    };

    // The first page, when one has scrolled.
    await ui.visit('/runs', page);
    await scroll(400);
    const first = await sight(await idAt(12));
    known.push(...(await start(2)));
    await expect.poll(() => waiting.textContent()).toBe('2 new');
    expect(await sight(first.ids[12]!)).toEqual(first);
    await waiting.click();
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0);
    await expect.poll(() => idAt(2)).toBe(first.ids[0]);
    // At its top it is live.
    known.push(...(await start(1)));
    await expect.poll(() => idAt(0)).toBe(known.at(-1));
    expect(await waiting.count()).toBe(0);

    // The second page, and the third from there: none repeats a row of the one before.
    const { total } = await ui.client.runs().list({ limit: 1 });
    await ui.visit('/runs?page=2', page);
    await expect.poll(() => rows.count()).toBe(total - 50);
    const second = await sight(await idAt(3));
    known.push(...(await start(2)));
    await expect.poll(() => waiting.textContent()).toBe('2 new');
    expect(await sight(second.ids[3]!)).toEqual(second);
    expect(await page.getByRole('navigation', { name: 'Pages of runs' }).textContent()).toContain(`of ${total}`);
    await waiting.click();
    await expect.poll(() => page.url()).not.toContain('page=');
    expect(await waiting.count()).toBe(0);

    // A filter that runs leave: the row stays, and says how its run ended.
    await abort(known);
    const atWork = await start(8);
    await page.setViewportSize({ width: 1280, height: 320 });
    await ui.visit('/runs?status=running', page);
    await expect.poll(() => rows.count()).toBe(9);
    await scroll(150);
    const third = await sight(atWork[3]!);
    await abort([atWork[6]!]);
    const [later] = await start(1);
    await expect.poll(() => rows.filter({ hasText: atWork[6]! }).textContent()).toMatch(/^Aborted/);
    await expect.poll(() => waiting.textContent()).toBe('1 new');
    expect(await sight(atWork[3]!)).toEqual(third);
    await waiting.click();
    await expect.poll(() => idAt(0)).toBe(later);
    expect(await rows.count()).toBe(9);

    // Another filter begins at its first page.
    await ui.visit('/runs?page=2', page);
    await page.getByRole('button', { name: 'Aborted' }).click();
    await rows.filter({ hasText: known.at(-1)! }).waitFor();
    expect(page.url()).not.toContain('page=');
    await page.context().close();
    ui.checkProblems();
  });

  test('a log is followed until one scrolls up, and again from its end', async () => {
    const run = await ui.client.actor(counterId).start({ everyMs: 30 });
    await ui.visit(`/runs/${run.id}?tab=log`);
    await log().getByText('item 60', { exact: true }).waitFor();
    /** The number of the first line in sight and where it is; how much is below. */
    const sight = () =>
      log().evaluate((box) => {
        const { top } = box.getBoundingClientRect();
        const inSight = [...box.querySelectorAll<HTMLElement>('[data-number]')].find(
          (row) => row.getBoundingClientRect().top >= top,
        )!;
        return {
          line: inSight.dataset.number,
          atPx: inSight.getBoundingClientRect().top - top,
          belowPx: box.scrollHeight - box.scrollTop - box.clientHeight,
        };
      });
    const toEnd = ui.page.getByRole('button', { name: /↓$/ });
    const isFollowing = async () => {
      const { line } = await sight();
      await expect.poll(async () => Number((await sight()).line)).toBeGreaterThan(Number(line) + 5);
      expect((await sight()).belowPx).toBeLessThan(2);
      expect(await toEnd.count()).toBe(0);
    };
    for (const wrap of ['off', 'on']) {
      const isWrapped = ui.page.getByRole('switch', { name: 'Wrap' });
      if ((await isWrapped.getAttribute('aria-checked')) !== String(wrap === 'on')) await isWrapped.click();
      await isFollowing();
      await log().hover();
      await ui.page.mouse.wheel(0, -300);
      await toEnd.waitFor();
      const { line, atPx } = await sight();
      await expect.poll(() => toEnd.textContent()).toMatch(/^\d\d new lines/);
      expect(await sight()).toMatchObject({ line, atPx });
      // The end goes on while the browser scrolls there.
      await log().press('End');
      await isFollowing();
      await ui.page.mouse.wheel(0, -300);
      await toEnd.click();
      await isFollowing();
    }
    await endCounter(run.defaultKeyValueStoreId);
    await ui.page.getByText('complete').waitFor();
    expect((await sight()).belowPx).toBeLessThan(2);
    ui.checkProblems();
  });

  test('a log shows colours, long lines in part, and wrapped lines where it is narrow', async () => {
    const long = `${'word '.repeat(1000)}end`;
    const { id } = await print({ lines: ['\u001b[31mred\u001b[39m and \u001b[1mbold\u001b[22m', long, 'last'] });
    await ui.visit(`/runs/${id}?tab=log`);
    await ui.page.getByText('complete').waitFor();
    const row = log().locator('[data-number]', { hasText: 'red' });
    expect(await row.textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} red and bold$/);
    const [red, bold] = await row.locator('span span').evaluateAll((all) =>
      all.map((each) => ({
        colour: getComputedStyle(each).color,
        weight: Number(getComputedStyle(each).fontWeight),
      })),
    );
    expect(red!.colour).not.toBe(bold!.colour);
    expect(bold!.weight).toBeGreaterThan(red!.weight);
    // All of it is in sight, so there is no way to its end.
    expect(await ui.page.getByRole('button', { name: /↓$/ }).count()).toBe(0);
    expect(await log().evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
    const rest = log().getByRole('button', { name: 'more characters' });
    expect(await rest.textContent()).toBe(`${long.length - 3000} more characters`);
    await rest.click();
    expect(await log().locator('[data-number]', { hasText: 'word' }).textContent()).toContain(long);

    const page = await ui.pageOf(ui.platform.token);
    await page.setViewportSize({ width: 390, height: 844 });
    await ui.visit(`/runs/${id}?tab=log`, page);
    const narrow = page.getByRole('region', { name: 'Lines of the log' });
    await narrow.getByText('last', { exact: true }).waitFor();
    expect(await narrow.evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    await page.getByRole('switch', { name: 'Wrap' }).click();
    await expect.poll(() => narrow.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
    await expect.poll(() => page.url()).toContain('wrap=off');
    await page.context().close();
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

  test('the lines of a log that is over are not new, however slowly they come and whatever is hidden', async () => {
    const run = await print({ count: 30_000 });
    const page = await ui.pageOf(ui.platform.token);
    await ui.visit(`/runs/${run.id}?tab=input`, page);
    const network = await page.context().newCDPSession(page);
    const bytesPerSecond = 1_000_000;
    await network.send('Network.enable');
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: -1,
    });
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByText(/^[12]?\d,\d{3} lines · live/).waitFor();
    await page.getByText(/^30,0\d\d lines · complete/).waitFor();
    const toEnd = page.getByRole('button', { name: /↓$/ });
    expect(await toEnd.textContent()).toBe('To the end ↓');
    const narrowed = page.getByRole('region', { name: 'Lines of the log' });
    await page.getByLabel('Level').selectOption('warning');
    await page.getByText(/^3\d lines of 30,0/).waitFor();
    await narrowed.press('End');
    await narrowed.press('Home');
    await page.getByLabel('Level').selectOption('debug');
    await page.getByText(/^30,0\d\d lines/).waitFor();
    expect(await toEnd.textContent()).toBe('To the end ↓');
    await page.context().close();
    ui.checkProblems();
  });

  test('a log that is scrolled up at once after a jump to its end is not followed', async () => {
    const { id } = await print({ count: 1000 });
    await ui.visit(`/runs/${id}?tab=log`);
    await ui.page.getByText('complete').waitFor();
    const toEnd = ui.page.getByRole('button', { name: 'To the end ↓' });
    await toEnd.waitFor();
    // Both before the browser tells of the first.
    const scrolled = await log().evaluate(async (box) => {
      box.parentElement!.querySelector<HTMLElement>(':scope > button')!.click();
      await Promise.resolve();
      const atEnd = box.scrollTop;
      box.scrollTop = 0;
      return atEnd;
    });
    expect(scrolled).toBeGreaterThan(1000);
    await toEnd.waitFor();
    await log().getByText('line 3 of many').waitFor();
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

  test('the way to a page has names, and leads back', async () => {
    await ui.client.actor(printerId).update({ title: hostileTexts.image });
    onTestFinished(() => void ui.client.actor(printerId).update({ title: '' }));
    const run = await print({ lines: ['here'] });
    const way = ui.page.getByRole('navigation', { name: 'Where this page is' });
    await ui.visit(`/runs/${run.id}`);
    await expect.poll(() => way.textContent()).toBe(`Runs / ${hostileTexts.image} / ${run.id}`);
    await way.getByRole('link', { name: hostileTexts.image }).click();
    await ui.page.getByRole('tab', { name: 'Builds' }).waitFor();
    expect(await way.textContent()).toBe(`Actors / ${hostileTexts.image}`);
    await ui.visit(`/builds/${run.buildId}`);
    await expect.poll(() => way.textContent()).toBe(`Actors / ${hostileTexts.image} / Build ${run.buildNumber}`);
    await way.getByRole('link', { name: 'Actors' }).click();
    await expect.poll(() => way.textContent()).toBe('Actors');
    await ui.visit(`/datasets/${run.defaultDatasetId}`);
    await expect.poll(() => way.textContent()).toBe(`Datasets / ${run.defaultDatasetId}`);
    await ui.visit('/schedules/new');
    expect(await way.textContent()).toBe('Schedules / New schedule');
    ui.checkProblems();
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
