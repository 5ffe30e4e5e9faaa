import { describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.ts';
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

  test('[engine-5] what is left of a container that has ended is removed when it is released, and not before', async () => {
    await using bench = openBench();
    const engine = await bench.openEngine();
    const ended = Promise.withResolvers<void>();
    engine.listen((event) => {
      if (event.kind === 'exited') ended.resolve();
    });
    let containerId = '';
    const program = await bench.program(engine, 'process.exit(0)');
    const [serverId] = engine.servers();
    const spec = { runId: 'ReleasedRun000001', attempt: 1, serverId: serverId!, program, env: {} };
    await engine.start({ ...spec, memoryMbytes: 256, diskMbytes: 512 }, async (ref) => {
      containerId = String(ref.containerId);
    });
    await ended.promise;
    const isKept = () =>
      bench.docker
        .getContainer(containerId)
        .inspect()
        .then(
          () => true,
          () => false,
        );
    expect(await isKept(), 'after its end').toBe(true);
    engine.release(spec.runId, spec.attempt);
    await until('the container is removed', async () => !(await isKept()));
  });
});
