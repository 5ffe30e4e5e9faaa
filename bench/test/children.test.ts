import { expect, test } from 'vitest';
import { actorEnvironment } from '../src/actor-environment.ts';
import { startChild } from '../src/child.ts';
import { startNothingProcess } from '../src/processes.ts';

test.each(['push-data', 'set-value', 'request-queue'])('%s runs against the server that does nothing', async (name) => {
  await using nothing = await startNothingProcess();
  const environment = await actorEnvironment(nothing.ready, 'any');
  await using program = await startChild<null, number, number>(`programs/${name}.ts`, { environment });
  expect(await program.ask(30)).toBeGreaterThan(0);
});

test('a program that ends before it is ready is an error that names it', async () => {
  const environment = { APIFY_IS_AT_HOME: '1' };
  await expect(startChild('programs/push-data.ts', { environment })).rejects.toThrow('programs/push-data.ts ended');
});
