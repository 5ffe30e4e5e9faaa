/** Faults at the writes of each TikTok Actor do nothing to its results. `npm run prove:tiktok` tries many more. */
import { expect, test } from 'vitest';
import { actorRows } from './tiktok/actor-rows.ts';
import { chromiumPath } from './tiktok/browser.ts';
import { listRows } from './tiktok/list-rows.ts';
import { proveRow } from './tiktok/prove-row.ts';

/** Five in one run: what a run takes is mostly its boots. */
const mostFaults = 10;

/** Browsers cost processor time: one Actor of lists is tried here. */
const rows = [...actorRows, ...(chromiumPath === undefined ? [] : listRows.slice(0, 1))];

test.each(rows)('$actor comes through faults', { timeout: 400_000 }, async (row) => {
  const verdict = await proveRow(row, { seed: 5, faultsPerRun: 5, mostFaults, budgetSecs: 300 });
  expect(verdict.failing.map(({ story, replay }) => `${replay}: ${story}`)).toEqual([]);
  expect(verdict.verdict).not.toBe('unsafe');
  expect(verdict.cleanRuns).toBeGreaterThanOrEqual(2);
  expect(verdict.faults).toBeGreaterThanOrEqual(mostFaults);
  expect(verdict.rows.filter(({ runs }) => runs > 0).length).toBeGreaterThan(4);
  expect(verdict.writes.commit).toBeGreaterThan(10);
});
