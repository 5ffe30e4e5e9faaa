/**
 * Makes the pictures of docs/console.md and of the README anew, of a platform with three servers and some real Actors:
 * `npm run pictures`. It takes some minutes.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { dataFolderOfTest, type LivePlatform, livePlatformOf } from '../../packages/cli/test/live-platform.ts';
import { callWherry } from '../../packages/cli/test/program.ts';
import { ensureConsoleBuilt } from '../../scripts/build-console.mjs';
import { chromiumPath } from '../support/browser.ts';
import { deployFiles } from '../support/deploy.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'docs', 'console');
const unsafeActor = fileURLToPath(new URL('../../packages/prover/test/actors/pushed-before-marked', import.meta.url));

const packageOf = (name: string) =>
  JSON.stringify({ name, version: '1.0.0', type: 'module', scripts: { start: 'node main.js' } });

/** A shop's products, one commit each. */
const shopPrices = {
  'package.json': packageOf('shop-prices'),
  '.actor/actor.json': JSON.stringify({
    ...{ actorSpecification: 1, name: 'shop-prices', title: 'Shop prices', version: '0.1', input: './input.json' },
    description: 'The products of a shop with their prices, as they are today.',
    storages: {
      dataset: {
        actorSpecification: 1,
        views: {
          products: {
            title: 'Products',
            transformation: { fields: ['product', 'price', 'inStock', 'url'] },
            display: {
              component: 'table',
              properties: {
                product: { label: 'Product' },
                price: { label: 'Price', format: 'number' },
                inStock: { label: 'In stock', format: 'boolean' },
                url: { label: 'Page', format: 'link' },
              },
            },
          },
        },
      },
    },
  }),
  '.actor/input.json': JSON.stringify({
    ...{ title: 'Shop prices', type: 'object', schemaVersion: 1, required: ['startUrls'] },
    properties: {
      startUrls: {
        ...{ title: 'Categories', description: 'Pages that list products.' },
        ...{ type: 'array', editor: 'requestListSources', prefill: [{ url: 'https://shop.example/shoes' }] },
      },
      products: {
        ...{ title: 'Maximum products', description: 'The run ends after these.' },
        ...{ type: 'integer', minimum: 1, default: 4000, unit: 'products' },
      },
      currency: {
        ...{ title: 'Currency', description: 'Prices are converted at the rate of the day.' },
        ...{ type: 'string', enum: ['EUR', 'GBP', 'USD'], default: 'EUR', editor: 'select' },
      },
      password: {
        ...{ title: 'Password', description: 'For prices that only customers see.' },
        ...{ type: 'string', editor: 'textfield', isSecret: true },
      },
    },
  }),
  'main.js': `
import { setTimeout as delay } from 'node:timers/promises';
import { openState } from '@wherry/durable';
import { Actor, log } from 'apify';

await Actor.init();
const { products = 4000, everyMs = 100 } = (await Actor.getInput()) ?? {};
const state = await openState({ key: 'prices', initial: () => ({ next: 1 }) });
while (state.value.next <= products) {
  const number = state.value.next;
  await delay(everyMs);
  const url = 'https://shop.example/p/' + number;
  await state.commit((draft, tx) => {
    draft.next += 1;
    tx.pushData({ product: 'Product ' + number, price: ((number * 7919) % 9000) / 100, inStock: number % 5 > 0, url });
  });
  if (number % 50 === 0) {
    log.info('Read a page of products', { products: number });
    await Actor.setStatusMessage(number + ' of ' + products + ' products');
  }
}
await Actor.exit();`,
};

const stockWatch = {
  'package.json': packageOf('stock-watch'),
  'main.js': `
console.log('INFO  Reading the stock of 12 shops');
const product = JSON.parse('{}');
console.log(product.offer.price);`,
};

const newsCrawler = {
  'package.json': packageOf('news-crawler'),
  'main.js': "console.log('INFO  Waiting for the feed'); setInterval(() => undefined, 1000);",
};

const forOneProduct = { startUrls: [{ url: 'https://shop.example/shoes' }] };

async function main(): Promise<void> {
  if (chromiumPath === undefined) throw new Error('There is no Chromium. Set CHROMIUM_PATH.');
  if (!ensureConsoleBuilt()) throw new Error('The console could not be built.');
  const dataFolder = await dataFolderOfTest();
  try {
    await using platform = await livePlatformOf([
      ...['up', '--port', '0', '--data', dataFolder, '--json', '--servers', '3', '--memory', '8192'],
    ]);
    const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
    try {
      const context = await browser.newContext({
        ...{
          baseURL: platform.url,
          viewport: { width: 1280, height: 820 },
          reducedMotion: 'reduce',
          timezoneId: 'Europe/Prague',
          locale: 'en-GB',
        },
      });
      await context.request.post('/wherry/v1/session', { data: { token: platform.token } });
      await makePictures(platform, await context.newPage());
    } finally {
      await browser.close();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function makePictures(platform: LivePlatform, page: Page): Promise<void> {
  const { client } = platform;
  const show = async (address: string, shows: string | RegExp) => {
    await page.goto(`${platform.url}/console${address}`);
    await page.getByText(shows).first().waitFor();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    // Fonts, and what the last change of the page has moved.
    await delay(1500);
  };
  const called = async <Data>(address: string, body?: object): Promise<Data> => {
    const response = await fetch(platform.url + address, {
      headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${address} returned ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { data: Data }).data;
  };
  const picture = async (name: string) => {
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    console.log(`docs/console/${name}.png`);
  };
  const { actorId: shopId } = await deployFiles(client, 'shop-prices', shopPrices);
  const { actorId: stockId } = await deployFiles(client, 'stock-watch', stockWatch);
  const { actorId: newsId } = await deployFiles(client, 'news-crawler', newsCrawler);

  await client.actor(shopId).call({ ...forOneProduct, products: 240, everyMs: 5 }, { memory: 512, log: null });
  await show(`/actors/${shopId}`, 'Maximum products');
  await picture('actor');

  await client.actor(stockId).call({}, { memory: 512, log: null });
  await client.actor(newsId).call({}, { memory: 512, timeout: 5, log: null });
  const crawls: { id: string }[] = [];
  for (const [memory, products] of [
    [1024, 4000],
    [512, 9000],
    [2048, 20_000],
  ] as const)
    crawls.push(await client.actor(shopId).start({ ...forOneProduct, products, everyMs: 60 }, { memory }));
  const moved = crawls[0]!;
  await delay(25_000);
  const move = (mode: string) => called(`/wherry/v1/runs/${moved.id}/migrate`, { mode });
  await move('warm');
  await delay(15_000);
  await show(`/runs/${moved.id}`, 'Attempts');
  await page.getByRole('button', { name: 'Move…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await dialog
    .getByText(/boots|at the gate|drain/i)
    .first()
    .waitFor();
  await delay(700);
  await picture('move');
  await dialog.getByText(/^Moved from/).waitFor({ timeout: 60_000 });
  await page.keyboard.press('Escape');
  await delay(12_000);
  await move('lost');
  await delay(15_000);
  await show(`/runs/${moved.id}`, 'Attempts');
  await picture('run');

  for (const [name, title, cronExpression, actorId] of [
    ['stock-hourly', 'Stock, every hour', '0 * * * *', stockId],
    ['prices-nightly', 'Prices, every night', '30 2 * * *', shopId],
  ] as const)
    await client.schedules().create({
      ...{ name, title, cronExpression, timezone: 'Europe/Prague', isEnabled: true, isExclusive: true },
      actions: [{ type: 'RUN_ACTOR', actorId }] as never,
    });
  await show('', 'Next scheduled');
  await picture('overview');

  await show('/servers', 'local-3');
  const { items } = await called<{ items: { serverId: string }[] }>(`/wherry/v1/runs/${moved.id}/attempts`);
  const busy = items.at(-1)!.serverId;
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: busy }) });
  await card.getByRole('button', { name: 'Drain…' }).click();
  await dialog.getByRole('button', { name: `Drain ${busy}` }).click();
  await dialog.getByText(`${busy} is drained.`).waitFor({ timeout: 90_000 });
  await delay(1000);
  await picture('servers');
  await Promise.all(crawls.map(({ id }) => client.run(id).abort()));

  const proof = ['prove', unsafeActor, '--input', '{"pages":6}', '--budget', '60s', '--publish'];
  const { actorId: provedId } = await deployFiles(client, path.basename(unsafeActor), newsCrawler);
  // Where Actors find the packages of the clone.
  const environment = { WHERRY_URL: platform.url, WHERRY_TOKEN: platform.token, TMPDIR: path.join(root, '.tmp') };
  const { stderr } = await callWherry(proof, { environment });
  const data = await called<{ items: { id: string }[] }>(`/wherry/v1/actors/${provedId}/proofs`);
  if (data.items[0] === undefined) throw new Error(`no proof was published: ${stderr}`);
  await show(`/proof/${data.items[0].id}`, 'Faults by writes');
  await picture('proof');
}

await main();
