/** One row for each TikTok Actor: what it is asked for, and what the site says that it must give. */
import type { TikTokSite, TikTokSiteOptions } from '../../packages/tiktok-site/src/index.ts';
import type { Expected } from './comparison.ts';
import { expectedPosts, postInputs } from './post-inputs.ts';
import { expectedProfiles, profileInputs } from './profile-inputs.ts';
import { expectedProducts, shopInput } from './shop-inputs.ts';

type Input = Readonly<Record<string, string | number | boolean | string[]>>;

export interface ActorRow {
  /** Of few pages, for the prover, which runs an Actor many times. */
  readonly small: (site: TikTokSite) => Input;
  readonly actor: string;
  readonly site?: TikTokSiteOptions;
  readonly input: (site: TikTokSite) => Input;
  readonly expected: (site: TikTokSite) => Expected;
  /** How often each event is charged for. */
  readonly charges: (expected: Expected) => Record<string, number>;
}

export const actorRows: readonly ActorRow[] = [
  {
    actor: 'tiktok-profile-scraper',
    site: { seed: 5 },
    input: (site) => ({ profiles: profileInputs(site, 230).map(({ text }) => text), maxConcurrency: 10 }),
    expected: (site) => expectedProfiles(site, profileInputs(site, 230)),
    small: (site) => ({ profiles: profileInputs(site, 14).map(({ text }) => text) }),
    charges: ({ items }) => ({ profile: items.length }),
  },
  {
    actor: 'tiktok-user-info',
    site: { seed: 6, unavailableRate: 0.06 },
    input: (site) => ({ profiles: profileInputs(site, 220).map(({ text }) => text) }),
    expected: (site) => expectedProfiles(site, profileInputs(site, 220)),
    small: (site) => ({ profiles: profileInputs(site, 14).map(({ text }) => text) }),
    charges: ({ items }) => ({ user: items.length }),
  },
  {
    actor: 'tiktok-scraper',
    site: { seed: 19, unavailableRate: 0.1 },
    input: (site) => ({ postURLs: postInputs(site, 6).map(({ text }) => text), maxConcurrency: 10 }),
    expected: (site) => expectedPosts(site, postInputs(site, 6)),
    small: (site) => ({
      postURLs: postInputs(site, 6)
        .slice(0, 12)
        .map(({ text }) => text),
    }),
    charges: ({ items }) => ({ result: items.length }),
  },
  {
    actor: 'tiktok-shop',
    site: { seed: 8 },
    input: (site) => ({ ...shopInput(site), maxConcurrency: 10 }),
    expected: expectedProducts,
    small: (site) => ({ ...shopInput(site, 8), maxProductsPerQuery: 3 }),
    charges: ({ items }) => ({ product: items.length }),
  },
];
