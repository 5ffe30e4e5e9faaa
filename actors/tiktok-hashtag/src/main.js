import { finishActor, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, listsOf } from '@wherry/tiktok-actors/browser';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);

const lists = listsOf(targetsOf(input.hashtags, 'hashtag'), {
  source: { kind: 'hashtag_posts' },
  maxItems: input.resultsPerPage,
});

// The items of a page of a list, their charges, and the position of the next page are one commit.
await crawlLists(lists, { input, results, event: 'result' });

await finishActor(results);
