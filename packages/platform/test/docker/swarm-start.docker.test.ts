/** What a start on a Swarm needs, and what it says when that is missing. */
import { expect, test } from 'vitest';
import { DockerEngine } from '../../src/engines/docker/docker-engine.ts';
import { type RequestedSwarmOptions, SwarmNotReady } from '../../src/engines/docker/swarm/swarm-options.ts';
import { openSwarmBench, swarmHosts } from './swarm-host.ts';

const nobody = '127.0.0.1:9';

test.skipIf(swarmHosts === undefined).each<{ missing: string; swarmOptions: RequestedSwarmOptions; says: RegExp }>([
  { missing: 'a registry', swarmOptions: { registry: undefined }, says: /say --registry [\d.]+:5000/ },
  { missing: 'where the API is', swarmOptions: { advertisedUrl: undefined }, says: /--advertise http:\/\/[\d.]+:8010/ },
  {
    missing: 'an API for others',
    swarmOptions: { advertisedUrl: 'http://localhost:8010' },
    says: /is this machine only/,
  },
  {
    missing: 'the registry itself',
    swarmOptions: { registry: nobody },
    says: /The registry 127\.0\.0\.1:9 did not take/,
  },
])('without $missing, it says how to get it', async ({ swarmOptions, says }) => {
  await using bench = openSwarmBench(8010);
  const { swarm, ...options } = bench.engineOptions;
  const opened = DockerEngine.open({ ...options, swarm: { ...swarm, ...swarmOptions } });
  await expect(opened).rejects.toBeInstanceOf(SwarmNotReady);
  await expect(opened).rejects.toThrow(says);
});

test.skipIf(swarmHosts === undefined)('on a worker, it asks for a manager', async () => {
  await using bench = openSwarmBench(8010);
  const opened = DockerEngine.open({ ...bench.engineOptions, host: swarmHosts![1]!.dockerHost });
  await expect(opened).rejects.toThrow('Name a manager of it with DOCKER_HOST');
});
