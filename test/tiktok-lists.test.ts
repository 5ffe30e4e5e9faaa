/** Each Actor of lists gives what the site says, once, by a real browser, whatever happens to its run and to the site. */
import { describe, expect, test } from 'vitest';
import { startActorFixture } from './tiktok/actor-runs.ts';
import { chromiumPath } from './tiktok/browser.ts';
import { expectResults } from './tiktok/comparison.ts';
import { listRows } from './tiktok/list-rows.ts';

describe.skipIf(chromiumPath === undefined)('with a browser', () => {
  test.each(listRows)('$actor gives what the site says, field by field', async (row) => {
    await using fixture = await startActorFixture(row.actor, row.site);
    const expected = row.expected(fixture.site);
    const run = await fixture.run(row.input(fixture.site));
    const { chargedEventCounts } = await fixture.succeeded(run);
    console.log(row.actor, expected.items.length, fixture.site.visits.total);
    if (process.env.LOG) console.log(await fixture.logOf(run.id));
    expectResults(await fixture.itemsOf(run), expected);
    expect(chargedEventCounts).toMatchObject(row.charges(expected));
  });
});
