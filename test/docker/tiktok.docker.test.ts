/** A TikTok Actor with the packages of this workspace that it needs, in containers, by its own Dockerfile. */
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { connect } from '../../packages/cli/src/connection.ts';
import { tiktokShow } from '../../packages/cli/src/demo/tiktok-show.ts';
import { deploy } from '../../packages/cli/src/deploy.ts';
import { openBench, startDockerFixture } from '../../packages/platform/test/docker/docker-host.ts';
import { until } from '../../packages/platform/test/run-fixture.ts';

const folder = fileURLToPath(new URL('../../actors/tiktok-profile-scraper', import.meta.url));

test.skipIf(inject('dockerHost') === undefined)(
  'profiles are moved, each is given once',
  { timeout: 400_000 },
  async () => {
    await using bench = openBench();
    await using fixture = await startDockerFixture(bench);
    const { client, platform, engine } = fixture;
    await using show = await tiktokShow(engine.hostAddress);
    const log: string[] = [];
    const connection = connect(platform.url, platform.token);
    const { actorId } = await deploy(connection, folder, (line) => log.push(line), show.environment);
    expect(log.join('\n')).toContain('FROM apify/actor-node-playwright-chrome:24');
    const run = await client.actor(actorId).start(show.input, { memory: 4096 });
    for (const [mode, profiles] of [
      ['warm', 50],
      ['lost', 150],
      ['cold', 300],
    ] as const) {
      await until(() => show.servedCount!() >= profiles);
      await fixture.migrate(run.id, mode);
    }
    const ended = await client.run(run.id).waitForFinish();
    expect(ended.status, await fixture.logOf(run.id)).toBe('SUCCEEDED');
    const inputs = (await fixture.itemsOf(run)).map(({ input }) => input);
    expect(inputs.toSorted()).toEqual(show.subjects!.toSorted());
  },
);
