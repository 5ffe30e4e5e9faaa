/** The daemon itself is killed. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { until } from '../../../../../test/support/until.ts';
import { dockerHost, openBench, plainFiles, startDockerFixture } from '../docker-host.ts';

const hosts = fileURLToPath(new URL('../../../../../test/docker/hosts.sh', import.meta.url));

const worker = `
console.log('is at work');
setInterval(() => {}, 1000);
`;

test.skipIf(dockerHost === undefined)(
  'runs go on with another attempt when the daemon has died and is back',
  async () => {
    await using bench = openBench();
    await using fixture = await startDockerFixture(bench);
    const files = { Dockerfile: plainFiles.Dockerfile.replace('COPY .', 'COPY main.js') };
    const actorId = await fixture.deploy('worker', worker, {}, files);
    const runs = await Promise.all(Array.from({ length: 4 }, () => fixture.start(actorId, undefined, { memory: 512 })));
    const timesAtWork = async (runId: string) => (await fixture.logOf(runId)).split('is at work').length - 1;
    for (const { id } of runs) await until(`run ${id} is at work`, async () => (await timesAtWork(id)) === 1);
    const pidFile = path.join(path.dirname(dockerHost!.replace('unix://', '')), 'docker.pid');
    process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
    await promisify(execFile)(hosts, ['up']);
    for (const { id } of runs) {
      await until(`run ${id} is at work again`, async () => (await timesAtWork(id)) === 2);
      expect((await fixture.client.run(id).get())!.status).toBe('RUNNING');
      expect((await fixture.attempts(id)).map(({ phase, reason }) => ({ phase, reason }))).toContainEqual({
        phase: 'active',
        reason: 'lost',
      });
    }
    // What the dead daemon had is not there any more.
    const label = [`wherry.platform=${bench.platformId}`];
    await until(
      'only the containers of second attempts are left',
      async () => (await bench.docker.listContainers({ all: true, filters: { label } })).length === runs.length,
    );
    for (const { id } of runs) await fixture.client.run(id).abort();
  },
);
