/** Tasks, schedules, webhooks and settings: what a team does with an Actor that works. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { deployFiles } from '../support/deploy.ts';
import { until } from '../support/until.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { hostileText, hostileTextOf } from './hostile-texts.ts';

const files = {
  'package.json': JSON.stringify({ name: 'greeter', version: '1.0.0', scripts: { start: 'node main.js' } }),
  'main.js': 'console.log("hello");',
  '.actor/actor.json': JSON.stringify({
    actorSpecification: 1,
    name: 'greeter',
    version: '0.1',
    input: {
      title: 'Greeter',
      type: 'object',
      schemaVersion: 1,
      properties: {
        greeting: { title: 'Greeting', type: 'string', editor: 'textfield', description: 'What it says.' },
        times: { title: 'Times', type: 'integer', description: 'How often.', minimum: 1, default: 1 },
      },
    },
  }),
};

describe.skipIf(chromiumPath === undefined)('tasks, schedules, webhooks and settings', () => {
  let ui: ConsoleUnderTest;
  let actorId: string;
  beforeAll(async () => {
    ui = await startConsole();
    actorId = (await deployFiles(ui.client, 'greeter', files)).actorId;
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  const dialog = () => ui.page.getByRole('dialog');
  const button = (name: string | RegExp) => ui.page.getByRole('button', { name });
  /** The id in the address of a page that was just made. */
  const idOf = async (folder: string): Promise<string> => {
    await ui.page.waitForURL((url) => /\/[\w-]{10,}$/.test(url.pathname) && url.pathname.includes(`/${folder}/`));
    return new URL(ui.page.url()).pathname.split('/').at(-1)!;
  };
  const newTask = (name: string) => ui.client.tasks().create({ actId: actorId, name, input: { greeting: 'Hello' } });
  /** On the platform's own API, where it makes a dataset: a receiver that accepts. */
  const newWebhook = (description: string, path = '/v2/datasets') =>
    ui.client.webhooks().create({
      eventTypes: ['ACTOR.RUN.SUCCEEDED'],
      condition: { actorId },
      requestUrl: `${ui.platform.url}${path}`,
      description,
    } as never);
  const newSchedule = (fields: object) =>
    ui.client.schedules().create({
      cronExpression: '30 2 * * *',
      timezone: 'Europe/Prague',
      isEnabled: true,
      isExclusive: false,
      actions: [{ type: 'RUN_ACTOR', actorId }],
      ...fields,
    } as never);

  test.each([
    ['Europe/Prague', 'prague', true],
    ['America/New_York', 'new york', true],
    ['Asia/Kolkata', 'kolkata', false],
  ])('a schedule that is made in the page is due when the page said, in %s', async (timezone, typed, hasChanges) => {
    await ui.visit(`/schedules/new?actorId=${actorId}`);
    await ui.page.getByLabel(/^Cron expression/).fill('30 2 * * *');
    await ui.page.getByText('At 02:30').first().waitFor();
    await ui.page.getByRole('combobox', { name: 'Time zone' }).fill(typed);
    await ui.page.getByRole('option').first().click();
    await ui.page.getByRole('heading', { name: `Next times ${timezone.replace('_', ' ')}` }).waitFor();
    const times = ui.page.locator('ol time');
    const [first] = await times.evaluateAll((all) => all.map((each) => each.getAttribute('datetime')));
    expect(await times.count()).toBe(5);
    expect(await ui.page.getByText('Clocks are set forward').count()).toBe(hasChanges ? 1 : 0);
    await button('Make the schedule').click();
    const schedule = await ui.client.schedule(await idOf('schedules')).get();
    expect(schedule).toMatchObject({ timezone, cronExpression: '30 2 * * *', actions: [{ actorId }] });
    expect(new Date(schedule!.nextRunAt!).toISOString()).toBe(first);
    ui.checkProblems();
  });

  test('a wrong expression is said at its field, and cannot be stored', async () => {
    await ui.visit(`/schedules/new?actorId=${actorId}`);
    await ui.page.getByLabel(/^Cron expression/).fill('0 0 30 2 *');
    await ui.page.getByText('No date ever fits it.').first().waitFor();
    expect(await button('Make the schedule').getAttribute('aria-disabled')).toBe('true');
    ui.checkProblems();
  });

  test('a schedule is disabled, started at once, and deleted by its name', async () => {
    const { id, name } = await newSchedule({ name: 'to-be-deleted' });
    await ui.visit(`/schedules/${id}`);
    await button('Disable').click();
    await ui.page.getByText('Disabled', { exact: true }).first().waitFor();
    expect((await ui.client.schedule(id).get())!.isEnabled).toBe(false);
    await button('Start now').click();
    await dialog().getByRole('button', { name: 'Start the Actor' }).click();
    const run = await ui.client.run(await idOf('runs')).waitForFinish();
    expect(run).toMatchObject({ actId: actorId, status: 'SUCCEEDED' });
    await ui.visit(`/schedules/${id}`);
    await button('Delete').click();
    const confirm = dialog().getByRole('button', { name: 'Delete' });
    expect(await confirm.getAttribute('aria-disabled')).toBe('true');
    await dialog().getByRole('textbox').fill(name);
    await confirm.click();
    await ui.page.waitForURL(/\/schedules$/);
    expect(await ui.client.schedule(id).get()).toBeUndefined();
    ui.checkProblems();
  });

  test('a webhook is made, a test of it arrives, and its dispatch is sent again with the same id', async () => {
    await ui.visit(`/webhooks/new?actorId=${actorId}`);
    await ui.page.getByLabel(/^URL/).fill(`${ui.platform.url}/v2/datasets`);
    await ui.page.getByText('"eventType": "ACTOR.RUN.SUCCEEDED"').waitFor();
    await button('Make the webhook').click();
    const id = await idOf('webhooks');
    await button('Send a test').click();
    await dialog().getByText('Delivered').waitFor();
    await dialog().getByText('Status 201').waitFor();
    await ui.checkAccess();
    await ui.checkNarrow();
    await button('Send again').click();
    await dialog().getByText('2 calls').waitFor();
    await expect.poll(() => dialog().getByText('Status 201').count()).toBe(2);
    const { items } = await ui.client.webhook(id).dispatches().list();
    expect(items).toMatchObject([{ status: 'SUCCEEDED', eventType: 'TEST' }]);
    expect(items[0]!.calls).toHaveLength(2);
    await dialog().getByRole('button', { name: 'Close' }).first().click();
    ui.checkProblems();
  });

  test('a task is made with its input, changed, and started', async () => {
    await ui.visit(`/tasks/new?actorId=${actorId}`);
    await ui.page.getByLabel(/^Name/).fill('greets-daily');
    await ui.page.getByLabel(/^Greeting/).fill('Good morning');
    await button('Make the task').click();
    const id = await idOf('tasks');
    expect((await ui.client.task(id).get())!.input).toMatchObject({ greeting: 'Good morning' });
    await ui.page.getByLabel(/^Greeting/).fill('Good night');
    await button('Save and start').click();
    const run = await ui.client.run(await idOf('runs')).waitForFinish();
    expect(run).toMatchObject({ actorTaskId: id, status: 'SUCCEEDED' });
    expect((await ui.client.task(id).get())!.input).toMatchObject({ greeting: 'Good night' });
    ui.checkProblems();
  });

  const drafts = {
    tasks: async () => ({ ...(await newTask('draft')), field: 'Greeting', path: '/v2/actor-tasks', tab: 'input' }),
    schedules: async () => ({
      ...(await newSchedule({ name: 'draft' })),
      ...{ field: 'Title', path: '/v2/schedules', tab: 'edit' },
    }),
    webhooks: async () => ({
      ...(await newWebhook('draft')),
      ...{ field: 'Description', path: '/v2/webhooks', tab: 'edit' },
    }),
  };
  test.each(Object.entries(drafts))(
    '[loaded-1] what was typed on a page of %s stays while the platform cannot be read, and a deletion is said',
    async (page, make) => {
      const { id, field, path, tab } = await make();
      await ui.visit(`/${page}/${id}?tab=${tab}`);
      const input = ui.page.getByLabel(field).first();
      await input.fill('Not saved yet');
      let failures = 0;
      const url = `${ui.url}${path}/${id}`;
      await ui.page.route(url, async (route) => {
        if (route.request().method() !== 'GET') return route.continue();
        failures += 1;
        await route.fulfill({ status: 503, json: { error: { type: 'unavailable', message: 'Not now.' } } });
      });
      ui.allowProblem(/status of (503|404)/);
      const tell = (title: string) =>
        ui.call('PUT', `${path}/${id}`, page === 'webhooks' ? { description: title } : { title });
      await tell('Of somebody else');
      await expect
        .poll(() => failures, { timeout: 20_000, message: 'reads that failed, with those tried again' })
        .toBe(3);
      // Whatever the page makes of the last one is there by then.
      await ui.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
      expect(await input.evaluateAll(([first]) => (first as HTMLInputElement | undefined)?.value)).toBe(
        'Not saved yet',
      );
      await ui.page.unroute(url);
      await ui.call('DELETE', `${path}/${id}`);
      await ui.page.getByRole('alert').getByText('404').waitFor();
      expect(await input.count()).toBe(0);
      ui.checkProblems();
    },
  );

  test('a token is made, shown once, used, and refused after it was removed', async () => {
    await ui.visit('/settings');
    await button('New token').click();
    await dialog().getByLabel(/^Name/).fill('of the page');
    await ui.checkAccess();
    await button('Make the token').click();
    const shown = dialog().locator('code');
    await expect.poll(() => shown.textContent()).toMatch(/^wherry_/);
    const token = (await shown.textContent())!;
    const use = async () =>
      (await fetch(`${ui.platform.url}/v2/users/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await use()).toBe(200);
    await button('Done').click();
    await button('Change the token of the page').click();
    await ui.page.getByRole('menuitem', { name: /^Remove/ }).click();
    await dialog().getByRole('textbox').fill('of the page');
    await button('Remove').click();
    await expect.poll(use).toBe(401);
    await ui.page.getByText('of the page', { exact: true }).waitFor({ state: 'detached' });
    expect(await ui.page.content()).not.toContain(token);
    ui.checkProblems();
  });

  test('a user is added and disabled; the member sees why the administrators’ parts are not theirs', async () => {
    await ui.visit('/settings?tab=users');
    await button('Add a user').click();
    await dialog()
      .getByLabel(/^Username/)
      .fill('jane');
    await dialog().getByRole('button', { name: 'Add' }).click();
    await ui.page.getByText('jane', { exact: true }).first().waitFor();
    const { token } = await ui.call<{ token: string }>('POST', '/wherry/v1/tokens', { name: 'of jane', user: 'jane' });
    const context = await ui.browser.newContext({ baseURL: ui.url });
    try {
      await context.request.post('/wherry/v1/session', { data: { token } });
      const page = await context.newPage();
      ui.watch(page);
      for (const tab of ['users', 'retention', 'audit']) {
        await ui.visit(`/settings?tab=${tab}`, page);
        await page.getByText('For administrators').waitFor();
      }
      ui.checkProblems();
    } finally {
      await context.close();
    }
    await button('Change jane').click();
    await ui.page.getByRole('menuitem', { name: /^Disable/ }).click();
    await dialog().getByRole('textbox').fill('jane');
    await dialog().getByRole('button', { name: 'Disable' }).click();
    await ui.page.getByText('Disabled', { exact: true }).first().waitFor();
    ui.checkProblems();
  });

  test('retention is counted, and the audit log shows what was changed', async () => {
    await ui.visit('/settings?tab=retention');
    await button('Count only').click();
    await ui.page.getByText('Counted, nothing deleted').waitFor();
    await fetch(`${ui.url}/wherry/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'wrong' }),
    });
    const failed = '/wherry/v1/audit-log?operation=session&limit=1000';
    await until('the failed sign-in is in the log', async () =>
      (await ui.call<{ items: { username: string }[] }>('GET', failed)).items.some(({ username }) => username === ''),
    );
    await ui.visit('/settings?tab=audit');
    await ui.page.getByLabel('Operation contains').fill('POST /wherry/v1/tokens');
    await ui.page.getByText('POST /wherry/v1/tokens', { exact: true }).first().waitFor();
    await ui.page.getByLabel('Operation contains').fill('/session');
    await ui.page.getByText('Signed in by a token', { exact: true }).first().waitFor();
    await ui.page.getByText('Failed sign-ins by a token: 1', { exact: true }).waitFor();
    await ui.page.getByText('unknown', { exact: true }).waitFor();
    ui.checkProblems();
  });

  test('the audit log is live, and rows that one reads stay where they are', async () => {
    const log = '/settings?tab=audit&operation=%2Fwherry%2Fv1%2Ftokens';
    const make = (name: string) => ui.call<{ id: string }>('POST', '/wherry/v1/tokens', { name });
    for (let index = 0; index < 40; index += 1) await make(`audited ${index}`);
    await ui.visit(log);
    const rows = ui.page.getByRole('region', { name: 'Audit log' }).locator('tbody tr');
    const newest = () => rows.first().textContent();
    await ui.page.getByText('Live', { exact: true }).waitFor();
    const { id: first } = await make('seen at once');
    await expect.poll(newest).toContain(first);
    await ui.page.mouse.wheel(0, 400);
    await expect.poll(() => ui.page.evaluate(() => scrollY)).toBeGreaterThan(200);
    const { id: second } = await make('waits');
    const newEntries = ui.page.getByRole('button', { name: 'New entries' });
    await newEntries.waitFor();
    expect(await newest()).toContain(first);
    await newEntries.click();
    await expect.poll(newest).toContain(second);
    await expect.poll(() => newEntries.count()).toBe(0);
    ui.checkProblems();
  });

  test('an Actor’s page has its tasks and schedules, page by page, and a run’s what was sent about it', async () => {
    const { id: ofOther } = await ui.client.actors().create({ name: 'another' });
    const other = await ui.client.tasks().create({ actId: ofOther, name: 'of-another' });
    for (let index = 0; index < 51; index += 1) await newTask(`many-${String(index).padStart(2, '0')}`);
    const { total } = await ui.call<{ total: number }>('GET', `/wherry/v1/tasks?actorId=${actorId}`);
    await ui.visit(`/actors/${actorId}?tab=tasks`);
    await ui.page.getByRole('link', { name: 'many-50' }).waitFor();
    await ui.page.getByText(`1–50 of ${total}`).waitFor();
    await button('Next').press('Enter');
    await ui.page.getByRole('link', { name: 'many-00' }).waitFor();
    // It was disabled under the finger, and is where the keyboard is still.
    expect(await ui.page.evaluate(() => document.activeElement?.textContent)).toBe('Next');
    expect(await ui.page.getByText(other.name).count()).toBe(0);
    await newSchedule({ name: 'of-task', actions: [{ type: 'RUN_ACTOR_TASK', actorTaskId: other.id }] });
    await ui.visit(`/tasks/${other.id}?tab=schedules`);
    await ui.page.getByRole('link', { name: 'of-task' }).waitFor();
    await ui.visit(`/actors/${ofOther}?tab=schedules`);
    await ui.page.getByText('No schedule starts it').waitFor();

    await newWebhook('of this run');
    const run = await ui.client.actor(actorId).call();
    await ui.visit(`/runs/${run.id}?tab=details`);
    const sent = ui.page.getByRole('region', { name: 'Dispatches of webhooks' });
    await sent.getByText('ACTOR.RUN.SUCCEEDED').first().waitFor();
    ui.checkProblems();
  });

  test('links of Apify’s Console, as the stock command prints them, lead to the same here', async () => {
    const run = await ui.client.actor(actorId).start();
    const { defaultDatasetId, defaultKeyValueStoreId, defaultRequestQueueId } = run;
    for (const [path, leadsTo] of [
      [`/actors/${actorId}/runs/${run.id}`, `/runs/${run.id}`],
      [`/actors/${actorId}/builds/0.1.1`, `/actors/${actorId}?tab=builds`],
      [`/actors/${actorId}#/builds/0.1.1`, `/actors/${actorId}#/builds/0.1.1`],
      [`/storage/datasets/${defaultDatasetId}`, `/datasets/${defaultDatasetId}`],
      [`/storage/key-value-stores/${defaultKeyValueStoreId}`, `/key-value-stores/${defaultKeyValueStoreId}`],
      [`/storage/request-queues/${defaultRequestQueueId}`, `/request-queues/${defaultRequestQueueId}`],
      ['/settings/integrations', '/settings'],
    ]) {
      await ui.visit(path!);
      expect(ui.page.url(), path).toBe(`${ui.url}/console${leadsTo}`);
    }
    // What the API itself says.
    const dataset = (await ui.client.dataset(defaultDatasetId).get()) as unknown as { consoleUrl: string };
    expect(dataset.consoleUrl).toBe(`${ui.url}/console/datasets/${defaultDatasetId}`);
    ui.checkProblems();
  });

  const pages = ['', '/new'].flatMap((end) => ['tasks', 'schedules', 'webhooks'].map((each) => `/${each}${end}`));
  const tabs = ['tokens', 'users', 'limits', 'retention', 'proxy', 'audit', 'about'];
  test.each([...pages, ...tabs.map((tab) => `/settings?tab=${tab}`)])(
    'axe, 390 px and the browser find no fault in %s',
    (path) => ui.checkPage(path),
  );

  test('hostile texts are shown as texts', async () => {
    const { id: taskId } = await newTask('hostile');
    await ui.client.task(taskId).update({ title: hostileTextOf(200), description: hostileTextOf(10_000) } as never);
    await ui.client.task(taskId).updateInput({ greeting: hostileText });
    const { id: scheduleId } = await newSchedule({
      name: 'hostile',
      title: hostileTextOf(200),
      description: hostileTextOf(10_000),
      actions: [{ type: 'RUN_ACTOR_TASK', actorTaskId: taskId, input: { greeting: hostileText } }],
    });
    const { id: webhookId } = await newWebhook(
      hostileTextOf(10_000),
      `/${encodeURIComponent(hostileText).slice(0, 8000)}`,
    );
    const dispatch = (await ui.client.webhook(webhookId).test())!;
    for (const [path, shows] of [
      [`/tasks/${taskId}`, 'Run options'],
      [`/tasks/${taskId}?tab=settings`, 'Description'],
      [`/tasks/${taskId}?tab=schedules`, 'hostile'],
      ['/tasks', 'hostile'],
      ['/schedules', 'hostile'],
      [`/schedules/${scheduleId}`, 'Next times'],
      [`/schedules/${scheduleId}?tab=log`, 'It was not invoked yet'],
      ['/webhooks', 'Sends to'],
      [`/webhooks/${webhookId}`, 'test'],
      [`/webhooks/${webhookId}?tab=edit`, 'What it sends'],
      [`/webhooks/${webhookId}?dispatch=${dispatch.id}`, 'Sent to'],
    ] as const) {
      await ui.checkPage(path, { shows });
    }
  });
});
