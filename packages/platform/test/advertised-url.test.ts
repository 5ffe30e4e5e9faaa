import { expect, test } from 'vitest';
import { startRunFixture } from './run-fixture.ts';

const tellingActor = `
const names = ['APIFY_API_BASE_URL', 'APIFY_API_PUBLIC_BASE_URL', 'ACTOR_EVENTS_WEBSOCKET_URL'];
for (const name of names) console.log(name, process.env[name].split('?')[0]);
`;

test('containers and clients are told the advertised address, not the one that the platform listens on', async () => {
  await using fixture = await startRunFixture({ advertisedUrl: 'http://wherry.example:8123' });
  const run = await fixture.start(await fixture.deploy('telling', tellingActor));
  const { containerUrl } = await fixture.client.run(run.id).waitForFinish();
  const log = await fixture.logOf(run.id);
  expect(log).toContain('APIFY_API_BASE_URL http://wherry.example:8123\n');
  expect(log).toContain('APIFY_API_PUBLIC_BASE_URL http://wherry.example:8123\n');
  expect(log).toContain(`ACTOR_EVENTS_WEBSOCKET_URL ws://wherry.example:8123/wherry/v1/runs/${run.id}/events\n`);
  expect(containerUrl).toMatch(/^http:\/\/wherry\.example:8123\//);
});
