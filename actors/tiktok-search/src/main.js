import { finishActor, orRefused, searchOf, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, searchesOf } from '@wherry/tiktok-actors/browser';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { searchQueries, resultsPerPage, region } = input;

const lists = searchesOf(targetsOf(searchQueries, 'search'), {
  ...(await orRefused(() => searchOf(input, 'general'))),
  maxItems: resultsPerPage,
  region,
});

// The items of a page of a list, their charges, and the position of the next page are one commit.
await crawlLists(lists, { input, results, event: 'result' });

await finishActor(results);
