/** Proves a TikTok Actor with a small input. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApifyClient } from 'apify-client';
import { type ProveOptions, prove, type Verdict } from '../../packages/prover/src/index.ts';
import { startTikTokSite } from '../../packages/tiktok-site/src/index.ts';
import { deploy } from './actor-runs.ts';
import type { ListRow } from './list-rows.ts';

const below = fileURLToPath(new URL('../../.tmp', import.meta.url));

/** The fields of a row that are used here. */
export type ProveRow = Pick<ListRow, 'actor' | 'site' | 'small' | 'charges' | 'anyOf'>;

/** The shop's pages request their lists by POST. */
const reads = ['/api/shop/*'];

/** A feed shows other videos to each visitor, so those that a lost server had read do not appear again. */
const allowedForFeeds = ['lost', 'changed'] as const;

export async function proveRow(row: ProveRow, options: Partial<ProveOptions>): Promise<Verdict> {
  await using site = await startTikTokSite({ ...row.site, faultRate: 0 });
  await mkdir(below, { recursive: true });
  const folder = await mkdtemp(path.join(below, 'prove-tiktok-'));
  try {
    return await prove({
      actor: row.actor,
      folder,
      input: row.small(site),
      reads,
      chargedEvents: Object.keys(row.charges({ items: [], failed: [] })),
      deploy: ({ url, token }) => deploy(new ApifyClient({ baseUrl: url, token }), row.actor, site.url),
      ...(row.anyOf && { allowed: allowedForFeeds }),
      ...options,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
