/** One row for each TikTok Actor: what it is asked for, and what the site says that it must give. */
import type { TikTokSite, TikTokSiteOptions } from '../../packages/tiktok-site/src/index.ts';
import type { StoredItem } from './actor-runs.ts';
import { expectedProfiles, profileInputs } from './profile-inputs.ts';

export interface ActorRow {
  readonly actor: string;
  readonly site?: TikTokSiteOptions;
  readonly input: (site: TikTokSite) => object;
  readonly expected: (site: TikTokSite) => Expected;
  /** How often each event is charged for. */
  readonly charges: (expected: Expected) => Record<string, number>;
}

export interface Expected {
  /** Each once, in any order. */
  readonly items: readonly StoredItem[];
  readonly failed: readonly { readonly input: string; readonly errorCode: string }[];
}

export const actorRows: readonly ActorRow[] = [
  {
    actor: 'tiktok-profile-scraper',
    site: { seed: 5 },
    input: (site) => ({ profiles: profileInputs(site, 260).map(({ text }) => text), maxConcurrency: 10 }),
    expected: (site) => expectedProfiles(site, profileInputs(site, 260)),
    charges: ({ items }) => ({ profile: items.length }),
  },
];
