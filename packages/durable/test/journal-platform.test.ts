/** The journal over a real platform whose commit endpoint is off. */
import { expect, test } from 'vitest';
import { AttemptFencedError } from '../src/errors.ts';
import { commitOf, testBackend } from './backend-contract.ts';
import { testCrashes } from './journal-crashes.ts';
import { startPlatformFixture } from './journal-fixtures.ts';

testBackend(startPlatformFixture);
testCrashes(startPlatformFixture);

test('F1: a fenced attempt gets a typed error', async () => {
  await using fixture = await startPlatformFixture();
  const backend = await fixture.open();
  await backend.commit(commitOf(1, { items: [{ items: [{ n: 1 }] }] }));
  await fixture.activate(2);
  await expect(backend.commit(commitOf(2, { items: [{ items: [{ n: 2 }] }] }))).rejects.toThrow(AttemptFencedError);
  expect(await fixture.items()).toEqual([{ n: 1 }]);
});
