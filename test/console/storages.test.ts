/** Datasets, key-value stores and request queues in the console, with a million items and with what strangers wrote. */
import { readFile } from 'node:fs/promises';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';
import { hostileMark, hostileText, hostileTexts } from './hostile-texts.ts';

let ui: ConsoleUnderTest;

/** Answers with the status, and with a body that is no JSON too. */
const put = (path: string, body: string | Uint8Array<ArrayBuffer>, contentType: string) =>
  fetch(ui.platform.url + path, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ui.platform.token}`, 'content-type': contentType },
    body,
  });

/** A WAV file: silence of one channel, 8,000 samples of a byte a second. */
function toneOf(samples: number): Uint8Array<ArrayBuffer> {
  const file = new DataView(new ArrayBuffer(44 + samples));
  const text = (offset: number, letters: string) => new Uint8Array(file.buffer, offset).set(Buffer.from(letters));
  text(0, 'RIFF');
  file.setUint32(4, 36 + samples, true);
  text(8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, 8000, true);
  file.setUint32(28, 8000, true);
  file.setUint16(32, 1, true);
  file.setUint16(34, 8, true);
  text(36, 'data');
  file.setUint32(40, samples, true);
  return new Uint8Array(file.buffer).fill(128, 44);
}

const rowsOf = (page: Page) => page.locator('[role="grid"] [role="row"][aria-rowindex]');

describe.skipIf(chromiumPath === undefined)('storages in the console', () => {
  beforeAll(async () => {
    ui = await startConsole();
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  test('lists show named storages, unnamed ones on a toggle, and find by a part of the name', async () => {
    await ui.client.datasets().getOrCreate('first-products');
    await ui.client.keyValueStores().getOrCreate('first-pages');
    await ui.client.requestQueues().getOrCreate('first-links');
    const unnamed = await ui.client.datasets().getOrCreate();
    const lists = { datasets: 'first-products', 'key-value-stores': 'first-pages', 'request-queues': 'first-links' };
    for (const [path, name] of Object.entries(lists)) await ui.checkPage(`/${path}`, { shows: name });
    await ui.visit('/datasets');
    expect(await ui.page.getByText(unnamed.id).count()).toBe(0);
    await ui.page.getByRole('switch', { name: 'Unnamed ones too' }).click();
    await ui.page.getByRole('link', { name: unnamed.id }).waitFor();
    await ui.page.getByRole('searchbox').fill('PRODUCT');
    await expect.poll(() => ui.page.getByRole('link', { name: unnamed.id }).count()).toBe(0);
    await ui.page.reload();
    await ui.page.getByRole('link', { name: 'first-products' }).click();
    await ui.page.getByText('The dataset has no items').waitFor();
    ui.checkProblems();
  });

  test('1,000,000 items are scrolled with few rows, few calls and little memory', async () => {
    const { id } = await ui.client.datasets().getOrCreate('million');
    for (let first = 0; first < 1_000_000; first += 50_000) {
      const items = Array.from({ length: 50_000 }, (_, n) => ({ n: first + n, name: `Product ${first + n}` }));
      await ui.call('POST', `/v2/datasets/${id}/items`, items);
    }
    const calls: string[] = [];
    const count = (request: Request) => void (request.url().includes('/items?') && calls.push(request.url()));
    ui.page.on('request', count);
    onTestFinished(() => void ui.page.off('request', count));
    await ui.checkPage(`/datasets/${id}`, { shows: 'Product 999999' });
    const grid = ui.page.getByRole('grid', { name: 'Items' });
    const shows = (n: number) => grid.getByText(`Product ${n}`, { exact: true }).waitFor();
    const mostRows = async () => expect(await rowsOf(ui.page).count()).toBeLessThan(60);
    calls.length = 0;
    await grid.hover();
    for (let step = 0; step < 40; step += 1) {
      await ui.page.mouse.wheel(0, 300);
      await mostRows();
    }
    // 40 steps of 300 px are about 353 rows, in a table of this length as in any [rows-2].
    await expect
      .poll(async () => Number(await rowsOf(ui.page).nth(1).getAttribute('aria-rowindex')), {
        message: 'the first row',
      })
      .toBeGreaterThan(300);
    expect(Number(await rowsOf(ui.page).nth(1).getAttribute('aria-rowindex'))).toBeLessThan(400);
    // As the scroll bar is dragged: through all of it, and back.
    for (let part = 0; part <= 100; part += 1) {
      await grid.evaluate((element, to) => element.scrollTo(0, (element.scrollHeight * to) / 100), part);
    }
    await shows(0);
    await mostRows();
    await grid.evaluate((element) => element.scrollTo(0, 0));
    await shows(999_999);
    await grid.focus();
    await ui.page.keyboard.press('End');
    await shows(0);
    await ui.page.keyboard.press('ArrowRight');
    await ui.page.keyboard.press('Enter');
    const dialog = ui.page.getByRole('dialog', { name: 'n of item 1' });
    await dialog.waitFor();
    await ui.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => grid.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await ui.page.keyboard.press('Home');
    await shows(999_999);
    expect(calls.length, calls.join('\n')).toBeLessThan(120);
    // 1,000,000 items as JavaScript objects are far more than this.
    const heapBytes = await ui.page.evaluate(
      () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
    );
    expect(heapBytes).toBeLessThan(150 * 1024 * 1024);
    ui.checkProblems();
  });

  test('new items come in on top, without moving what is being read', async () => {
    const { id } = await ui.client.datasets().getOrCreate('growing');
    const push = (from: number, most: number) =>
      ui.client.dataset(id).pushItems(Array.from({ length: most }, (_, n) => ({ name: `Thing ${from + n}` })));
    await push(0, 500);
    await ui.visit(`/datasets/${id}`);
    const grid = ui.page.getByRole('grid', { name: 'Items' });
    await grid.getByText('Thing 499', { exact: true }).waitFor();
    await push(500, 3);
    await grid.getByText('Thing 502', { exact: true }).waitFor();
    await grid.hover();
    await ui.page.mouse.wheel(0, 3400);
    await grid.getByText('Thing 400', { exact: true }).waitFor();
    await ui.settled();
    const topOf = async () => (await grid.getByText('Thing 400', { exact: true }).boundingBox())!.y;
    const before = await topOf();
    await push(503, 12);
    const badge = ui.page.getByRole('button', { name: '12 new' });
    await badge.waitFor();
    expect(await topOf()).toBe(before);
    await badge.click();
    await grid.getByText('Thing 514', { exact: true }).waitFor();
    ui.checkProblems();
  });

  test('views of the schema show what they say, also where an item has several rows or none', async () => {
    const view = (title: string, transformation: object, properties: object = {}) => ({
      title,
      transformation,
      display: { component: 'table', properties },
    });
    const views = {
      overview: view(
        'Overview',
        { fields: ['url', 'seen'] },
        { url: { label: 'Address', format: 'link' }, seen: { label: 'Seen', format: 'date' } },
      ),
      offers: view('Offers', { unwind: ['offers'], fields: ['shop', 'price'] }),
    };
    const schema = { actorSpecification: 1, fields: {}, views };
    const { id } = await ui.call<{ id: string }>('POST', '/v2/datasets?name=with-views', { schema });
    const offers = [
      { shop: 'North', price: 10 },
      { shop: 'South', price: 12 },
    ];
    await ui.client.dataset(id).pushItems([
      { url: 'https://example.com/a', seen: new Date(Date.now() - 7200_000).toISOString(), offers },
      { url: 'javascript:alert(1)', seen: 'never', offers: [] },
    ]);
    await ui.checkPage(`/datasets/${id}`, { shows: '2 h ago' });
    expect(await ui.page.getByRole('columnheader', { name: 'Address' }).count()).toBe(1);
    const grid = ui.page.getByRole('grid');
    expect(await grid.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual(
      ['https://example.com/a'],
    );
    await ui.page.getByRole('button', { name: 'Offers' }).click();
    await grid.getByText('South').waitFor();
    expect(await grid.getByText('North').count()).toBe(1);
    await ui.page.getByRole('button', { name: 'JSON' }).click();
    await ui.page.getByText('"https://example.com/a"').waitFor();
    await ui.page.goBack();
    await grid.getByText('South').waitFor();
    ui.checkProblems();
  });

  test('items are exported by the session of the browser, as they were chosen', async () => {
    const { id } = await ui.client.datasets().getOrCreate('to-export');
    await ui.client.dataset(id).pushItems([
      { name: '=1+1', price: 1, secret: 'x' },
      { name: 'plain', price: 2, secret: 'y' },
    ]);
    await ui.visit(`/datasets/${id}`);
    await ui.page.getByRole('button', { name: 'Export…' }).click();
    const dialog = ui.page.getByRole('dialog');
    await dialog.getByLabel('Format').selectOption('csv');
    await dialog.getByLabel('Only these fields').fill('name, price');
    await ui.checkAccess();
    const [download] = await Promise.all([
      ui.page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${id}.csv`);
    expect(await readFile(await download.path(), 'utf8')).toBe("\ufeffname,price\r\n'=1+1,1\r\nplain,2\r\n");
    ui.checkProblems();
  });

  test('what strangers wrote is shown as text, in every field of all three', async () => {
    const dataset = await ui.client.datasets().getOrCreate('hostile-items');
    const texts = Object.values(hostileTexts);
    await ui.client
      .dataset(dataset.id)
      .pushItems([
        ...texts.map((text) => ({ text, [text.slice(0, 300)]: [text, { [text.slice(0, 100)]: text }] })),
        {},
      ]);
    const store = await ui.client.keyValueStores().getOrCreate('hostile-records');
    const recordsPath = `/v2/key-value-stores/${store.id}/records`;
    await put(`${recordsPath}/text`, texts.join('\n'), 'text/plain');
    await put(`${recordsPath}/${encodeURIComponent("a'(!).b_-")}`, JSON.stringify(texts), 'application/json');
    await put(`${recordsPath}/${'K'.repeat(256)}`, new Uint8Array([0, 1, 2, 255]), 'application/octet-stream');
    const queue = await ui.client.requestQueues().getOrCreate('hostile-requests');
    const added = await ui.client.requestQueue(queue.id).addRequest({
      url: hostileText,
      uniqueKey: hostileText,
      userData: { [hostileText.slice(0, 500)]: hostileText },
      headers: { 'x-hostile': hostileText },
      payload: hostileText,
      errorMessages: texts,
      retryCount: 3,
    } as never);
    const title = `${hostileTexts.image}${hostileTexts.rightToLeft}${hostileTexts.emoji}`;
    await ui.call('PUT', `/v2/datasets/${dataset.id}`, { title });
    await ui.call('PUT', `/v2/key-value-stores/${store.id}`, { title });
    await ui.call('PUT', `/v2/request-queues/${queue.id}`, { title });
    for (const path of ['datasets', 'key-value-stores', 'request-queues']) await ui.checkPage(`/${path}`);
    await ui.checkPage(`/datasets/${dataset.id}`);
    await ui.checkPage(`/datasets/${dataset.id}?view=~json`);
    await ui.page.getByRole('button', { name: 'All fields' }).click();
    for (const index of [2, 4, 6]) {
      await ui.page.locator(`[role="row"][aria-rowindex="${index}"] [data-column="1"]`).click();
      await ui.page.getByRole('dialog').waitFor();
      await ui.checkHarmless();
      await ui.page.keyboard.press('Escape');
      await ui.page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    for (const key of ['text', "a'(!).b_-", 'K'.repeat(256)]) {
      await ui.checkPage(`/key-value-stores/${store.id}?key=${encodeURIComponent(key)}`);
    }
    await ui.page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = ui.page.getByRole('dialog', { name: 'Delete the record?' });
    const tooWide = () => dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(await tooWide(), 'pixels of a long key beside its dialog').toBe(0);
    await ui.page.keyboard.press('Escape');
    await ui.checkPage(`/request-queues/${queue.id}`);
    await ui.checkPage(`/request-queues/${queue.id}?request=${added.requestId}`, { shows: 'Payload' });
  });

  test('[preview-1] a page in a record is drawn, and none of its scripts runs', async () => {
    const store = await ui.client.keyValueStores().getOrCreate('pages');
    const act = `window.${hostileMark}=true;try{parent.${hostileMark}=true;top.${hostileMark}=true;top.location='/console/settings'}catch{}`;
    const html = `<!doctype html><body onload="${act}"><h1>A page of an Actor</h1><script>${act}</script><img src="/none" onerror="${act}">`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30"/><script>${act}</script></svg>`;
    const path = `/v2/key-value-stores/${store.id}/records`;
    await put(`${path}/page`, html, 'text/html');
    await put(`${path}/drawing`, svg, 'image/svg+xml');
    // What the frame tries is refused, which the browser tells; nothing else is wrong.
    const refused = /Blocked script execution|Unsafe attempt to initiate navigation|\/none\b/;
    ui.allowProblem(refused);
    await ui.visit(`/key-value-stores/${store.id}?key=page`);
    const frame = ui.page.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'A page of an Actor' }).waitFor();
    expect(await ui.page.locator('iframe').getAttribute('sandbox')).toBe('');
    await ui.checkHarmless();
    expect(new URL(ui.page.url()).pathname).toBe(`/console/key-value-stores/${store.id}`);
    await ui.checkAccess();
    await ui.checkNarrow();
    ui.checkProblems();
    await ui.visit(`/key-value-stores/${store.id}?key=drawing`);
    const image = ui.page.getByRole('img', { name: 'The record drawing' });
    await expect.poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(90);
    await ui.checkHarmless();
    ui.checkProblems();
  });

  test('a record that cannot be drawn says why and offers its bytes', async () => {
    const { id } = await ui.client.keyValueStores().getOrCreate('undrawn');
    const path = `/v2/key-value-stores/${id}/records`;
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
    for (const [key, type] of Object.entries({
      picture: 'image/png',
      scan: 'image/tiff',
      film: 'video/mp4',
      voice: 'audio/ogg',
    })) {
      await put(`${path}/${key}`, png, type);
      await ui.visit(`/key-value-stores/${id}?key=${key}`);
      await ui.page.getByText('This record cannot be shown').waitFor();
      const [download] = await Promise.all([
        ui.page.waitForEvent('download'),
        ui.page.getByRole('link', { name: 'Download the record' }).click(),
      ]);
      expect(new Uint8Array(await readFile(await download.path())), key).toEqual(png);
    }
    await ui.checkAccess();
    await ui.checkNarrow();
    await put(`${path}/document`, '%PDF-1.4', 'application/pdf');
    await ui.checkPage(`/key-value-stores/${id}?key=document`, { shows: 'The console shows no' });
    await put(`${path}/nothing`, '', 'image/png');
    await ui.checkPage(`/key-value-stores/${id}?key=nothing`, { shows: 'The record is empty.' });
    await put(`${path}/cut`, '{"a":', 'application/ld+json');
    await ui.checkPage(`/key-value-stores/${id}?key=cut`, { shows: 'It is not valid JSON.' });
    ui.allowProblem(/status of 404/);
    await ui.checkPage(`/key-value-stores/${id}?key=never`, { shows: 'The store has no record of this key' });
    await put(`${path}/never`, 'now', 'text/plain');
    await ui.page.locator('.cm-content').getByText('now').waitFor();
    ui.allowProblem(/status of 404/);
    ui.checkProblems();
  });

  test('what is heard goes on while other records are written, and is another once its record is', async () => {
    const { id } = await ui.client.keyValueStores().getOrCreate('heard');
    await ui.visit(`/key-value-stores/${id}`);
    await ui.page.getByRole('button', { name: 'New record' }).click();
    const file = { name: 'a tone.wav', mimeType: 'audio/wav', buffer: Buffer.from(toneOf(8000)) };
    await ui.page.getByRole('dialog').getByLabel('File').setInputFiles(file);
    await ui.page.getByRole('button', { name: 'Store', exact: true }).click();
    const audio = ui.page.locator('audio');
    const lengthOf = () => audio.evaluate((element) => (element as HTMLAudioElement).duration);
    await expect.poll(lengthOf, { message: 'the seconds of the tone' }).toBe(1);
    const source = await audio.getAttribute('src');
    await put(`/v2/key-value-stores/${id}/records/another`, 'text', 'text/plain');
    await ui.page.getByRole('button', { name: 'another' }).waitFor();
    await ui.settled();
    expect(await audio.getAttribute('src')).toBe(source);
    await put(`/v2/key-value-stores/${id}/records/a-tone.wav`, toneOf(16_000), 'audio/wav');
    await expect.poll(lengthOf, { message: 'the seconds of the longer tone' }).toBe(2);
    ui.checkProblems();
  });

  test('texts are read by their charset, and an edit changes nothing but what was edited', async () => {
    const { id } = await ui.client.keyValueStores().getOrCreate('charsets');
    const path = `/v2/key-value-stores/${id}/records`;
    await put(
      `${path}/utf16`,
      new Uint8Array(Buffer.from('\ufeffGrüße, שלום', 'utf16le')),
      'text/plain; charset=utf-16le',
    );
    await put(`${path}/numbers`, '{"id":12345678901234567890,"price":1.0}', 'application/json');
    await put(`${path}/damaged`, Uint8Array.from([0x47, 0x72, 0xfc, 0xdf, 0x65]), 'text/plain; charset=utf-8');
    const stored = async (key: string) => {
      const headers = { authorization: `Bearer ${ui.platform.token}` };
      const response = await fetch(`${ui.platform.url}${path}/${key}`, { headers });
      return { type: response.headers.get('content-type'), text: await response.text() };
    };
    const dialog = ui.page.getByRole('dialog', { name: /^Edit/ });
    const store = async () => {
      await dialog.getByRole('button', { name: 'Store', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await ui.visit(`/key-value-stores/${id}?key=utf16`);
    await ui.page.locator('.cm-content').getByText('Grüße, שלום').waitFor();
    await ui.page.getByRole('button', { name: 'Edit' }).click();
    await dialog.locator('.cm-content').fill('Grüße, мир');
    await store();
    expect(await stored('utf16')).toEqual({ type: 'text/plain; charset=utf-8', text: 'Grüße, мир' });
    await ui.visit(`/key-value-stores/${id}?key=numbers`);
    await ui.page.locator('.cm-content').getByText('12345678901234567890').waitFor();
    await ui.page.getByRole('button', { name: 'Edit' }).click();
    await dialog.locator('.cm-content').waitFor();
    await store();
    expect((await stored('numbers')).text.replaceAll(/\s/g, '')).toBe('{"id":12345678901234567890,"price":1.0}');
    await ui.visit(`/key-value-stores/${id}?key=damaged`);
    await ui.page.getByText('Not all of it is a text in').waitFor();
    await ui.page.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByText('which an editor would lose').waitFor();
    expect(await dialog.locator('.cm-content').count()).toBe(0);
    expect(await dialog.getByRole('button', { name: 'Store' }).getAttribute('aria-disabled')).toBe('true');
    ui.checkProblems();
  });

  test('a record is written, changed, and deleted by its name', async () => {
    const { id } = await ui.client.keyValueStores().getOrCreate('written');
    await ui.visit(`/key-value-stores/${id}`);
    await ui.page.getByRole('button', { name: 'New record' }).click();
    await ui.page.getByRole('dialog', { name: 'New record' }).getByRole('textbox', { name: /^Key/ }).fill('SETTINGS');
    await ui.page.locator('[role="dialog"] .cm-content').fill('{"a": 1}');
    await ui.page.getByRole('button', { name: 'Store', exact: true }).click();
    await expect
      .poll(() => ui.client.keyValueStore(id).getRecord('SETTINGS'), { message: 'the record' })
      .toMatchObject({ value: { a: 1 } });
    await ui.page.getByRole('button', { name: 'Edit' }).click();
    await ui.page.locator('[role="dialog"] .cm-content').fill('{"a": 2}');
    await ui.page.getByRole('button', { name: 'Store', exact: true }).click();
    await expect
      .poll(() => ui.client.keyValueStore(id).getRecord('SETTINGS'), { message: 'the changed record' })
      .toMatchObject({ value: { a: 2 } });
    await ui.page.getByRole('dialog', { name: 'Edit SETTINGS' }).waitFor({ state: 'detached' });
    await ui.page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = ui.page.getByRole('dialog', { name: 'Delete the record?' });
    await dialog.getByRole('button', { name: 'Delete' }).click({ force: true });
    expect(
      await ui.client.keyValueStore(id).getRecord('SETTINGS'),
      'nothing is deleted without the name',
    ).toBeDefined();
    await dialog.getByRole('textbox').fill('SETTINGS');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await ui.page.getByText('The store has no records').waitFor();
    ui.checkProblems();
  });

  test('requests are added, found, told, and shown by their state', async () => {
    const { id } = await ui.client.requestQueues().getOrCreate('worked');
    const queue = ui.client.requestQueue(id, { clientKey: 'the-worker' });
    await ui.visit(`/request-queues/${id}`);
    await ui.page.getByRole('button', { name: 'Add requests' }).click();
    const form = ui.page.getByRole('dialog', { name: 'Add requests' });
    await form.getByLabel('URLs').fill('https://example.com/one\nhttps://example.com/two\nhttps://example.com/three');
    await form.getByLabel('User data').fill('{"label": "LIST"}');
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await ui.page.getByRole('button', { name: 'https://example.com/three' }).waitFor();
    const [first] = (await queue.listAndLockHead({ lockSecs: 600, limit: 1 })).items;
    const [second] = (await queue.listHead({ limit: 1 })).items;
    await queue.updateRequest({
      ...second!,
      handledAt: new Date().toISOString(),
      errorMessages: ['It broke once'],
    } as never);
    await ui.page.getByRole('button', { name: 'Locked' }).click();
    await ui.page.getByText('the-worker').waitFor();
    await ui.page.getByRole('button', { name: first!.url }).waitFor();
    await ui.page.getByRole('button', { name: 'Handled' }).click();
    await ui.page.getByRole('button', { name: second!.url }).click();
    const story = ui.page.getByRole('dialog', { name: 'Request' });
    await story.getByText('It broke once').waitFor();
    await story.getByText('Handled', { exact: true }).first().waitFor();
    await ui.settled();
    await ui.checkAccess();
    await ui.page.keyboard.press('Escape');
    for (const text of ['COM/THREE', 'https://example.com/three']) {
      await ui.page.getByRole('searchbox').fill(text);
      await ui.page.getByRole('button', { name: 'https://example.com/three' }).waitFor();
      expect(await ui.page.getByRole('button', { name: 'https://example.com/one' }).count()).toBe(0);
    }
    ui.checkProblems();
  });

  test('a share link works for who is signed out', async () => {
    const { id } = await ui.client.datasets().getOrCreate('shared');
    await ui.client.dataset(id).pushItems([{ for: 'anybody' }]);
    await ui.visit(`/datasets/${id}`);
    await ui.page.getByRole('button', { name: 'Share…' }).click();
    const dialog = ui.page.getByRole('dialog');
    await dialog.getByLabel('It ends after').selectOption('3600');
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const link = await dialog.getByLabel('Link', { exact: true }).inputValue();
    await ui.checkAccess();
    const stranger = await ui.browser.newContext();
    onTestFinished(() => stranger.close());
    const read = async (url: string) => (await stranger.request.get(url)).status();
    expect(await read(link)).toBe(200);
    expect(await read(link.replace(/\?.*/, ''))).toBe(401);
    const path = `/wherry/v1/datasets/${id}/share-links`;
    const { url: ending } = await ui.call<{ url: string }>('POST', path, { expiresInSecs: 1 });
    await expect.poll(() => read(ending), { message: 'a link that has ended' }).toBe(403);
    ui.checkProblems();
  });

  test('a storage is renamed, opened to readers, and deleted by its name', async () => {
    const { id } = await ui.client.datasets().getOrCreate('before');
    await ui.visit(`/datasets/${id}`);
    const choose = async (action: string) => {
      await ui.page.getByRole('button', { name: 'More' }).click();
      await ui.page.getByRole('menuitem', { name: action }).click();
    };
    await choose('Rename…');
    await ui.page.getByRole('textbox', { name: 'Name' }).fill('after');
    await ui.page.getByRole('button', { name: 'Save' }).click();
    await ui.page.getByRole('heading', { name: 'after', level: 1 }).waitFor();
    await choose('Access…');
    await ui.page.getByRole('combobox', { name: 'Access' }).selectOption('ANYONE_WITH_ID_CAN_READ');
    await ui.page.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(async () => (await fetch(`${ui.platform.url}/v2/datasets/${id}`)).status, { message: 'a visitor reads' })
      .toBe(200);
    await ui.page.getByRole('dialog').waitFor({ state: 'detached' });
    await choose('Delete…');
    await ui.page.getByRole('dialog').getByRole('textbox').fill('after');
    await ui.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await ui.page.getByRole('heading', { name: 'Datasets', level: 1 }).waitFor();
    expect(await ui.client.dataset(id).get()).toBeUndefined();
    ui.checkProblems();
  });
});
