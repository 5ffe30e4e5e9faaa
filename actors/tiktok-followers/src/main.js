import { finishActor, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, listsOf } from '@wherry/tiktok-actors/browser';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { profiles, maxFollowersPerProfile = 100, maxFollowingPerProfile = 0 } = input;

const targets = targetsOf(profiles, 'profile');
const listOptions = [
  { source: { kind: 'followers' }, maxItems: maxFollowersPerProfile },
  { source: { kind: 'following' }, maxItems: maxFollowingPerProfile },
].filter(({ maxItems }) => maxItems > 0);

// The items of a page of a list, their charges, and the position of the next page are one commit.
const lists = listOptions.flatMap((options) => listsOf(targets, options));
await crawlLists(lists, { input, results, event: 'connection' });

await finishActor(results);
