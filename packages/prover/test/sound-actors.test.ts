/** No false alarms: Actors that no fault can harm, with faults of every kind. `npm run prove:long` tries 20 seeds. */
import { expect, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { patientMs, proveActor } from './prove-actor.ts';
import { soundActors } from './sound-actors.ts';

const share = soundActors.filter(({ isOnlyLong }) => isLong || !isOnlyLong);

test.each(share)('$actor is found safe', { timeout: patientMs }, async ({ actor, input, maxFaults }) => {
  const verdict = await proveActor(actor, {
    input,
    chargedEvents: ['page'],
    seed: 11,
    faultsPerRun: 3,
    maxFaults,
  });
  expect(verdict.failing.map(({ story, replay }) => `${replay}: ${story}`)).toEqual([]);
  expect(verdict).toMatchObject({ verdict: 'safe', reasons: [] });
  for (const { kind, runs } of verdict.rows) expect(runs, kind).toBeGreaterThan(0);
});
