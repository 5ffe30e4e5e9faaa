/** Faults at the writes of a TikTok Actor, with a small input. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApifyClient } from 'apify-client';
import { type ProveOptions, prove, type Verdict } from '../../packages/prover/src/index.ts';
import { startTikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { ActorRow } from './actor-rows.ts';
import { deploy } from './actor-runs.ts';

const below = fileURLToPath(new URL('../../.tmp', import.meta.url));

export async function proveRow(row: ActorRow, options: Partial<ProveOptions>): Promise<Verdict> {
  await using site = await startTikTokSite({ ...row.site, faultRate: 0 });
  await mkdir(below, { recursive: true });
  const folder = await mkdtemp(path.join(below, 'prove-tiktok-'));
  try {
    return await prove({
      ...{
        actor: row.actor,
        folder,
        input: row.small(site),
        chargedEvents: Object.keys(row.charges({ items: [], failed: [] })),
      },
      deploy: ({ url, token }) => deploy(new ApifyClient({ baseUrl: url, token }), row.actor, site.url),
      ...options,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
