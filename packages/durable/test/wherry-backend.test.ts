import { expect, test } from 'vitest';
import { AttemptFencedError } from '../src/errors.ts';
import { commitOf, testBackend } from './backend-contract.ts';
import { startWherryFixture } from './wherry-fixture.ts';

testBackend(startWherryFixture);

test('[fence-1] a fenced attempt gets a typed error, for commits and reads alike', async () => {
  await using fixture = await startWherryFixture();
  const backend = await fixture.open();
  await fixture.activate(2);
  await expect(backend.commit(commitOf(1, {}))).rejects.toThrow(AttemptFencedError);
  await expect(backend.recover()).rejects.toThrow(AttemptFencedError);
  await expect(backend.readRecord('state')).rejects.toThrow(AttemptFencedError);
});

test('[commit-4] a number that another process has used gives the next one', async () => {
  await using fixture = await startWherryFixture();
  const [one, two] = [await fixture.open(), await fixture.open()];
  await one.commit(commitOf(1, { items: [{ items: [{ n: 1 }] }] }));
  expect(await two.commit(commitOf(1, { items: [{ items: [{ n: 2 }] }] }))).toEqual({ kind: 'taken', next: 2 });
  expect(await fixture.items()).toEqual([{ n: 1 }]);
});
