import { expect, test } from 'vitest';
import { Courtesy } from '../src/http/courtesy.ts';

const patience = { firstPauseMs: 1, longestPauseMs: 4, mostPauses: 3 };

test('[courtesy-1] what was asked before a wait began does not count again', async () => {
  const courtesy = new Courtesy(patience);
  const asked = await Promise.all(Array.from({ length: 20 }, () => courtesy.turn()));
  for (const turn of asked) courtesy.trouble(turn);
  expect(courtesy.isHopeless).toBe(false);
  for (let again = 0; again < 2; again += 1) courtesy.trouble(await courtesy.turn());
  expect(courtesy.isHopeless).toBe(true);
});

test('[courtesy-1] an answer that is worth reading ends the row', async () => {
  const courtesy = new Courtesy(patience);
  for (let again = 0; again < 10; again += 1) {
    courtesy.trouble(await courtesy.turn());
    courtesy.trouble(await courtesy.turn());
    courtesy.success();
  }
  expect(courtesy.isHopeless).toBe(false);
});

test('[courtesy-2] trouble counts also while the site wants everyone to keep away', async () => {
  const courtesy = new Courtesy(patience);
  for (let again = 0; again < patience.mostPauses; again += 1) {
    const asked = await courtesy.turn();
    courtesy.keepAway(1);
    courtesy.trouble(asked);
  }
  expect(courtesy.isHopeless).toBe(true);
});
