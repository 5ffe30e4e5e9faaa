/** What a user is told while a run works. */
import { expect, test } from 'vitest';
import type { FaultKind } from '../packages/tiktok-site/src/index.ts';
import { until } from './support/until.ts';
import { startActorFixture } from './tiktok/actor-runs.ts';

test('a run reports its progress, its failures, and why it retries', async () => {
  const faultKinds: FaultKind[] = [];
  let latencyMs = 300;
  const site = { seed: 9, unavailableRate: 0, faultRate: 1, faultKinds, latencyMs: () => latencyMs };
  await using fixture = await startActorFixture('tiktok-user-info', site, { TIKTOK_PAUSE_MS: '100' });
  const profiles = [...Array.from({ length: 10 }, (_, each) => `nobody.${each}`), ...fixture.site.truth.usernames(390)];
  const run = await fixture.run({ profiles, maxConcurrency: 5 });
  const messageOf = async () => (await fixture.client.run(run.id).get())?.statusMessage ?? '';
  const isTold = (pattern: RegExp) =>
    until(`the status message is like ${pattern}`, async () => pattern.test(await messageOf()));
  await isTold(/^[1-9]\d* of 400 inputs done: [1-9]\d* results?, 10 failed\.$/);
  faultKinds.push('forbidden');
  await isTold(/ of 400 inputs done: .* Asking again: .*403.*\(blocked\)\.$/);
  faultKinds.length = 0;
  await fixture.migrate(run.id, 'lost');
  await isTold(/^[1-9]\d* of 400 inputs done: [1-9]\d* results?, 10 failed\.$/);
  latencyMs = 0;
  const { statusMessage } = await fixture.succeeded(run);
  expect(statusMessage).toBe('390 results, 10 inputs failed (10 not_found).');
});
