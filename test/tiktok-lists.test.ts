/** Each Actor of lists gives what the site says, once, by a real browser, whatever happens to its run and to the site. */
import type { ActorRun } from 'apify-client';
import { describe, expect, test } from 'vitest';
import { chromiumPath } from './support/browser.ts';
import { isLong as isLongRun } from './support/long.ts';
import { until } from './support/until.ts';
import { type ActorFixture, type StoredItem, startActorFixture } from './tiktok/actor-runs.ts';
import type { Expected } from './tiktok/comparison.ts';
import { expectResults } from './tiktok/comparison.ts';
import { type ListRow, listRows } from './tiktok/list-rows.ts';

/** Browsers cost processor time, so CI moves those that differ most; `npm run test:tiktok` moves all. */
const movedInCi = ['tiktok-user', 'tiktok-comment', 'tiktok-trend'];
const isLong = isLongRun || process.env.WHERRY_TIKTOK === 'all';
const movedRows = listRows.filter(({ actor }) => isLong || movedInCi.includes(actor));
if (!isLong) {
  const left = listRows.filter((row) => !movedRows.includes(row)).map(({ actor }) => actor);
  console.warn(`LEFT OUT: ${left.join(', ')} are not moved here. \`npm run test:tiktok\` moves them.`);
}

/** Each move costs the boot of a browser. */
const moves = isLong ? ['warm', 'lost', 'cold', 'lost', 'warm'] : ['warm', 'lost', 'cold'];

describe.skipIf(chromiumPath === undefined)('with a browser', () => {
  test.each(listRows)(
    '[list-crawl-2], [list-store-2], [visit-4] $actor gives the records of the site, field by field',
    async (row) => {
      await using fixture = await startActorFixture(row.actor, row.site);
      await expectRow(fixture, row, await fixture.run(row.input(fixture.site)));
    },
  );

  test.each(movedRows)(
    `[list-store-1], [open-page-1], [patience-1], [visit-1], [visit-3] $actor gives the same if it is moved ${moves.length} times and the site fails`,
    async (row) => {
      let isMoving = false;
      // While the run is moved the site takes its time, so that there is work left for every move.
      const latencyMs = () => (isMoving ? (row.movingMs ?? 700) : 20);
      await using fixture = await startActorFixture(row.actor, { ...row.site, faultRate: 0.1, latencyMs });
      const { items } = row.expected(fixture.site);
      const run = await fixture.run({ ...row.input(fixture.site), maxConcurrency: 1 });
      for (const [index, mode] of moves.entries()) {
        const share = (items.length * (index + 0.3)) / (moves.length + 3);
        await until(`the run has given ${share} results`, async () => (await fixture.itemCountOf(run)) >= share, {
          secs: 300,
        });
        isMoving = true;
        await fixture.migrate(run.id, mode);
        isMoving = false;
      }
      await expectRow(fixture, row, run, true);
      expect(await fixture.attempts(run.id)).toHaveLength(1 + moves.length);
    },
  );
});

async function expectRow(fixture: ActorFixture, row: ListRow, run: ActorRun, isMoved = false): Promise<void> {
  const expected = row.expected(fixture.site);
  const { chargedEventCounts } = await fixture.succeeded(run);
  const items = await fixture.itemsOf(run);
  if (process.env.LOG) console.log(await fixture.logOf(run.id), [...fixture.site.faults]);
  expectResults(items, isMoved && row.anyOf ? someOf(items, row.anyOf(fixture.site), expected) : expected);
  expect(chargedEventCounts).toMatchObject(row.charges(expected));
  expect(await fixture.recordOf(run, 'OUTPUT')).toMatchObject({
    given: expected.items.length,
    failed: expected.failed.length,
  });
}

/** A feed goes on where a page of it was lost: which of its items come is the site's to say, not how many, and not twice. */
function someOf(items: readonly StoredItem[], possible: readonly StoredItem[], expected: Expected): Expected {
  const ids = new Set(items.map(({ id }) => id));
  const found = possible.filter(({ id }) => ids.has(id));
  expect(found).toHaveLength(expected.items.length);
  return { ...expected, items: found };
}
