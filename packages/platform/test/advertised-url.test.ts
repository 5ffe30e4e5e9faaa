import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { ProcessEngine } from '../src/engines/process/process-engine.ts';
import { startRunFixture } from './run-fixture.ts';

const tellingActor = `
const names = ['APIFY_API_BASE_URL', 'APIFY_API_PUBLIC_BASE_URL', 'ACTOR_EVENTS_WEBSOCKET_URL'];
for (const name of names) console.log(name, process.env[name].split('?')[0]);
`;

test('containers and clients get the advertised address, not the one that the platform listens on', async () => {
  await using fixture = await startRunFixture({ advertisedUrl: 'http://wherry.example:8123' });
  const run = await fixture.start(await fixture.deploy('telling', tellingActor));
  const { containerUrl } = await fixture.client.run(run.id).waitForFinish();
  const log = await fixture.logOf(run.id);
  expect(log).toContain('APIFY_API_BASE_URL http://wherry.example:8123\n');
  expect(log).toContain('APIFY_API_PUBLIC_BASE_URL http://wherry.example:8123\n');
  expect(log).toContain(`ACTOR_EVENTS_WEBSOCKET_URL ws://wherry.example:8123/wherry/v1/runs/${run.id}/events\n`);
  expect(containerUrl).toMatch(/^http:\/\/wherry\.example:8123\//);
});

test('a platform ends while containers have websockets open at an address of their own', async () => {
  const workFolder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(workFolder, { recursive: true, force: true }));
  const engine = Object.assign(new ProcessEngine({ servers: 1, workFolder }), { hostAddress: '127.0.0.2' });
  await using fixture = await startRunFixture({ engine });
  const actorId = await fixture.deploy(
    'listening',
    `
    const { host } = new URL(process.env.ACTOR_EVENTS_WEBSOCKET_URL);
    const events = new WebSocket(process.env.ACTOR_EVENTS_WEBSOCKET_URL);
    events.onopen = () => console.log('listens at ' + host);
    `,
  );
  const { id } = await fixture.start(actorId);
  await until('the run says that it listens at 127.0.0.2', async () =>
    (await fixture.logOf(id)).includes('listens at 127.0.0.2'),
  );
  await fixture.platform.close();
  await expect(fetch(fixture.platform.url)).rejects.toThrow();
});
