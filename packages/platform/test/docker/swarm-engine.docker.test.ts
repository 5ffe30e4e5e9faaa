import { describe } from 'vitest';
import { describeEngine } from '../engine-contract.ts';
import { openEngineAlone, swarmHosts } from './swarm-host.ts';

describe.skipIf(swarmHosts === undefined)('a Swarm', () => {
  describeEngine('docker', async () => {
    const alone = await openEngineAlone();
    const { bench, engine, another, program } = alone;
    return {
      engine,
      another,
      program,
      async isThere({ service }) {
        const label = [`wherry.platform=${bench.platformId}`];
        const lists = await Promise.all(bench.daemons.map((each) => each.listContainers({ filters: { label } })));
        return lists.flat().some(({ Labels }) => Labels['com.docker.swarm.service.name'] === service);
      },
      // Its name is made of ids that are never given again.
      strangerWith: (ref) => ({ ...ref, service: `${ref.service}-other` }),
      [Symbol.asyncDispose]: () => alone[Symbol.asyncDispose](),
    };
  });
});
