/** A machine whose daemon was a plain one becomes the manager of a Swarm: what it has made before is used on. */
import { expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import { DockerImages } from '../../src/engines/docker/docker-images.ts';
import { PlainPlacement } from '../../src/engines/docker/plain-placement.ts';
import type { ContainerEvent, Program } from '../../src/engines/engine.ts';
import { makeProgram } from './docker-host.ts';
import { openEngineAlone, swarmHosts } from './swarm-host.ts';

test.skipIf(swarmHosts === undefined)(
  'a build of before runs on every node, and the old network is no matter',
  async () => {
    let program: Program | undefined;
    await using alone = await openEngineAlone(async ({ daemons: [daemon], platformId }) => {
      const placement = await PlainPlacement.open(daemon!, { Name: 'plain', MemTotal: 2 ** 30, NCPU: 1 }, platformId);
      program = await makeProgram(
        { images: new DockerImages(daemon!, placement, { platformId }) },
        "console.log('is here')",
      );
    });
    const { engine } = alone;
    const events: ContainerEvent[] = [];
    engine.listen((event) => void events.push(event));
    for (const [index, serverId] of engine.servers().entries()) {
      const runId = `FromPlain${index}`;
      const spec = { runId, attempt: 1, serverId, program: program!, env: {}, memoryMbytes: 256, diskMbytes: 512 };
      await engine.start(spec, async () => undefined);
      const of = (kind: string) => events.find((event) => event.runId === runId && event.kind === kind);
      expect(await until('the container has exited', () => of('exited'))).toMatchObject({ exitCode: 0 });
      expect(of('output')).toMatchObject({ text: 'is here' });
    }
  },
);
