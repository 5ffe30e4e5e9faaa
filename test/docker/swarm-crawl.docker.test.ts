/** The demo's crawl, moved between the nodes of a Swarm: four times, ten times in `npm run test:long`. */
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, test } from 'vitest';
import { deploy } from '../../packages/cli/src/actor/deploy.ts';
import { startSite } from '../../packages/cli/src/demo/site.ts';
import { connect } from '../../packages/cli/src/platform/connection.ts';
import { machineAddress, startSwarmFixture } from '../../packages/platform/test/docker/swarm-host.ts';
import { isLong } from '../support/long.ts';
import { until } from '../support/until.ts';

const moveCount = isLong ? 10 : 4;
const planned = ['warm', 'cold', 'warm', 'cold', 'warm', 'cold', 'warm', 'cold', 'warm', 'cold'].slice(0, moveCount);
/** What only an Actor that commits comes through. */
const losing = ['warm', 'lost', 'cold', 'lost', 'warm', 'lost', 'cold', 'lost', 'warm', 'lost'].slice(0, moveCount);

describe.skipIf(inject('swarmHosts') === undefined)('a crawl that is moved on a Swarm', () => {
  // Beside each other: most of the time they wait.
  test.concurrent.each([
    ['site-crawler', planned],
    ['site-crawler-durable', losing],
  ])('%s gives each page once', async (name, modes) => {
    await using fixture = await startSwarmFixture();
    const { client, platform } = fixture;
    await using site = await startSite(machineAddress, 12);
    const folder = fileURLToPath(new URL(`../../actors/${name}`, import.meta.url));
    const { actorId } = await deploy(connect(platform.url, platform.token), folder, () => undefined);
    const run = await client
      .actor(actorId)
      .start({ startUrls: [{ url: site.url }], maxConcurrency: 4 }, { memory: 4096 });
    const servers = new Set<string>();
    for (const [index, mode] of modes.entries()) {
      await until(`the site has served ${20 + index * 30} pages`, () => site.servedPageCount() >= 20 + index * 30, {
        secs: 300,
      });
      servers.add((await fixture.migrate(run.id, mode)).to!);
    }
    const ended = await client.run(run.id).waitForFinish();
    const log = await fixture.logOf(run.id);
    expect(ended.status, log).toBe('SUCCEEDED');
    const urls = (await fixture.itemsOf(run)).map(({ url }) => url);
    expect(urls.toSorted()).toEqual(site.pageUrls.toSorted());
    expect(ended.stats).toMatchObject({ migrationCount: moveCount });
    expect(servers.size).toBeGreaterThan(1);
  });
});
