/** [image-1] an image is removed with its build, from wherever a Swarm has it. */
import { expect, test } from 'vitest';
import { until } from '../../../../../test/support/until.ts';
import { buildLabel } from '../../../src/engines/docker/labels.ts';
import { hostileFiles } from '../hostile-actors.ts';
import { startSwarmFixture, swarmHosts } from '../swarm-host.ts';
import { cutOff } from './swarm-faults.ts';

test.skipIf(swarmHosts === undefined)(
  'an image is removed with its build from every node and the registry',
  async () => {
    await using fixture = await startSwarmFixture();
    const { client, bench } = fixture;
    const actorId = await fixture.deploy('fleeting', "console.log('is here')", {}, hostileFiles);
    const [build] = (await client.actor(actorId).builds().list()).items;
    const filters = { label: [`${buildLabel}=${build!.id}`] };
    const images = async () => (await Promise.all(bench.daemons.map((each) => each.listImages({ filters })))).flat();
    // The manager has it from the beginning, the others once a run was there.
    const runs = await Promise.all(bench.daemons.map(() => fixture.start(actorId)));
    for (const { id } of runs) expect((await client.run(id).waitForFinish()).status).toBe('SUCCEEDED');
    expect(await images()).toHaveLength(bench.daemons.length);
    const [name] = (await images()).flatMap(({ RepoDigests }) => RepoDigests ?? []);
    const [, host, repository, digest] = /^([^/]+)\/(.+)@(.+)$/.exec(name!)!;
    const manifest = () =>
      fetch(`http://${host}/v2/${repository}/manifests/${digest}`, {
        headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
      });
    expect((await manifest()).status).toBe(200);
    // The Actor's only build cannot be removed.
    const { id: laterId } = await client.actor(actorId).build('0.1');
    await client.build(laterId).waitForFinish();
    const away = fixture.engine.servers().at(-1)!;
    {
      await using _cut = await cutOff(bench.daemons.length);
      await until(`${away} counts as lost`, () => fixture.engine.states!.stateOf(away) === 'lost');
      await client.build(build!.id).delete();
      expect(await images()).toHaveLength(1);
    }
    await until('no daemon has the image', async () => (await images()).length === 0);
    expect((await manifest()).status).toBe(404);
  },
);
