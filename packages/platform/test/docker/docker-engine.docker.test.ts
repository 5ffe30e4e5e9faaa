import { describe } from 'vitest';
import { describeEngine } from '../engine-contract.ts';
import { dockerHost, openBench } from './docker-host.ts';

describe.skipIf(dockerHost === undefined)('a plain daemon', () => {
  describeEngine('docker', async () => {
    const bench = openBench();
    const engine = await bench.openEngine();
    return {
      engine,
      program: (script) => bench.program(engine, script),
      another: () => bench.openEngine(),
      async isThere({ containerId }) {
        const container = bench.docker.getContainer(String(containerId));
        return container.inspect().then(
          ({ State }) => State.Running,
          () => false,
        );
      },
      // The ids of containers are never given again.
      strangerWith: () => ({ containerId: '0'.repeat(64) }),
      [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
    };
  });
});
