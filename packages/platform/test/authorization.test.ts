/** Between the check of a call and its handler, names may change hands. */
import path from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { KnownTokens } from '../src/accounts/tokens.ts';
import { createApp } from '../src/api/app.ts';
import { Authenticator } from '../src/api/authentication.ts';
import { registerRoutes } from '../src/api/routes.ts';
import { defineWrite } from '../src/database/operation.ts';
import { exec } from '../src/database/sql.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { AttemptGate } from '../src/runs/handoff/attempt-gate.ts';
import { systemClock } from '../src/shared/clock.ts';
import { startFixture } from './fixture.ts';
import { startRun } from './planted-run.ts';

/** The Actor of the planted run, with limited permissions, has created the dataset. */
const limit = defineWrite('test.limit', function* ({ datasetId }: { datasetId: string }) {
  yield* exec("UPDATE runs SET permission_level = 'LIMITED_PERMISSIONS'");
  yield* exec("UPDATE datasets SET creator_actor_id = 'a' WHERE id = ?", datasetId);
});

test('[authorization-1] a name that comes to mean another storage after the check does not open that one', async () => {
  const fixture = await startFixture();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  const run = await startRun(fixture);
  onTestFinished(() => run[Symbol.asyncDispose]());
  const { client } = fixture;
  const [own, foreign] = [
    await client.datasets().getOrCreate('shared-name'),
    await client.datasets().getOrCreate('of-somebody-else'),
  ];
  await client.dataset(own.id).pushItems([{ of: 'the Actor' }]);
  await client.dataset(foreign.id).pushItems([{ of: 'somebody else' }]);
  const database = SqliteDatabase.open(path.join(fixture.dataFolder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  await database.write(limit, { datasetId: own.id }, { kind: 'platform' });

  const app = createApp({
    authenticator: new Authenticator(new KnownTokens(database)),
    database,
    gate: new AttemptGate(() => undefined),
    logger: pino({ level: 'silent' }),
  });
  onTestFinished(() => app.close());
  let swap = async (): Promise<unknown> => undefined;
  // The hook runs after the check and before the handler.
  app.addHook('preHandler', async () => {
    await swap();
  });
  registerRoutes(app, { database, publicUrl: '' } as never, { commits: true });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const read = async () => {
    const headers = { authorization: 'Bearer run-attempt-1' };
    const response = await fetch(`${url}/v2/datasets/shared-name/items`, { headers });
    return response.json();
  };
  expect(await read()).toEqual([{ of: 'the Actor' }]);
  swap = async () => {
    swap = async () => undefined;
    await client.dataset(own.id).update({ name: 'renamed' });
    await client.dataset(foreign.id).update({ name: 'shared-name' });
  };
  expect(await read()).toEqual([{ of: 'the Actor' }]);
  expect(await read()).toMatchObject({ error: { type: 'insufficient-permissions' } });
});
