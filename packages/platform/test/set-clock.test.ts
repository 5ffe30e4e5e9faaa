/**
 * A whole platform under a wall clock that is set while it works, by Debian's libfaketime. Where that is not installed
 * (`apt-get install libfaketime`), the test is skipped aloud.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { startKillable } from './killable-platform.ts';
import { deployTo } from './run-fixture.ts';

const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

/** It calls the platform once, goes on until it is killed, and does not hear that it migrates. */
const main = `
const { APIFY_API_BASE_URL: api, ACTOR_RUN_ID: id, APIFY_TOKEN: token } = process.env;
const { status } = await fetch(api.replace(/[/]$/, '') + '/v2/actor-runs/' + id, { headers: { authorization: 'Bearer ' + token } });
console.log('up', status);
setInterval(() => {}, 1000);`;

test('[clock-1] a clock that is set forward ends no run, and one that is set back makes no drain longer', async (context) => {
  if (library === undefined) {
    const reason = 'a clock that is set is not tested: libfaketime is not installed';
    process.stderr.write(`\nSKIPPED: ${reason}\n`);
    return context.skip(reason);
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-clock-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const setting = path.join(folder, 'clock');
  await writeFile(setting, '+0\n');
  vi.stubEnv('LD_PRELOAD', library);
  vi.stubEnv('FAKETIME_TIMESTAMP_FILE', setting);
  vi.stubEnv('FAKETIME_DONT_FAKE_MONOTONIC', '1');
  vi.stubEnv('FAKETIME_NO_CACHE', '1');
  const platform = await startKillable(path.join(folder, 'data'), undefined, 'main thread', '2');
  vi.unstubAllEnvs();
  onTestFinished(() => platform.kill());
  const client = new ApifyClient({ baseUrl: platform.url, token: 'test-token', maxRetries: 0 });
  const actorId = await deployTo(client, 'waits', { 'main.js': main });
  const { id } = await client.actor(actorId).start({}, { timeout: 3600 });
  const statusOf = async () => (await client.run(id).get())!.status;
  await until('the Actor has started', async () => (await client.log(id).get())?.includes('up 200'));
  const dateOf = async () => Date.parse((await fetch(`${platform.url}/health`)).headers.get('date')!);

  await writeFile(setting, '+2h\n');
  await until('the platform has the clock that was set', async () => (await dateOf()) > Date.now() + 3_600_000);
  const headers = { authorization: 'Bearer test-token', 'content-type': 'application/json' };
  const migration = fetch(`${platform.url}/wherry/v1/runs/${id}/migrate`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ mode: 'cold' }),
  });
  await until('the Actor is told', async () => (await client.log(id).get())?.includes('is told that it migrates'));
  await writeFile(setting, '-2h\n');
  expect((await migration).status).toBe(200);
  expect(await statusOf()).toBe('RUNNING');
  // A killed platform would leave its process to the next start.
  await client.run(id).abort();
  await until('the run has ended', async () => (await statusOf()) === 'ABORTED');
});
