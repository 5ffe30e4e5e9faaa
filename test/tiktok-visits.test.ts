/** What a run that is moved asks of the site: each page once, and again only what was in hand when a server was lost. */
import { expect, test } from 'vitest';
import { until } from './support/until.ts';
import { startActorFixture } from './tiktok/actor-runs.ts';

const mostInHand = 4;

test.each([
  ['planned', ['warm', 'cold', 'warm'], 0],
  ['lost', ['lost', 'lost'], 2 * mostInHand],
])('%s moves', async (_what, modes, mostRepeated) => {
  let isMoving = false;
  const site = { seed: 12, unavailableRate: 0, latencyMs: () => (isMoving ? 700 : 10) };
  await using fixture = await startActorFixture('tiktok-user-info', site);
  const profiles = fixture.site.truth.usernames(300);
  // No page is opened for an input that cannot be read.
  const run = await fixture.run({ profiles: ['two words', ...profiles], maxConcurrency: mostInHand });
  for (const [index, mode] of modes.entries()) {
    await until(
      `the run has given ${20 * (index + 1)} results`,
      async () => (await fixture.itemCountOf(run)) >= 20 * (index + 1),
    );
    isMoving = true;
    await fixture.migrate(run.id, mode);
    isMoving = false;
  }
  await fixture.succeeded(run);
  const items = await fixture.itemsOf(run);
  expect(items).toHaveLength(1 + profiles.length);
  expect(items.filter(({ errorCode }) => errorCode === 'wrong_input')).toHaveLength(1);
  // An account whose page comes without its data is asked for in a second page.
  const shells = profiles.filter((_name, number) => fixture.site.truth.isShell(number));
  const needed = profiles.length + shells.length;
  expect(fixture.site.visits.total).toBeGreaterThanOrEqual(needed);
  expect(fixture.site.visits.total - needed).toBeLessThanOrEqual(mostRepeated);
});
