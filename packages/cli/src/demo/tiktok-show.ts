import { startTikTokSite } from '@wherry/tiktok-site';
import type { Show } from './show.ts';

export const demoProfileCount = 500;

/** Profiles of a stand-in for TikTok's site, some of whose responses fail, as those of a real site. All people are invented. */
export async function tiktokShow(host = '127.0.0.1'): Promise<Show> {
  const site = await startTikTokSite({ host, unavailableRate: 0, faultRate: 0.02, slowMs: 200, latencyMs: 60 });
  const profiles = site.truth.usernames(demoProfileCount);
  return {
    about: `${demoProfileCount} profiles at ${site.url}, a stand-in for TikTok`,
    input: { profiles, maxConcurrency: 6 },
    environment: { TIKTOK_SITE_URL: site.url },
    subjects: profiles,
    servedCount: () => profiles.filter((name) => site.visits.countOf(`/@${name}`) > 0).length,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}
