/** The store: the public Actors of the platform, as the stock client searches them. */
import { ApifyClient } from 'apify-client';
import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';
import { startRunFixture } from './run-fixture.ts';

const priced = {
  pricingInfos: [
    {
      pricingModel: 'PAY_PER_EVENT',
      pricingPerEvent: {
        actorChargeEvents: { page: { eventTitle: 'Page', eventDescription: 'A page', eventPriceUsd: 1 } },
      },
    },
  ],
};

test('the store has the public Actors alone, and the stock client pages, filters and sorts them without a token', async () => {
  await using fixture = await startFixture();
  const { client, platform } = fixture;
  const make = async (name: string, settings: object = {}) =>
    (await client.actors().create({ name, isPublic: true, ...settings })).id;
  const maps = await make('maps-scraper', { title: 'Maps', description: 'Places on maps', categories: ['TRAVEL'] });
  const mail = await make('mailer', { description: 'Sends maps by mail', ...priced });
  const last = await make('zebra', { categories: ['TRAVEL', 'AI'] });
  const hidden = await make('hidden-maps', { isPublic: false });
  await client.actor(maps).update({ title: 'Maps and places' });
  const store = new ApifyClient({ baseUrl: platform.url, maxRetries: 0 }).store();
  const idsOf = async (options: object) => (await store.list(options)).items.map(({ id }) => id);
  expect(await idsOf({})).toEqual([last, mail, maps]);
  expect(await idsOf({})).not.toContain(hidden);
  // A word in the name counts for more than one in the description; each of several must be there.
  expect(await idsOf({ search: 'MAPS' })).toEqual([maps, mail]);
  expect(await idsOf({ search: 'places maps' })).toEqual([maps]);
  expect(await idsOf({ search: 'maps zebra' })).toEqual([]);
  expect(await idsOf({ search: 'wherry/mailer' })).toEqual([mail]);
  expect(await idsOf({ category: 'TRAVEL' })).toEqual([last, maps]);
  expect(await idsOf({ username: 'WHERRY', pricingModel: 'PAY_PER_EVENT' })).toEqual([mail]);
  expect(await idsOf({ username: 'somebody' })).toEqual([]);
  expect(await idsOf({ sortBy: 'newest' })).toEqual([last, mail, maps]);
  expect(await idsOf({ sortBy: 'lastUpdate' })).toEqual([maps, last, mail]);
  expect(await idsOf({ limit: 1, offset: 1 })).toEqual([mail]);
  expect(await store.list({ limit: 1 })).toMatchObject({ total: 3, count: 1, offset: 0, limit: 1, desc: false });
  const all: string[] = [];
  for await (const { name } of store.list({ limit: 2 })) all.push(name);
  expect(all).toEqual(['zebra', 'mailer']);
  for (const wrong of ['sortBy=name', 'pricingModel=CHEAP', 'responseFormat=short', 'limit=-1']) {
    expect((await fixture.call('GET', `/v2/store?${wrong}`)).status, wrong).toBe(400);
  }
});

test('what is run most is the most popular, the readme is searched, and a short form is for agents', async () => {
  await using fixture = await startRunFixture();
  const { client, call } = fixture;
  const input = {
    title: 'I',
    type: 'object',
    schemaVersion: 1,
    properties: { q: { title: 'Q', type: 'string', description: 'q', editor: 'textfield' } },
  };
  const definition = JSON.stringify({ actorSpecification: 1, name: 'first', version: '0.1', input });
  const files = { '.actor/actor.json': definition, 'README.md': '# First\nKnows about ornithopters.' };
  const first = await fixture.deploy('first', 'console.log("done")', { isPublic: true }, files);
  const second = await client.actors().create({ name: 'second', isPublic: true });
  await client.actor(first).call({}, { log: null });
  const found = async (query: string) => {
    const response = await call('GET', `/v2/store?${query}`);
    return ((await response.json()) as { data: { items: Record<string, unknown>[] } }).data.items;
  };
  expect((await found('sortBy=popularity')).map(({ id }) => id)).toEqual([first, second.id]);
  const [ofReadme] = await found('search=ornithopters%20first&includeInputSchema=true');
  expect(ofReadme).toMatchObject({ id: first, stats: { totalRuns: 1 }, inputSchema: { properties: { q: {} } } });
  const [short] = await found('search=first&responseFormat=agent');
  expect(Object.keys(short!).sort()).toEqual(
    ['badge', 'categories', 'description', 'id', 'name', 'notice', 'stats', 'title', 'username'].sort(),
  );
  expect(short!.stats).toEqual({ totalRuns: 1, totalUsers: 1, totalUsers30Days: 1 });
});
