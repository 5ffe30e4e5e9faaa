import { type Captured, checkLanding, failed, pageUrlsOf, remedyOf } from '@wherry/tiktok';
import type { Page } from 'playwright-core';
import { siteUrl } from '../settings.ts';
import type { ListJob } from './job.ts';
import { openPage } from './open-page.ts';
import type { PageReading, SourceFacts } from './source-facts.ts';

/** Opens the page of a job, and reads what it says by itself. An account's id is known to one page or the other. */
export async function readPage(page: Page, job: ListJob, facts: SourceFacts, timeoutMs: number): Promise<PageReading> {
  let reading: PageReading = failed('not_found', 'no page of the site shows what was asked for');
  for (const url of pageUrlsOf(job.address, siteUrl)) {
    const opened = await openPage(page, url, timeoutMs);
    reading = opened.kind === 'open' ? readOpened(opened.captured, job, facts) : opened;
    if (reading.kind === 'read' || remedyOf(reading.kind) !== 'nothing') break;
  }
  return reading;
}

function readOpened(captured: Captured, { address }: ListJob, { target, read }: SourceFacts): PageReading {
  if (address.kind !== 'short_link' || target === null) return read(captured, address);
  const landing = checkLanding(captured.url, target, { siteUrl });
  return landing.kind === 'refused' ? failed('not_found', landing.message) : read(captured, landing.address);
}
