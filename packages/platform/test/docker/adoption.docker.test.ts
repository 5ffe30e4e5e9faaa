/** The platform is killed while its containers work. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ApifyClient } from 'apify-client';
import { describe, expect, test } from 'vitest';
import { startKillable } from '../killable-platform.ts';
import { dataFolderOfTest, deployTo, until } from '../run-fixture.ts';
import { type DockerBench, dockerHost, openBench, plainFiles, sdkFiles } from './docker-host.ts';

const program = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

/** A platform that can be killed and started again where it was. */
async function startAgainAndAgain(bench: DockerBench) {
  const dataFolder = await dataFolderOfTest();
  const start = (port: number) =>
    startKillable(dataFolder, program, JSON.stringify({ port, platformId: bench.platformId, host: dockerHost }));
  let platform = await start(0);
  const { url } = platform;
  return {
    url,
    client: new ApifyClient({ baseUrl: url, token: 'test-token', maxRetries: 0 }),
    kill: () => platform.kill(),
    async startAgain() {
      platform = await start(Number(new URL(url).port));
    },
    async [Symbol.asyncDispose]() {
      await platform.kill();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Numbered lines, many at a time, on both outputs. */
const talker = `
const last = Number(process.env.LAST);
let next = 0;
const timer = setInterval(() => {
  for (let count = 0; count < 20 && next <= last; count += 1, next += 1) {
    (next % 3 === 0 ? console.error : console.log)('line ' + next + (next % 50 === 0 ? 'x'.repeat(40_000) : ''));
  }
  if (next > last) clearInterval(timer);
}, 20);
`;

describe.skipIf(dockerHost === undefined)('a platform that is killed', () => {
  test('E3, E4: a container works on, and its log is read on without a line lost or doubled', async () => {
    await using bench = openBench();
    await using platform = await startAgainAndAgain(bench);
    const { client } = platform;
    const last = 8000;
    const settings = { envVars: [{ name: 'LAST', value: String(last) }] };
    const actorId = await deployTo(client, 'talker', { 'main.js': talker, ...plainFiles }, settings);
    const { id } = await client.actor(actorId).start(undefined, { memory: 2048 });
    const lineCount = async () => ((await client.log(id).get()) ?? '').split('line ').length;
    for (let kills = 1; kills <= 5; kills += 1) {
      await until(async () => (await lineCount()) > kills * 1000);
      await platform.kill();
      await platform.startAgain();
    }
    const { status } = await client.run(id).waitForFinish();
    const log = (await client.log(id).get()) ?? '';
    const numbers = [...log.matchAll(/Z line (\d+)x*$/gm)].map(([, number]) => Number(number));
    expect(status).toBe('SUCCEEDED');
    expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: last + 1 }, (_, line) => line));
    expect(log).not.toContain('Attempt 2');
  });
});
void sdkFiles;
