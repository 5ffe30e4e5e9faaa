import { startTikTokSite } from '@wherry/tiktok-site';
import { serve } from './serve.ts';

export interface TikTokSiteFacts {
  readonly url: string;
  readonly usernames: readonly string[];
  /** Names of users who have a thousand posts together. */
  readonly posters: readonly string[];
  readonly hashtag: string;
}

const postCount = 1000;

const [usernameCount] = process.argv.slice(2);
const site = await startTikTokSite({ latencyMs: 5, unavailableRate: 0, shellRate: 0 });
const { truth } = site;

function postersOf(): string[] {
  const names: string[] = [];
  for (let number = 0, posts = 0; posts < postCount; number += 1) {
    const count = truth.videosOf(number).length;
    // Users with few posts would measure how long a page takes to open.
    if (count < 80) continue;
    names.push(truth.user(number).name);
    posts += count;
  }
  return names;
}

const facts: TikTokSiteFacts = {
  url: site.url,
  usernames: truth.usernames(Number(usernameCount)),
  posters: postersOf(),
  hashtag: truth.hashtagName(3),
};

/** Returns how many requests the site got since the last question. */
serve(facts, async () => {
  const { total } = site.visits;
  site.visits.clear();
  return total;
});
