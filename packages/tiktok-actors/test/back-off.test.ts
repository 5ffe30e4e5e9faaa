import { expect, test } from 'vitest';
import { BackOff } from '../src/http/back-off.ts';

const patience = { firstPauseMs: 1, longestPauseMs: 4, mostPauses: 3 };

test('[back-off-1] failures of requests from before a wait do not count again', async () => {
  const backOff = new BackOff(patience);
  const asked = await Promise.all(Array.from({ length: 20 }, () => backOff.turn()));
  for (const turn of asked) backOff.failure(turn);
  expect(backOff.isExhausted).toBe(false);
  for (let again = 0; again < 2; again += 1) backOff.failure(await backOff.turn());
  expect(backOff.isExhausted).toBe(true);
});

test('[back-off-1] a readable response ends the row', async () => {
  const backOff = new BackOff(patience);
  for (let again = 0; again < 10; again += 1) {
    backOff.failure(await backOff.turn());
    backOff.failure(await backOff.turn());
    backOff.success();
  }
  expect(backOff.isExhausted).toBe(false);
});

test('[back-off-2] failures also count during a wait that the site asked for', async () => {
  const backOff = new BackOff(patience);
  for (let again = 0; again < patience.mostPauses; again += 1) {
    const asked = await backOff.turn();
    backOff.pauseFor(1);
    backOff.failure(asked);
  }
  expect(backOff.isExhausted).toBe(true);
});
