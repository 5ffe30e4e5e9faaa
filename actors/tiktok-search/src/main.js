import { finishActor, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, searchesOf } from '@wherry/tiktok-actors/browser';

const { input, results } = await startActor();
const { searchQueries, searchSection = '', resultsPerPage } = input;

const lists = searchesOf(targetsOf(searchQueries, 'search'), {
  section: { '': 'general', '/video': 'video', '/user': 'user' }[searchSection],
  maxItems: resultsPerPage,
});

// The items of a page of a list, their charges, and the position of the next page are one commit.
await crawlLists(lists, { input, results, event: 'result' });

await finishActor(results);
