import { finishActor, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, listsOf } from '@wherry/tiktok-actors/browser';

const { input, results } = await startActor();

const lists = listsOf(targetsOf(input.musics, 'sound'), {
  source: { kind: 'sound_posts' },
  maxItems: input.resultsPerPage,
});

// What a page of a list gives, its charges, and where the list goes on are one commit.
await crawlLists(lists, { input, results, event: 'result' });

await finishActor(results);
