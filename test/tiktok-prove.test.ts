/**
 * Faults at the writes of each TikTok Actor do nothing to its results. `npm test` has one Actor of each way to read,
 * `npm run test:long` all, and `npm run prove:tiktok` tries many more faults.
 */
import { expect, test } from 'vitest';
import type { TikTokSite } from '../packages/tiktok-site/src/index.ts';
import { chromiumPath } from './support/browser.ts';
import { isLong } from './support/long.ts';
import { actorRows } from './tiktok/actor-rows.ts';
import { apiRow, listRows } from './tiktok/list-rows.ts';
import { proveRow } from './tiktok/prove-row.ts';

/** Five in one run: what a run takes is mostly its boots. */
const faultsPerRun = 5;

const overHttp = actorRows.map((row) => ({ ...row, mostFaults: 10 }));
/** Browsers cost processor time, so each has one run with faults; those that read over HTTP too are tried there. */
const byBrowser = [...listRows.filter(({ actor }) => actorRows.every((row) => row.actor !== actor)), apiRow].map(
  (row) => {
    return { ...row, mostFaults: faultsPerRun };
  },
);
/** Files are stored before the commit of their item, so that there is a write that no commit has. */
const scraper = actorRows.find(({ actor }) => actor === 'tiktok-scraper')!;
const withFiles = {
  ...scraper,
  site: { ...scraper.site, servesMedia: true },
  small: (site: TikTokSite) => ({
    ...scraper.small(site),
    shouldDownloadVideos: true,
    shouldDownloadCovers: true,
    customMapFunction: '(item) => ({ ...item, mapped: true })',
  }),
  mostFaults: 15,
};

test.runIf(isLong)('[download-1], [download-2] tiktok-scraper with files comes through faults', async () => {
  const { mostFaults, ...row } = withFiles;
  const verdict = await proveRow(row, { seed: 5, faultsPerRun, maxFaults: mostFaults, budgetSecs: 600 });
  expect(verdict.failing.map(({ story, replay }) => `${replay}: ${story}`)).toEqual([]);
  expect(verdict.verdict).not.toBe('unsafe');
  expect(verdict.faults).toBeGreaterThanOrEqual(mostFaults);
  expect(verdict.writes.record).toBeGreaterThan(0);
});

/** One over HTTP and one by a browser. */
const share = ['tiktok-profile-scraper', 'tiktok-user'];
const rows = [...overHttp, ...(chromiumPath === undefined ? [] : byBrowser)].filter(
  ({ actor }) => isLong || share.includes(actor),
);

test('the rows are all thirteen Actors', () => {
  expect(new Set([...overHttp, ...byBrowser].map(({ actor }) => actor)).size).toBe(13);
});

test.each(rows)('$actor comes through faults', async ({ mostFaults, ...row }) => {
  const verdict = await proveRow(row, { seed: 5, faultsPerRun, maxFaults: mostFaults, budgetSecs: 300 });
  expect(verdict.failing.map(({ story, replay }) => `${replay}: ${story}`)).toEqual([]);
  expect(verdict.verdict).not.toBe('unsafe');
  expect(verdict.cleanRuns).toBeGreaterThanOrEqual(2);
  expect(verdict.faults).toBeGreaterThanOrEqual(mostFaults);
  expect(verdict.writes.commit).toBeGreaterThan(0);
});
