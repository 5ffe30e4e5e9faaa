/** Several faults in one run: none keeps another from its end. */
import { expect, test } from 'vitest';
import { parseCase } from '../src/faults/fault.ts';
import { proveActor } from './prove-actor.ts';

test.each([
  // The frozen attempt must have ended before a cold handoff can start the next one.
  'cold@commit#2:after+frozen@commit#3:after+cold@commit#4:before',
  'frozen@commit#1:before+platform-kill@commit#2:after+warm@commit#4:before',
  'kill@commit#1:after+kill@commit#2:before+deaf@commit#3:after+lost-answer@commit#5:after',
])('[watch-1] a run survives %s', async (text) => {
  const replay = parseCase(text);
  const verdict = await proveActor('commits', { input: { pages: 6 }, replay });
  expect(verdict.failing.map(({ story }) => story)).toEqual([]);
  expect(verdict).toMatchObject({ verdict: 'safe', reasons: [] });
});
