/** TikTok Actors with the packages of this workspace that they need, in containers, by their own Dockerfiles. */
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { deploy } from '../../packages/cli/src/actor/deploy.ts';
import { tiktokShow } from '../../packages/cli/src/demo/tiktok-show.ts';
import { connect } from '../../packages/cli/src/platform/connection.ts';
import { openBench, startDockerFixture } from '../../packages/platform/test/docker/docker-host.ts';
import { startTikTokSite } from '../../packages/tiktok-site/src/index.ts';
import { chromiumPath } from '../support/browser.ts';
import { isLong } from '../support/long.ts';
import { until } from '../support/until.ts';
import { expectResults } from '../tiktok/comparison.ts';
import { listRows } from '../tiktok/list-rows.ts';

const baseImage = 'FROM apify/actor-node-playwright-chrome:24';
const folderOf = (actor: string) => fileURLToPath(new URL(`../../actors/${actor}`, import.meta.url));

/** What it moves in containers, the test with a browser does too, and `tiktok-actors.test.ts` moves its Actor. */
test.runIf(isLong && inject('dockerHost') !== undefined)('profiles are moved, each is given once', async () => {
  await using bench = openBench();
  await using fixture = await startDockerFixture(bench);
  const { client, platform, engine } = fixture;
  await using show = await tiktokShow(engine.hostAddress);
  const log: string[] = [];
  const connection = connect(platform.url, platform.token);
  const { actorId } = await deploy(
    connection,
    folderOf('tiktok-profile-scraper'),
    (line) => log.push(line),
    show.environment,
  );
  expect(log.join('\n')).toContain(baseImage);
  const run = await client.actor(actorId).start(show.input, { memory: 4096 });
  for (const [mode, profiles] of [
    ['warm', 50],
    ['lost', 150],
    ['cold', 300],
  ] as const) {
    await until(`the site has served ${profiles} profiles`, () => show.servedCount!() >= profiles, { secs: 300 });
    await fixture.migrate(run.id, mode);
  }
  const ended = await client.run(run.id).waitForFinish();
  expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  const inputs = (await fixture.itemsOf(run)).map(({ input }) => input);
  expect(inputs.toSorted()).toEqual(show.subjects!.toSorted());
});

test.skipIf(inject('dockerHost') === undefined || chromiumPath === undefined)(
  'a browser reads posts in a container; moved in the middle of a list, each is given once',
  async () => {
    await using bench = openBench();
    await using fixture = await startDockerFixture(bench);
    const { client, platform, engine } = fixture;
    const row = listRows.find(({ actor }) => actor === 'tiktok-user')!;
    await using site = await startTikTokSite({ ...row.site, host: engine.hostAddress, latencyMs: 400 });
    const expected = row.expected(site);
    // With the pauses the reading lasts longer than the boots of three more attempts.
    const environment = { TIKTOK_SITE_URL: site.url, TIKTOK_PAUSE_MS: '2000' };
    const log: string[] = [];
    const connection = connect(platform.url, platform.token);
    const { actorId } = await deploy(connection, folderOf(row.actor), (line) => log.push(line), environment);
    expect(log.join('\n')).toContain(baseImage);
    const run = await client.actor(actorId).start({ ...row.input(site), maxConcurrency: 1 }, { memory: 4096 });
    const itemCount = async () => (await client.dataset(run.defaultDatasetId).get())?.itemCount ?? 0;
    for (const [index, mode] of (['warm', 'lost', 'cold'] as const).entries()) {
      await until(
        `the run has given share ${index + 1} of its results`,
        async () => (await itemCount()) >= (expected.items.length * (index + 0.5)) / 5,
        { secs: 300 },
      );
      await fixture.migrate(run.id, mode);
    }
    const ended = await client.run(run.id).waitForFinish();
    expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
    expectResults(await fixture.itemsOf(run), expected);
    expect(await fixture.attempts(run.id)).toHaveLength(4);
  },
);
