/** A site that does not respond ends a run. When it responds again, the resurrected run continues where it was. */
import { expect, test } from 'vitest';
import type { FaultKind } from '../packages/tiktok-site/src/index.ts';
import { chromiumPath } from './support/browser.ts';
import { until } from './support/until.ts';
import { startActorFixture } from './tiktok/actor-runs.ts';

test('[back-off-3] a run that the site refuses fails, and gives the rest once when it is resurrected', async () => {
  const faultKinds: FaultKind[] = [];
  const site = { seed: 9, unavailableRate: 0, faultRate: 1, faultKinds, latencyMs: 20 };
  await using fixture = await startActorFixture('tiktok-profile-scraper', site, { TIKTOK_PAUSE_MS: '1' });
  const profiles = fixture.site.truth.usernames(80);
  const run = await fixture.run({ profiles, maxConcurrency: 3 });
  await until('the run has given ten results', async () => (await fixture.itemCountOf(run)) >= 10);
  faultKinds.push('forbidden', 'captcha', 'throttled');
  const refused = await fixture.client.run(run.id).waitForFinish();
  expect(refused.status).toBe('FAILED');
  expect(refused.statusMessage).toMatch(/has not responded for a long time.*Resurrect/);
  faultKinds.length = 0;
  await fixture.client.run(run.id).resurrect();
  const { chargedEventCounts } = await fixture.succeeded(run);
  const items = await fixture.itemsOf(run);
  expect(items.map(({ input }) => input).sort()).toEqual(profiles.toSorted());
  const failed = items.filter(({ type }) => type === 'failed').length;
  expect(chargedEventCounts).toMatchObject({ profile: profiles.length - failed });
});

test.skipIf(chromiumPath === undefined)(
  '[list-crawl-4] so does a run of lists, and continues with the remaining ones',
  async () => {
    const faultKinds: FaultKind[] = ['forbidden', 'captcha'];
    const site = { seed: 9, unavailableRate: 0, faultRate: 1, faultKinds };
    await using fixture = await startActorFixture('tiktok-hashtag', site);
    const hashtags = Array.from({ length: 6 }, (_, number) => fixture.site.truth.hashtagName(number));
    const run = await fixture.run({ hashtags, resultsPerPage: 30 });
    const refused = await fixture.client.run(run.id).waitForFinish();
    expect(refused.status).toBe('FAILED');
    expect(refused.statusMessage).toMatch(/has not responded for a long time.*Resurrect/);
    faultKinds.length = 0;
    await fixture.client.run(run.id).resurrect();
    await fixture.succeeded(run);
    const items = await fixture.itemsOf(run);
    const failed = items.filter(({ type }) => type === 'failed').map(({ input }) => input);
    const read = items.filter(({ type }) => type === 'hashtag').map(({ input }) => input);
    expect(read.length).toBeGreaterThan(1);
    expect([...failed, ...read].toSorted()).toEqual(hashtags.toSorted());
  },
);
