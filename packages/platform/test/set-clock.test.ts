/**
 * A whole platform under a wall clock that is set while it works, by Debian's libfaketime. Where that is not installed
 * (`apt-get install libfaketime`), the test is skipped aloud.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApifyClient } from 'apify-client';
import { expect, onTestFinished, type TestContext, test, vi } from 'vitest';
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

/** A platform, and what sets its clock so far from this process's, as faketime reads it. */
async function startWithClock(context: TestContext) {
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
  const client = new ApifyClient({ baseUrl: platform.url, token: 'test-token', maxRetries: 0 });
  const dateOf = async () => Date.parse((await fetch(`${platform.url}/health`)).headers.get('date')!);
  const set = async (offset: `${'+' | '-'}${number}h`) => {
    await writeFile(setting, `${offset}\n`);
    const hours = Number(offset.slice(0, -1));
    const isSet = async () => Math.abs((await dateOf()) - Date.now() - hours * 3_600_000) < 1_800_000;
    await until('the platform has the clock that was set', isSet);
  };
  return { platform, client, set };
}

test('[clock-1] a clock that is set forward ends no run, and one that is set back makes no drain longer', async (context) => {
  const { platform, client, set } = await startWithClock(context);
  const actorId = await deployTo(client, 'waits', { 'main.js': main });
  const { id } = await client.actor(actorId).start({}, { timeout: 3600 });
  const statusOf = async () => (await client.run(id).get())!.status;
  await until('the Actor has started', async () => (await client.log(id).get())?.includes('up 200'));

  await set('+2h');
  const headers = { authorization: 'Bearer test-token', 'content-type': 'application/json' };
  const migration = fetch(`${platform.url}/wherry/v1/runs/${id}/migrate`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ mode: 'cold' }),
  });
  await until('the Actor is told', async () => (await client.log(id).get())?.includes('is told that it migrates'));
  await set('-2h');
  expect((await migration).status).toBe(200);
  expect(await statusOf()).toBe('RUNNING');
  // A killed platform would leave its process to the next start.
  await client.run(id).abort();
  await until('the run has ended', async () => (await statusOf()) === 'ABORTED');
});

test('[waker-1] [schedule-2] a clock that is set forward makes schedules due, and one that is set back does not make them wait', async (context) => {
  const { client, set } = await startWithClock(context);
  const { id, nextRunAt } = await client.schedules().create({ cronExpression: '0 * * * *', isEnabled: true });
  await set('+2h');
  const invoked = await until('the schedule is invoked', async () => {
    const schedule = (await client.schedule(id).get())!;
    return schedule.lastRunAt !== null && schedule;
  });
  expect(Date.parse(invoked.nextRunAt)).toBeGreaterThan(Date.parse(nextRunAt));
  await set('-2h');
  await until('the next time is of the clock that was set', async () => {
    return Date.parse((await client.schedule(id).get())!.nextRunAt) <= Date.now() - 3_600_000 + 60_000;
  });
});
