/** The journal over a real platform without the commit endpoint. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AttemptFencedError } from '../src/errors.ts';
import { commitOf, testBackend } from './backend-contract.ts';
import { testCrashes } from './journal-crashes.ts';
import { startBarePlatform } from './journal-fixtures.ts';

let platform: Awaited<ReturnType<typeof startBarePlatform>>;
beforeAll(async () => {
  platform = await startBarePlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

const startRun = () => platform.startRun();

testBackend(startRun);
testCrashes(startRun);

test('[fence-1] a fenced attempt gets a typed error', async () => {
  await using fixture = await startRun();
  const backend = await fixture.open();
  await backend.commit(commitOf(1, { items: [{ items: [{ n: 1 }] }] }));
  await fixture.activate(2);
  await expect(backend.commit(commitOf(2, { items: [{ items: [{ n: 2 }] }] }))).rejects.toThrow(AttemptFencedError);
  expect(await fixture.items()).toEqual([{ n: 1 }]);
});
