import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';
import { makeUser } from './users-fixture.ts';

const dayMs = 86_400_000;

test('[public-2] an Actor counts the users who have runs of it, by when they have started the last one', async () => {
  await using fixture = await startFixture();
  const { client } = fixture;
  const [counted, other] = [
    await client.actors().create({ name: 'counted' }),
    await client.actors().create({ name: 'other' }),
  ];
  const users = await Promise.all(['anna', 'berta', 'carla', 'dora'].map((name) => makeUser(fixture, name)));
  const database = new DatabaseSync(path.join(fixture.dataFolder, 'wherry.sqlite'), { timeout: 10_000 });
  const insert = database.prepare(`INSERT INTO runs (id, user_id, actor_id, build_id, build_number, status, started_at,
    finished_at, options_json, meta_json, stats_json, default_dataset_id, default_key_value_store_id, default_request_queue_id)
    VALUES (?, ?, ?, 'b', '0.0.1', 'SUCCEEDED', ?, ?, '{}', '{}', '{}', 'd', 'k', 'q')`);
  let number = 0;
  const addRun = (user: { id: string }, actorId: string, days: number) => {
    const at = Date.now() - days * dayMs;
    number += 1;
    insert.run(`PlantedRun${number}`, user.id, actorId, at, at);
  };
  const [anna, berta, carla, dora] = users as [(typeof users)[0], ...typeof users];
  for (const days of [400, 6, 3]) addRun(anna, counted.id, days);
  addRun(berta!, counted.id, 29);
  addRun(carla!, counted.id, 89);
  addRun(dora!, counted.id, 500);
  addRun(dora!, other.id, 1);
  database.close();
  const wanted = { totalRuns: 6, totalUsers: 4, totalUsers7Days: 1, totalUsers30Days: 2, totalUsers90Days: 3 };
  expect((await client.actor(counted.id).get())!.stats).toMatchObject(wanted);
  const { items } = await client.actors().list();
  const statsOf = (id: string) => items.find((item) => item.id === id) as { stats?: object } | undefined;
  expect(statsOf(counted.id)?.stats).toMatchObject(wanted);
  expect(statsOf(other.id)?.stats).toMatchObject({ totalUsers: 1, totalUsers7Days: 1 });
  const { stats } = (await client.actors().create({ name: 'unused' }))!;
  expect(stats).toMatchObject({ totalRuns: 0, totalUsers: 0, totalUsers90Days: 0 });
});
