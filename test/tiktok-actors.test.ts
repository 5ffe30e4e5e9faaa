/** Each TikTok Actor gives what the site says, once, whatever happens to its run and to the site. */
import type { ActorRun } from 'apify-client';
import { expect, test } from 'vitest';
import type { TikTokSite } from '../packages/tiktok-site/src/index.ts';
import { isLong as isLongRun } from './support/long.ts';
import { until } from './support/until.ts';
import { type ActorRow, actorRows } from './tiktok/actor-rows.ts';
import { type ActorFixture, startActorFixture } from './tiktok/actor-runs.ts';
import { expectResults } from './tiktok/comparison.ts';
import { SitePace } from './tiktok/site-pace.ts';

async function expectRow(fixture: ActorFixture, row: ActorRow, run: ActorRun): Promise<void> {
  const expected = row.expected(fixture.site);
  const { chargedEventCounts } = await fixture.succeeded(run);
  expectResults(await fixture.itemsOf(run), expected);
  expect(chargedEventCounts).toMatchObject(row.charges(expected));
  expect(await fixture.recordOf(run, 'OUTPUT')).toMatchObject({
    given: expected.items.length,
    failed: expected.failed.length,
    unpaid: 0,
  });
}

test.each(actorRows)('[crawl-page-1] $actor gives the records of the site, field by field', async (row) => {
  await using fixture = await startActorFixture(row.actor, row.site);
  expect(row.expected(fixture.site).items.length).toBeGreaterThanOrEqual(200);
  await expectRow(fixture, row, await fixture.run(row.input(fixture.site)));
});

/** What the site was asked more than once. */
const repeatedVisits = ({ visits }: TikTokSite): number =>
  [...visits.entries()].reduce((repeated, [, count]) => repeated + count - 1, 0);

/** A page that went wrong is asked again, with the link that led to it, and what was in hand when a server was lost. */
function mostRepeated({ faults }: TikTokSite): number {
  const wrong = faults.values().reduce((sum, count) => sum + count, 0);
  return 2 * wrong + moves.filter((mode) => mode === 'lost').length * mostInHand;
}

/** Pages at once, of a run that is moved: few, so that it lasts. */
const mostInHand = 4;

/** `tiktok-user-info` differs from `tiktok-profile-scraper` by its names; `npm run test:tiktok` moves it as well. */
const isLong = isLongRun || process.env.WHERRY_TIKTOK === 'all';
const leftOutInCi = isLong ? [] : ['tiktok-user-info'];
const movedRows = actorRows.filter(({ actor }) => !leftOutInCi.includes(actor));
if (leftOutInCi.length > 0) console.warn(`LEFT OUT: ${leftOutInCi.join(', ')} is not moved here.`);

const moves = isLong ? ['warm', 'lost', 'cold', 'lost', 'warm'] : ['warm', 'lost', 'cold'];

test.each(movedRows)(
  `[crawl-page-1], [crawl-page-2] $actor gives the same if it is moved ${moves.length} times and the site fails`,
  async (row) => {
    const pace = new SitePace(mostInHand);
    await using fixture = await startActorFixture(row.actor, {
      ...row.site,
      faultRate: 0.1,
      latencyMs: pace.latencyMs,
    });
    const { items } = row.expected(fixture.site);
    const run = await fixture.run({ ...row.input(fixture.site), maxConcurrency: mostInHand });
    for (const [index, mode] of moves.entries()) {
      const share = (items.length * (index + 0.3)) / (moves.length + 1);
      const hasGiven = async () => {
        pace.look();
        return (await fixture.itemCountOf(run)) >= share;
      };
      await until(`the run has given ${share} results`, hasGiven, { secs: 300 });
      await pace.during(() => fixture.migrate(run.id, mode));
    }
    pace.free();
    await expectRow(fixture, row, run);
    expect(await fixture.attempts(run.id)).toHaveLength(1 + moves.length);
    expect(repeatedVisits(fixture.site)).toBeLessThanOrEqual(mostRepeated(fixture.site));
  },
);
