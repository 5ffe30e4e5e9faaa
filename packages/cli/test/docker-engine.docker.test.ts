/** `wherry up --engine docker`, as its operator sees it. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { openBench } from '../../platform/test/docker/docker-host.ts';
import { dataFolderOfTest, livePlatformOf } from './live-platform.ts';

const main = `
let next = 0;
setInterval(() => console.log('beat ' + next++), 100);
process.on('SIGTERM', () => process.exit(3));
`;

const files = {
  'main.js': main,
  'package.json': '{ "name": "beating", "version": "0.1.0" }',
  Dockerfile: 'FROM apify/actor-node:24\nCOPY main.js ./\nCMD ["node", "main.js"]\n',
};

test.skipIf(inject('dockerHost') === undefined)(
  'a run works on in its container while the platform is away',
  async () => {
    await using bench = openBench();
    const dataFolder = await dataFolderOfTest();
    onTestFinished(() => rm(dataFolder, { recursive: true, force: true }));
    // `wherry` makes this id by itself; here it is set so that the bench can clean up.
    await writeFile(path.join(dataFolder, 'platform-id'), bench.platformId);
    const folder = path.join(dataFolder, 'beating');
    await mkdir(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    const start = (port: string) =>
      livePlatformOf(['up', '--engine', 'docker', '--port', port, '--data', dataFolder, '--json'], {
        environment: { DOCKER_HOST: inject('dockerHost')! },
      });

    const first = await start('0');
    const [server] = await first.json<{ id: string; engine: string }[]>('servers');
    expect(server).toMatchObject({ engine: 'docker' });
    first.startWherry('run', folder);
    const id = await until('the run is listed', async () => (await first.client.runs().list()).items[0]?.id);
    const beats = async (client = first.client) => [
      ...((await client.log(id).get()) ?? '').matchAll(/Z beat (\d+)$/gm),
    ];
    await until('the run has logged five beats', async () => (await beats()).length >= 5);
    expect(await first.interrupt()).toBe(0);
    const [container] = await bench.docker.listContainers({ filters: { label: [`wherry.run=${id}`] } });
    expect(container).toMatchObject({ State: 'running' });

    const second = await start(new URL(first.url).port);
    const before = (await beats(second.client)).length;
    await until('the run has logged five more beats', async () => (await beats(second.client)).length >= before + 5);
    const numbers = (await beats(second.client)).map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from(numbers, (_, index) => index));
    expect((await second.client.run(id).get())!.status).toBe('RUNNING');
    await second.client.run(id).abort();
    expect(await second.interrupt()).toBe(0);
  },
);
