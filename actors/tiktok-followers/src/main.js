import { finishActor, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, listsOf } from '@wherry/tiktok-actors/browser';

const { input, results } = await startActor();
const { profiles, maxFollowersPerProfile = 100, maxFollowingPerProfile = 0 } = input;

const targets = targetsOf(profiles, 'profile');
const wishes = [
  { source: { kind: 'followers' }, maxItems: maxFollowersPerProfile },
  { source: { kind: 'following' }, maxItems: maxFollowingPerProfile },
].filter(({ maxItems }) => maxItems > 0);

// What a page of a list gives, its charges, and where the list goes on are one commit.
const lists = wishes.flatMap((wish) => listsOf(targets, wish));
await crawlLists(lists, { input, results, event: 'connection' });

await finishActor(results);
