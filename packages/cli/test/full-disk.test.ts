/** A full disk as its operator sees it. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fill } from '../../../test/support/fill-disk.ts';
import { until } from '../../../test/support/until.ts';
import { mountSmallDisk } from '../../platform/test/small-disk.ts';
import { exitCodes } from '../src/exit-codes.ts';
import { startLive } from './live-platform.ts';

test('on a full disk reads and /health work, writes are refused and work again with room, and Ctrl-C ends the platform', async (context) => {
  const disk = await mountSmallDisk(context);
  await using platform = await startLive(disk);
  const health = async () => {
    const response = await fetch(`${platform.url}/health`);
    return { status: response.status, body: (await response.json()) as object };
  };
  expect(await health()).toMatchObject({ status: 200, body: { status: 'ok' } });
  const { id } = await platform.client.datasets().getOrCreate('items');
  const headers = { authorization: `Bearer ${platform.client.token}`, 'content-type': 'application/json' };
  const push = async (text: string) => {
    const url = `${platform.url}/v2/datasets/${id}/items`;
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ text }) })).status;
  };
  let acknowledged = 0;
  const fillAll = async () => {
    const free = await fill(disk);
    for (const text of ['x'.repeat(50_000), '']) while ((await push(text)) === 201) acknowledged += 1;
    return free;
  };
  const free = await fillAll();
  // Each of these writes a line to the platform's log.
  for (let round = 0; round < 20; round += 1) {
    expect(
      (await fetch(`${platform.url}/v2/datasets/${id}/items`, { method: 'POST', headers, body: '[' })).status,
    ).toBe(400);
    expect(await push('')).toBe(507);
  }
  expect((await platform.client.dataset(id).listItems({ limit: 1 })).total).toBe(acknowledged);
  await until('/health says what is wrong', async () => (await health()).status === 503);
  expect(await health()).toMatchObject({ body: { status: 'failing', checks: { disk: { ok: false } } } });

  await free();
  expect(await push('')).toBe(201);
  acknowledged += 1;
  await until('/health is well again', async () => (await health()).status === 200);
  await fillAll();
  expect(await platform.interrupt()).toBe(exitCodes.ok);

  // A start needs no room either, neither after a good end nor after a bad one.
  await using onFullDisk = await startLive(disk);
  expect((await onFullDisk.client.dataset(id).listItems({ limit: 1 })).total).toBe(acknowledged);
  // What the good end gave back is taken again.
  await fill(disk);
  await onFullDisk.kill();
  await using afterKill = await startLive(disk);
  expect((await afterKill.client.dataset(id).listItems({ limit: 1 })).total).toBe(acknowledged);
  expect(await afterKill.interrupt()).toBe(exitCodes.ok);

  await rm(path.join(disk, 'ballast'));
  await using next = await startLive(disk);
  expect((await next.client.dataset(id).listItems({ limit: 1 })).total).toBe(acknowledged);
  expect(await next.interrupt()).toBe(exitCodes.ok);
});
