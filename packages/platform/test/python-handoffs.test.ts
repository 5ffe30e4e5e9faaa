/** Handoffs of Actors of the stock Python SDK and of Crawlee for Python. */
import type { ActorRun } from 'apify-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployFiles } from '../../../test/support/deploy.ts';
import { isLong } from '../../../test/support/long.ts';
import { pythonFiles, whyNoPythonTests } from '../../../test/support/python.ts';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture, startTestSite, type TestSite } from './run-fixture.ts';

const requirements = 'apify>=4\ncrawlee[beautifulsoup]\n';

/** Stock, default settings, state in `use_state`; its handlers last until the test lets them go on. */
const crawlerActor = `
import asyncio
from urllib.parse import urlparse
from urllib.request import urlopen

from apify import Actor
from crawlee import ConcurrencySettings
from crawlee.crawlers import BeautifulSoupCrawler


async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input()
        crawler = BeautifulSoupCrawler(
            concurrency_settings=ConcurrencySettings(min_concurrency=3, desired_concurrency=3, max_concurrency=3),
        )

        @crawler.router.default_handler
        async def handle(context) -> None:
            seen = await context.use_state({'paths': {}})
            path = urlparse(context.request.url).path
            if int(path.removeprefix('/page-')) >= actor_input['held']:
                await asyncio.to_thread(urlopen, actor_input['hold'])
            await asyncio.sleep(0.1)
            await context.push_data({'title': context.soup.title.string})
            seen['paths'][path] = True

        await crawler.run(actor_input['urls'])
        await Actor.set_value('SEEN', await crawler.use_state({'paths': {}}))
`;

/** Pushes an item and counts it in \`use_state\`, which the SDK saves by itself. */
const stateActor = `
import asyncio
from urllib.request import urlopen

from apify import Actor


async def main() -> None:
    async with Actor:
        actor_input = await Actor.get_input()
        state = await Actor.use_state({'next': 0})
        while state['next'] < 60:
            await Actor.push_data({'next': state['next']})
            state['next'] += 1
            if state['next'] >= 10:
                await asyncio.to_thread(urlopen, actor_input['hold'])
            await asyncio.sleep(0.05)
`;

/** Notes which events it gets; reboots once. */
const eventActor = `
import asyncio

from apify import Actor, Event


async def main() -> None:
    async with Actor:
        is_old = not hasattr(Actor, 'use_state')
        state = await Actor.get_value('STATE') or {'starts': 0} if is_old else await Actor.use_state({'starts': 0})
        state['starts'] += 1
        if is_old:
            await Actor.set_value('STATE', state)
        noted = await Actor.get_value('EVENTS') or []

        async def note(name: str) -> None:
            if name not in noted:
                noted.append(name)
                await Actor.set_value('EVENTS', noted)

        async def on_migrating() -> None:
            await note('migrating')

        async def on_persist_state() -> None:
            await note('persistState')

        is_over = asyncio.Event()

        async def on_aborting() -> None:
            await note('aborting')
            is_over.set()

        async def on_system_info(data) -> None:
            assert data.memory_info.current_size.bytes > 0
            await note('systemInfo')

        Actor.on(Event.SYSTEM_INFO, on_system_info)
        Actor.on(Event.MIGRATING, on_migrating)
        Actor.on(Event.PERSIST_STATE, on_persist_state)
        Actor.on(Event.ABORTING, on_aborting)
        if state['starts'] == 1:
            await Actor.reboot()
        Actor.log.info(f'start {state["starts"]}')
        await is_over.wait()
`;

describe.skipIf(whyNoPythonTests !== undefined)('Python Actors', () => {
  let fixture: RunFixture;
  let crawler: string;
  let state: string;

  beforeAll(async () => {
    fixture = await startRunFixture({ handoffs: { quietGraceSecs: 0.5 } });
    const deploy = async (name: string, main: string) =>
      (await deployFiles(fixture.client, name, pythonFiles(main, requirements))).actorId;
    crawler = await deploy('crawler', crawlerActor);
    state = await deploy('state', stateActor);
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  async function ended(run: ActorRun): Promise<ActorRun> {
    const result = await fixture.client.run(run.id).waitForFinish();
    expect(result.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
    return result;
  }

  /** Moves a run that works on after it has been told to migrate, since what it waits for is released only then. */
  async function move(run: ActorRun, mode: string, site: TestSite) {
    const migrating = fixture.migrate(run.id, mode);
    await until('the attempt is told that it migrates', async () =>
      (await fixture.logOf(run.id)).includes('is told that it migrates'),
    );
    site.release();
    expect(await migrating).toMatchObject({ mode, outcome: 'done' });
  }

  test.each(isLong ? ['warm', 'cold'] : ['warm'])(
    'a %s handoff of a stock Python crawler in its middle repeats and loses nothing',
    async (mode) => {
      await using site = await startTestSite(5);
      const paths = Array.from({ length: 60 }, (_, index) => `/page-${index}`);
      const urls = paths.map((each) => site.url + each);
      const run = await fixture.start(crawler, { urls, held: 6, hold: `${site.url}/hold` });
      await until('three pages are held', () => site.hits.get('/hold') === 3);
      await move(run, mode, site);
      await ended(run);
      const titles = (await fixture.itemsOf(run)).map(({ title }) => title as string);
      expect(titles.toSorted()).toEqual(paths.toSorted());
      const seen = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('SEEN');
      expect(Object.keys((seen!.value as unknown as { paths: object }).paths)).toHaveLength(60);
    },
  );

  test.each(isLong ? ['warm', 'cold'] : ['warm'])(
    'a %s handoff of a Python loop that counts in use_state repeats and loses nothing',
    async (mode) => {
      await using site = await startTestSite(5);
      const run = await fixture.start(state, { hold: `${site.url}/hold` });
      await until('the loop is held', () => site.hits.get('/hold') === 1);
      await move(run, mode, site);
      await ended(run);
      const items = await fixture.itemsOf(run);
      expect(items.map(({ next }) => next)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    },
  );

  test.each([
    ['of this year', 'apify>=4\n'],
    ['3.0, the oldest with Crawlee 1', 'apify==3.0.0\n'],
  ])(
    'the events of the platform reach Actors of the Python SDK %s, and a reboot and a move keep its state',
    async (_title, sdk) => {
      const name = sdk.replaceAll(/\W/g, '-').replace(/-+$/, '');
      const { actorId } = await deployFiles(fixture.client, name, pythonFiles(eventActor, sdk));
      const run = await fixture.start(actorId);
      const logs = (text: string) =>
        until(`the log has "${text}"`, async () => (await fixture.logOf(run.id)).includes(text));
      await logs('start 2');
      expect(await fixture.migrate(run.id, 'cold')).toMatchObject({ outcome: 'done' });
      await logs('start 3');
      await until('the run noted its load', async () => {
        const record = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('EVENTS');
        return JSON.stringify(record?.value ?? '').includes('systemInfo');
      });
      await fixture.client.run(run.id).abort({ gracefully: true });
      expect(await fixture.client.run(run.id).waitForFinish()).toMatchObject({ status: 'ABORTED' });
      const record = await fixture.client.keyValueStore(run.defaultKeyValueStoreId).getRecord('EVENTS');
      expect((record!.value as unknown as string[]).toSorted()).toEqual([
        'aborting',
        'migrating',
        'persistState',
        'systemInfo',
      ]);
      // What the SDK cannot read, it only says.
      expect(await fixture.logOf(run.id)).not.toMatch(/Cannot parse|WARN|ERROR|Traceback/);
      expect((await fixture.attempts(run.id)).map(({ reason }) => reason)).toEqual(['start', 'reboot', 'migration']);
    },
  );
});
