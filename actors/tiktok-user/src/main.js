import { finishActor, postDatesOf, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, listsOf } from '@wherry/tiktok-actors/browser';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { profiles, profileSorting = 'latest', resultsPerPage, excludePinnedPosts } = input;

const lists = listsOf(targetsOf(profiles, 'profile'), {
  source: { kind: 'posts', sort: profileSorting },
  maxItems: resultsPerPage,
  ...(await postDatesOf(input)),
  withoutPinned: excludePinnedPosts,
});

// The items of a page of a list, their charges, and the position of the next page are one commit.
await crawlLists(lists, { input, results, event: 'post' });

await finishActor(results);
