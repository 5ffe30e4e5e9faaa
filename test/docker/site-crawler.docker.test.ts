/** The bundled Actor, unmodified, built by its own Dockerfile and moved from container to container. */
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { deploy } from '../../packages/cli/src/actor/deploy.ts';
import { startSite } from '../../packages/cli/src/demo/site.ts';
import { connect } from '../../packages/cli/src/platform/connection.ts';
import { openBench, startDockerFixture } from '../../packages/platform/test/docker/docker-host.ts';
import { until } from '../support/until.ts';

const folder = fileURLToPath(new URL('../../actors/site-crawler', import.meta.url));

test.skipIf(inject('dockerHost') === undefined)('a crawl is moved warm and cold and loses nothing', async () => {
  await using bench = openBench();
  await using fixture = await startDockerFixture(bench);
  const { client, platform, engine } = fixture;
  await using site = await startSite(engine.hostAddress);
  const log: string[] = [];
  const { actorId } = await deploy(connect(platform.url, platform.token), folder, (line) => log.push(line));
  expect(log.join('\n')).toContain('FROM apify/actor-node:24');
  const run = await client.actor(actorId).start({ startUrls: [{ url: site.url }] }, { memory: 4096 });
  for (const [mode, pages] of [
    ['warm', 30],
    ['cold', 120],
    ['warm', 210],
    ['cold', 300],
  ] as const) {
    await until(`the site has served ${pages} pages`, () => site.servedPageCount() >= pages, { secs: 300 });
    await fixture.migrate(run.id, mode);
  }
  const ended = await client.run(run.id).waitForFinish();
  expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
  const urls = (await fixture.itemsOf(run)).map(({ url }) => url);
  expect(urls.toSorted()).toEqual(site.pageUrls.toSorted());
  expect(ended.stats).toMatchObject({ migrationCount: 4 });
});
