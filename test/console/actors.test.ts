/** The pages of Actors: a start with every editor of the input form, builds, source, settings, and what others' texts do to them. */
import { ApifyClient } from 'apify-client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { deployFiles } from '../support/deploy.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { hostileText, hostileTextOf, hostileTexts } from './hostile-texts.ts';

/** Pushes an item for each field of its input. */
const program = `
const { APIFY_API_BASE_URL: url, APIFY_TOKEN: token } = process.env;
const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
const store = url + '/v2/key-value-stores/' + process.env.ACTOR_DEFAULT_KEY_VALUE_STORE_ID;
const input = await (await fetch(store + '/records/INPUT', { headers })).json();
const body = JSON.stringify(Object.entries(input).map(([field, value]) => ({ field, value })));
await fetch(url + '/v2/datasets/' + process.env.ACTOR_DEFAULT_DATASET_ID + '/items', { method: 'POST', headers, body });
`;

const filesWith = (schema: object, readme: string) => ({
  'package.json': JSON.stringify({ name: 'form', type: 'module', scripts: { start: 'node main.js' } }),
  'main.js': program,
  'INPUT_SCHEMA.json': JSON.stringify(schema),
  'README.md': readme,
});

const schemaOf = (properties: object, more: object = {}) => ({
  title: 'Input',
  type: 'object',
  schemaVersion: 1,
  properties,
  ...more,
});

const field = (title: string, type: string, editor: string, more: object = {}) => ({
  title,
  description: `Says what **${editor}** is.`,
  type,
  editor,
  ...more,
});

const sub = { name: field('Name of it', 'string', 'textfield'), size: { ...field('Size', 'integer', 'number') } };

const everyEditor = schemaOf(
  {
    line: field('Line', 'string', 'textfield', {
      minLength: 3,
      errorMessage: { minLength: 'Three letters at least.' },
    }),
    area: field('Area', 'string', 'textarea'),
    js: field('Page function', 'string', 'javascript', { prefill: '() => 1' }),
    py: field('Hook', 'string', 'python', { prefill: 'pass' }),
    color: field('Colour', 'string', 'select', { enum: ['r', 'g'], enumTitles: ['Red', 'Green'] }),
    place: field('Place', 'string', 'select', { enumSuggestedValues: ['here', 'there'] }),
    since: field('Since', 'string', 'datepicker', { dateType: 'absoluteOrRelative' }),
    day: field('Day', 'string', 'datepicker'),
    file: field('File', 'string', 'fileupload'),
    unseen: field('Unseen', 'string', 'hidden', { default: 'unseen' }),
    secret: field('Password', 'string', 'textfield', { isSecret: true }),
    pages: field('Pages', 'integer', 'number', { minimum: 1, maximum: 10, unit: 'pages', sectionCaption: 'Numbers' }),
    share: field('Share', 'number', 'number', { nullable: true, default: 0.5 }),
    fast: field('Fast', 'boolean', 'checkbox', { groupCaption: 'Speed' }),
    calm: field('Calm', 'boolean', 'checkbox', { default: true }),
    object: field('Object', 'object', 'json', { prefill: { a: 1 }, sectionCaption: 'Lists' }),
    proxy: field('Proxy', 'object', 'proxy'),
    thing: field('Thing', 'object', 'schemaBased', { properties: sub }),
    urls: field('URLs', 'array', 'requestListSources'),
    pseudo: field('Pseudo', 'array', 'pseudoUrls'),
    globs: field('Globs', 'array', 'globs'),
    pairs: field('Pairs', 'array', 'keyValue'),
    words: field('Words', 'array', 'stringList'),
    files: field('Files', 'array', 'fileupload'),
    choices: field('Choices', 'array', 'select', {
      items: { type: 'string', enum: ['x', 'y'], enumTitles: ['Ex', 'Why'] },
    }),
    numbers: field('Numbers', 'array', 'json', { prefill: [1] }),
    things: field('Things', 'array', 'schemaBased', { items: { type: 'object', properties: sub } }),
    dataset: {
      ...field('Dataset', 'string', 'resourcePicker'),
      resourceType: 'dataset',
      resourcePermissions: ['READ'],
    },
    stores: {
      ...field('Stores', 'array', 'resourcePicker'),
      resourceType: 'keyValueStore',
      resourcePermissions: ['READ'],
    },
    queue: {
      ...field('Queue', 'string', 'resourcePicker'),
      resourceType: 'requestQueue',
      resourcePermissions: ['READ'],
    },
    any: { title: 'Any', description: 'Of several types.', type: ['object', 'integer'], editor: 'json', prefill: 7 },
  },
  { required: ['line'] },
);

describe.skipIf(chromiumPath === undefined)('the pages of Actors', () => {
  let ui: ConsoleUnderTest;
  let actorId: string;
  beforeAll(async () => {
    ui = await startConsole();
    actorId = (await deployFiles(ui.client, 'form', filesWith(everyEditor, '# Form\n\nA **form**.'))).actorId;
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  const fieldNamed = (key: string) => ui.page.locator(`[data-field="${key}"]`);
  const runsOf = async (id: string) => (await ui.client.actor(id).runs().list({ desc: true })).items;
  const complaints = () => ui.page.locator('[data-field] [class*="error"]').allInnerTexts();
  const draft = () => ui.page.evaluate((id) => sessionStorage.getItem(`wherry-input:${id}`) ?? '', actorId);

  async function fillTexts(): Promise<void> {
    const { page } = ui;
    await page.getByLabel('Line').fill('abc');
    await page.getByLabel('Area').fill('one\ntwo');
    await page.getByLabel('Colour').selectOption({ label: 'Green' });
    await page.getByLabel('Place').fill('elsewhere');
    await page.getByLabel('Kind of Since').selectOption('relative');
    await fieldNamed('since').getByRole('textbox').fill('3');
    await page.getByLabel('Unit of Since').selectOption('week');
    await fieldNamed('day').locator('input[type=date]').fill('2026-02-28');
    await page.getByLabel('Files for File', { exact: true }).setInputFiles({
      name: 'list of pages.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('https://example.com/'),
    });
    await expect.poll(() => page.getByLabel('URL of File').inputValue()).toContain('list-of-pages.txt');
    await page.getByLabel('Password').fill('s3cret');
    await fieldNamed('pages').getByRole('textbox').fill('4');
    await fieldNamed('pages').getByRole('textbox').press('ArrowUp');
    await fieldNamed('share').getByRole('button', { name: 'Set to null' }).click();
    await page.getByRole('switch', { name: 'Fast' }).click();
    await page.getByRole('switch', { name: 'Calm' }).click();
  }

  async function fillLists(): Promise<void> {
    const { page } = ui;
    await page.getByLabel('Kind of Proxy').selectOption('own');
    await page.getByLabel('URLs of Proxy').fill('http://a.example:8001\nhttp://b.example:8002');
    await fieldNamed('thing.name').getByRole('textbox').fill('N');
    await fieldNamed('thing.size').getByRole('textbox').fill('2');
    await fieldNamed('urls').getByRole('button', { name: 'Add URL' }).click();
    await page.getByLabel('URLs: URL 1', { exact: true }).fill('https://example.com/');
    await fieldNamed('urls').locator('summary').first().click();
    await page.getByLabel('URLs: URL 1, method').selectOption('POST');
    await page.getByLabel('URLs: URL 1, user data').fill('{"label":"A"}');
    await fieldNamed('urls').getByRole('button', { name: 'Add a file of URLs' }).click();
    await page.getByLabel('URLs: URL 2, a file of URLs').fill('https://example.com/urls.txt');
    for (const [key, title, text] of [
      ['pseudo', 'Pseudo: pseudo-URL 1', 'https://example.com/[.*]'],
      ['globs', 'Globs: glob 1', 'https://example.com/**'],
      ['words', 'Words: item 1', 'first'],
    ] as const) {
      await fieldNamed(key).getByRole('button', { name: /^Add/ }).click();
      await page.getByLabel(title).fill(text);
    }
    // Enter adds the next row and goes there; an empty one is not sent.
    await page.getByLabel('Words: item 1').press('Enter');
    await page.keyboard.type('second');
    await page.keyboard.press('Enter');
    await fieldNamed('pairs').getByRole('button', { name: /^Add/ }).click();
    await page.getByLabel('Pairs: pair 1, key').fill('k');
    await page.getByLabel('Pairs: pair 1, value').fill('v');
    await page.getByLabel('Files for Files').setInputFiles({ name: 'b', mimeType: '', buffer: Buffer.from([0, 1]) });
    await page.getByLabel('Files 1').waitFor();
    await fieldNamed('choices').getByLabel('Why').check();
    await fieldNamed('things').getByRole('button', { name: 'Add' }).click();
    await fieldNamed('things.0.name').getByRole('textbox').fill('T');
    await page.getByLabel('Dataset').fill('some-data');
    await fieldNamed('stores').getByRole('button', { name: 'Add' }).click();
    await page.getByLabel('Stores 1').fill('some-store');
    await page.getByLabel('Queue').fill('some-queue');
  }

  test('a run gets exactly what is in the form, with every editor in one schema', async () => {
    await ui.client.datasets().getOrCreate('some-data');
    await ui.client.keyValueStores().getOrCreate('some-store');
    await ui.client.requestQueues().getOrCreate('some-queue');
    await ui.visit(`/actors/${actorId}`);
    const { page } = ui;
    // While one types, the input is not valid yet; browsers log each response that says so.
    ui.allowProblem(/validate-input/);
    await fillTexts();
    await fillLists();
    const editor = page.getByLabel('Object', { exact: true });
    await editor.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('{"b": [');
    await fieldNamed('object').getByText('This is not valid JSON').waitFor();
    expect(await page.getByRole('button', { name: 'Start', exact: true }).getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('{"b": [2]}');
    await expect.poll(complaints).toEqual([]);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('link', { name: 'Open the run' }).waitFor();
    const [run] = await runsOf(actorId);
    const { defaultKeyValueStoreId } = (await ui.client.run(run!.id).waitForFinish())!;
    const { file, files, secret, ...input } = (await ui.client
      .keyValueStore(defaultKeyValueStoreId)
      .getRecord('INPUT'))!.value as unknown as Record<string, unknown>;
    expect(input).toEqual({
      line: 'abc',
      area: 'one\ntwo',
      js: '() => 1',
      py: 'pass',
      color: 'g',
      place: 'elsewhere',
      since: '3 weeks',
      day: '2026-02-28',
      unseen: 'unseen',
      pages: 5,
      share: null,
      fast: true,
      calm: false,
      object: { b: [2] },
      proxy: { useApifyProxy: false, proxyUrls: ['http://a.example:8001', 'http://b.example:8002'] },
      thing: { name: 'N', size: 2 },
      urls: [
        { url: 'https://example.com/', method: 'POST', userData: { label: 'A' } },
        { requestsFromUrl: 'https://example.com/urls.txt' },
      ],
      pseudo: [{ purl: 'https://example.com/[.*]' }],
      globs: [{ glob: 'https://example.com/**' }],
      words: ['first', 'second'],
      pairs: [{ key: 'k', value: 'v' }],
      choices: ['y'],
      numbers: [1],
      things: [{ name: 'T' }],
      dataset: 'some-data',
      stores: ['some-store'],
      queue: 'some-queue',
      any: 7,
    });
    expect(secret).toMatch(/^ENCRYPTED_VALUE:/);
    // Without a token, as a run with limited permissions reads it.
    expect(await (await fetch(file as string)).text()).toBe('https://example.com/');
    expect(files).toEqual([expect.stringMatching(/^http/)]);
    // What the run gave is at the right of the form, and how many there are is counted while one looks.
    const runsTab = page.getByRole('tab', { name: /^Runs/ });
    await expect.poll(() => runsTab.innerText()).toContain(`${(await runsOf(actorId)).length}`);
    await page.getByText('Succeeded').first().waitFor();
    expect(await draft()).not.toContain('s3cret');
    ui.checkProblems();
  });

  test('a draft is kept without secrets; JSON keeps what the schema does not have, and masks secrets; examples too', async () => {
    const { page } = ui;
    await ui.visit(`/actors/${actorId}`);
    await page.getByLabel('Line').fill('abc');
    await page.getByLabel('Password').fill('s3cret');
    await ui.visit('/actors');
    await ui.visit(`/actors/${actorId}`);
    expect(await page.getByLabel('Line').inputValue()).toBe('abc');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    // A required field is empty then, which the platform says, and browsers log.
    ui.allowProblem(/validate-input/);
    // Short enough for all of it to be in sight as JSON.
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByLabel('Password').fill('s3cret');
    await page.getByRole('button', { name: 'JSON', exact: true }).first().click();
    const json = page.getByLabel('Input as JSON');
    await json.click();
    expect(await json.innerText()).toContain('<secret: secret>');
    expect(await json.innerText()).not.toContain('s3cret');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('{"line": "from JSON", "secret": "<secret: secret>", "more": {"of": "it"}}');
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    expect(await page.getByLabel('Line').inputValue()).toBe('from JSON');
    expect(await page.getByLabel('Password').inputValue()).toBe('s3cret');
    await page.getByText('Kept, though not in the schema: more').waitFor();
    await page.getByRole('button', { name: 'API' }).last().click();
    const example = page.getByRole('dialog').locator('pre');
    for (const language of ['curl', 'JavaScript', 'Python', 'wherry']) {
      await page.getByRole('button', { name: language, exact: true }).click();
      expect(await example.innerText()).toContain('from JSON');
      expect(await example.innerText()).not.toContain('s3cret');
    }
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Start and open' }).click();
    await expect.poll(() => page.url()).toContain('/console/runs/');
    const [run] = await runsOf(actorId);
    const { value } = (await ui.client.keyValueStore(run!.defaultKeyValueStoreId).getRecord('INPUT'))!;
    expect(value).toMatchObject({
      line: 'from JSON',
      more: { of: 'it' },
      secret: expect.stringMatching(/^ENCRYPTED_VALUE:/),
    });
    await ui.client.run(run!.id).waitForFinish();
    ui.checkProblems();
  });

  test("a wrong input shows the platform's words at its fields, and starts nothing", async () => {
    const { page } = ui;
    await ui.visit(`/actors/${actorId}`);
    const before = (await runsOf(actorId)).length;
    ui.allowProblem(/validate-input|status of 400/);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByLabel('Line').fill('x');
    await fieldNamed('pages').getByRole('textbox').fill('11');
    // While one types.
    await fieldNamed('line').getByText('Three letters at least.').waitFor();
    await fieldNamed('pages').getByText('Field input.pages must be <= 10').waitFor();
    await page.getByLabel('Area').focus();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Nothing was started').waitFor();
    await expect.poll(() => page.getByLabel('Line').evaluate((each) => each === document.activeElement)).toBe(true);
    expect(await page.getByLabel('Line').getAttribute('aria-invalid')).toBe('true');
    expect(await runsOf(actorId)).toHaveLength(before);
    await page.getByLabel('Line').fill('xyz');
    await expect.poll(() => fieldNamed('line').getByText('Three letters at least.').count()).toBe(0);
    ui.checkProblems();
  });

  test.each(['input', 'runs', 'builds', 'source', 'tasks', 'schedules', 'webhooks', 'statistics', 'about', 'settings'])(
    'the tab %s can be used by all',
    async (tab) => {
      ui.allowProblem(/validate-input|status of 400/);
      await ui.checkPage(`/actors/${actorId}?tab=${tab}`);
    },
  );

  test('on a narrow screen the chosen tab is in sight, also below a long description', async () => {
    const { page } = ui;
    const { id } = await ui.client.actors().create({ name: 'wordy', description: 'Many words. '.repeat(700) });
    await page.setViewportSize({ width: 390, height: 844 });
    onTestFinished(() => page.setViewportSize({ width: 1280, height: 800 }));
    for (const tab of ['input', 'settings', 'webhooks']) {
      await ui.visit(`/actors/${id}?tab=${tab}`);
      const { x, y, width } = (await page.getByRole('tab', { selected: true }).boundingBox())!;
      expect(x, tab).toBeGreaterThanOrEqual(0);
      expect(x + width, tab).toBeLessThanOrEqual(390);
      expect(y, tab).toBeLessThan(844);
    }
    await page.getByRole('button', { name: 'All of the description' }).click();
    expect((await page.getByRole('tab', { selected: true }).boundingBox())!.y).toBeGreaterThan(844);
    await page.getByRole('button', { name: 'Less' }).click();
    ui.checkProblems();
  });

  test('an Actor without source or with a build that failed leads to what has to be done', async () => {
    const { page } = ui;
    const { id } = await ui.client.actors().create({ name: 'unfinished' });
    for (const tab of ['input', 'builds']) {
      await ui.visit(`/actors/${id}?tab=${tab}`);
      await page.getByText('The Actor has no source yet').waitFor();
      await page.getByRole('link', { name: 'Go to the source' }).click();
      await page.getByText('No version yet').waitFor();
    }
    await ui.call('POST', `/v2/actors/${id}/versions`, {
      versionNumber: '0.1',
      buildTag: 'latest',
      sourceType: 'SOURCE_FILES',
      sourceFiles: [{ name: 'package.json', format: 'TEXT', content: '{"scripts":' }],
    });
    const build = await ui.client.actor(id).build('0.1');
    await ui.client.build(build.id).waitForFinish();
    await ui.visit(`/actors/${id}`);
    await page.getByText('Each build so far is at work, has failed, or has no tag.').waitFor();
    await ui.visit(`/builds/${build.id}`);
    await page.getByRole('alert').waitFor();
    const navigation = page.getByRole('navigation');
    expect(await navigation.locator('[aria-current="page"]').allInnerTexts()).toEqual(['Actors']);
    await ui.checkAccess();
    await ui.checkNarrow();
    await page.getByRole('link', { name: 'Go to the source' }).click();
    await page.getByRole('button', { name: 'package.json' }).waitFor();
    ui.checkProblems();
  });

  test('a build is aborted on its page, and is no failure', async () => {
    const { page } = ui;
    // npm runs it before it installs anything.
    const scripts = { start: 'node main.js', preinstall: 'sleep 600' };
    const files = { 'package.json': JSON.stringify({ scripts, dependencies: { ms: '2.1.3' } }), 'main.js': '' };
    const { id } = await ui.client.actors().create({
      name: 'slow',
      versions: [
        {
          versionNumber: '0.1',
          sourceType: 'SOURCE_FILES',
          sourceFiles: Object.entries(files).map(([name, content]) => ({ name, format: 'TEXT', content })),
        },
      ],
    } as never);
    const build = await ui.client.actor(id).build('0.1');
    await ui.visit(`/actors/${id}?tab=builds`);
    await page.getByText('preinstall').first().waitFor();
    await ui.visit(`/builds/${build.id}`);
    await page.getByText('preinstall').first().waitFor();
    await page.getByRole('button', { name: 'Abort' }).click();
    await page.getByRole('status').filter({ hasText: 'Aborted' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect((await ui.client.build(build.id).get())!.status).toBe('ABORTED');
    ui.checkProblems();
  });

  test('the lists, an address by name, and the page of a build', async () => {
    await ui.checkPage('/actors', { shows: 'form' });
    await ui.checkPage('/actors?search=no-such', { shows: 'No Actor like this' });
    await ui.checkPage('/actors?of=public');
    const { id } = (await ui.client.actor(actorId).builds().list()).items[0]!;
    await ui.checkPage(`/builds/${id}`, { shows: 'Succeeded' });
    const { username } = (await ui.client.user().get()) as { username: string };
    await ui.visit(`/actors/${username}~form?tab=about`);
    await expect.poll(() => ui.page.url()).toContain(`/actors/${actorId}?tab=about`);
    ui.checkProblems();
  });

  /** What the page shows cannot be told from what its owner's page shows: the same checks, as another user. */
  async function checkAs(page: Page, path: string): Promise<void> {
    await ui.visit(path, page);
    await ui.checkAccess(page);
    await ui.checkNarrow(page);
    await ui.checkHarmless(page);
    ui.checkProblems();
  }

  /** An Actor with a hostile text in every field that takes one, with a run, a task, a schedule and a webhook of it. */
  async function hostileActor(): Promise<string> {
    const properties = {
      a: field(hostileText, 'string', 'select', {
        description: hostileText,
        enum: [hostileTexts.image, 'b'],
        enumTitles: [hostileTexts.script],
        sectionCaption: hostileText,
        sectionDescription: hostileText,
        default: hostileTexts.image,
      }),
      [hostileTexts.image]: field('F', 'array', 'stringList', { prefill: [hostileText] }),
      j: field(hostileTexts.emoji, 'object', 'json', { prefill: { a: hostileText } }),
      g: field(hostileTexts.image, 'boolean', 'checkbox', { groupCaption: hostileText, groupDescription: hostileText }),
      n: field(hostileTexts.image, 'integer', 'number', { unit: hostileTexts.image }),
    };
    const readme = [
      `# ${hostileText}`,
      `[x](${hostileTexts.link}) <a href="${hostileTexts.link}">y</a> ![z](${hostileTexts.link}) ${hostileTexts.script}`,
      `<svg onload="window.x=1"><iframe srcdoc="<script>x</script>"></iframe><style>* { display: none }</style>`,
      `[ref]\n\n[ref]: ${hostileTexts.link} "${hostileTexts.attribute}"`,
      `| ${hostileTexts.image} |\n|---|\n| ${hostileTexts.script} |\n`,
    ].join('\n\n');
    const schema = schemaOf(properties, { title: hostileText, description: hostileText });
    const { actorId: id } = await deployFiles(ui.client, 'hostile', filesWith(schema, readme));
    await ui.call('PUT', `/v2/actors/${id}`, {
      title: hostileTextOf(200),
      description: hostileTextOf(9000),
      isPublic: true,
      isDeprecated: true,
      categories: [hostileTexts.image, hostileTextOf(100)],
      seoTitle: hostileTexts.image,
      seoDescription: hostileTextOf(1000),
      pictureUrl: hostileTexts.link,
      exampleRunInput: { body: hostileText, contentType: hostileTexts.image },
      actorStandby: { isEnabled: true, build: hostileTexts.image },
    });
    const version = ui.client.actor(id).version('0.1');
    const { sourceFiles } = (await version.get()) as unknown as { sourceFiles: object[] };
    const file = { name: `${hostileTexts.image.replaceAll('/', '')}.md`, format: 'TEXT', content: hostileText };
    await version.update({ sourceFiles: [...sourceFiles, file] } as never);
    await version.envVars().create({ name: 'W'.repeat(256), value: hostileText });
    await version.envVars().create({ name: 'SECRET', value: hostileText, isSecret: true });
    await ui.call('POST', `/v2/actors/${id}/versions`, {
      versionNumber: '0.2',
      sourceType: 'GIT_REPO',
      gitRepoUrl: hostileTextOf(4000),
    });
    const run = await ui.client.actor(id).start({ [hostileTexts.image]: [hostileText] });
    await ui.client.run(run.id).waitForFinish();
    await ui.client.run(run.id).update({ statusMessage: hostileText });
    await ui.call('POST', '/v2/actor-tasks', { actId: id, name: 'hostile-task', title: hostileTextOf(60) });
    await ui.call('POST', '/v2/schedules', {
      name: 'hostile-schedule',
      title: hostileTextOf(60),
      description: hostileTextOf(9000),
      cronExpression: '0 0 1 1 *',
      isEnabled: false,
      isExclusive: false,
      actions: [{ type: 'RUN_ACTOR', actorId: id }],
    });
    await ui.call('POST', '/v2/webhooks', {
      eventTypes: ['ACTOR.RUN.SUCCEEDED'],
      condition: { actorId: id },
      requestUrl: `http://127.0.0.1:1/${encodeURIComponent(hostileTexts.image)}`,
      description: hostileTexts.image,
    });
    return id;
  }

  test('texts of others are texts on every tab, for their owner and for another user', async () => {
    const id = await hostileActor();
    const all = [
      'input',
      'runs',
      'builds',
      'source',
      'tasks',
      'schedules',
      'webhooks',
      'statistics',
      'about',
      'settings',
    ];
    for (const tab of all) {
      await ui.checkPage(`/actors/${id}?tab=${tab}`);
      expect(await ui.page.getByRole('tab', { selected: true }).count(), tab).toBe(1);
    }
    await ui.visit(`/actors/${id}?tab=settings&version=0.1`);
    for (const action of ['Edit', 'Delete']) {
      await ui.page.getByRole('button', { name: `${action} WWW` }).click();
      const dialog = ui.page.getByRole('dialog');
      const tooWide = () => dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
      expect(await tooWide(), `pixels of a long name beside the dialog ${action}`).toBe(0);
      await ui.checkAccess();
      await ui.page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await ui.checkPage(`/actors/${id}?tab=source&version=0.1&file=README.md`);
    await ui.checkPage(`/actors/${id}?input=json`);
    await ui.checkPage('/actors');
    await ui.checkPage('/actors?of=public');
    const build = (await ui.client.actor(id).builds().list()).items[0]!;
    for (const tab of ['log', 'input', 'definition', 'readme']) await ui.checkPage(`/builds/${build.id}?tab=${tab}`);
    const user = await ui.call<{ id: string }>('POST', '/wherry/v1/users', { username: 'grace' });
    const { token } = await ui.call<{ token: string }>('POST', '/wherry/v1/tokens', { name: 'first', user: user.id });
    const page = await ui.pageOf(token);
    await checkAs(page, '/actors?of=public');
    for (const tab of ['input', 'about', 'runs', 'tasks', 'schedules']) {
      await checkAs(page, `/actors/${id}?tab=${tab}`);
      // A tab that is not offered would show the first one instead.
      expect(new URL(page.url()).searchParams.get('tab')).toBe(tab);
      expect(await page.getByRole('tab', { selected: true }).getAttribute('data-tab')).toBe(tab);
    }
    await page.close();
  });

  test("another user's public Actor is started, and its owner's parts are not offered", async () => {
    const user = await ui.call<{ id: string }>('POST', '/wherry/v1/users', { username: 'ada' });
    const { token } = await ui.call<{ token: string }>('POST', '/wherry/v1/tokens', { name: 'first', user: user.id });
    const ada = new ApifyClient({ baseUrl: ui.platform.url, token });
    const simple = schemaOf({ word: field('Word', 'string', 'textfield', { prefill: 'hello' }) });
    const { actorId: id } = await deployFiles(ada, 'shared', filesWith(simple, '# Shared'));
    await ada.actor(id).update({ isPublic: true, actorPermissionLevel: 'FULL_PERMISSIONS' } as never);
    await ui.checkPage(`/actors/${id}`, { shows: 'belongs to' });
    const { page } = ui;
    expect(await page.getByRole('tab').allInnerTexts()).not.toEqual(expect.arrayContaining(['Source']));
    const start = page.getByRole('button', { name: 'Start', exact: true });
    expect(await start.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('switch', { name: /Allow full permissions/ }).click();
    await start.click();
    await page.getByRole('link', { name: 'Open the run' }).waitFor();
    expect(await runsOf(id)).toHaveLength(1);
    expect((await ada.actor(id).runs().list()).items).toHaveLength(0);
    ui.checkProblems();
  });

  test('an Actor is made from a template, changed, built, tagged, set and deleted', async () => {
    const { page } = ui;
    // Chromium gives a text that replaces a highlighted one its colour, as an inline style, which the policy stops.
    ui.allowProblem(/Applying inline style/);
    await ui.visit('/actors');
    await page.getByRole('button', { name: 'New Actor…' }).click();
    await page.getByLabel('Name').fill('from-template');
    await page.getByRole('radio', { name: 'Python' }).check();
    await ui.checkAccess();
    await page.getByRole('radio', { name: 'JavaScript' }).check();
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('button', { name: 'package.json' }).click();
    // The template's own packages are installed by the tests of the demo; here it does without.
    await page.getByLabel('Content of package.json').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('{"type":"module","scripts":{"start":"node src/main.js"}}');
    await page.getByRole('button', { name: 'src/main.js' }).click();
    await page.getByLabel('Content of src/main.js').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('console.log("built in the console");');
    await page.getByRole('tab', { name: 'README' }).click();
    await page.getByRole('tab', { name: 'Source' }).click();
    await page.getByText('Not saved yet').waitFor();
    await page.getByRole('button', { name: 'Save and build' }).click();
    await expect.poll(() => page.url()).toContain('/console/builds/');
    await page.getByRole('status').filter({ hasText: 'Succeeded' }).waitFor();
    const { username } = (await ui.client.user().get()) as { username: string };
    const { id } = (await ui.client.actor(`${username}/from-template`).get())!;
    await settings(id);
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByLabel('Type from-template to confirm').fill('from-template');
    await page.getByRole('button', { name: 'Delete', exact: true }).last().click();
    await expect.poll(() => ui.client.actor(id).get()).toBeUndefined();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/console/actors');
    ui.allowProblem(/status of 404/);
    ui.checkProblems();
  });

  async function settings(id: string): Promise<void> {
    const { page } = ui;
    await ui.visit(`/actors/${id}?tab=builds`);
    await page.getByRole('button', { name: /More about build/ }).click();
    await page.getByRole('menuitem', { name: 'Tag…' }).click();
    await page.getByLabel('Tag', { exact: true }).fill('beta');
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await page.getByText('beta is build').waitFor();
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByLabel('Title').fill('A new title');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'A new title' }).waitFor();
    await page.getByRole('button', { name: 'Add…' }).click();
    await page.getByLabel('Name').last().fill('KEY');
    await page.getByRole('switch', { name: /Secret/ }).click();
    await page.getByLabel('Value').fill('hidden-value');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('•••••• secret').waitFor();
    expect(await page.content()).not.toContain('hidden-value');
    const actor = (await ui.client.actor(id).get()) as unknown as Record<string, unknown>;
    expect(actor).toMatchObject({ title: 'A new title', taggedBuilds: { beta: {}, latest: {} } });
  }
});
