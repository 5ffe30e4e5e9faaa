import { startTikTokSite } from '@wherry/tiktok-site';
import { serve } from './serve.ts';

const [usernameCount] = process.argv.slice(2);
const site = await startTikTokSite({ latencyMs: 5, unavailableRate: 0 });

/** Returns how many requests the site got since the last question. */
serve({ url: site.url, usernames: site.truth.usernames(Number(usernameCount)) }, async () => {
  const { total } = site.visits;
  site.visits.clear();
  return total;
});
