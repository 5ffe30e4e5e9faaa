import { finishActor, startActor } from '@wherry/tiktok-actors';
import { crawlLists, feedOf } from '@wherry/tiktok-actors/browser';

const { input, results } = await startActor();
const { feed = 'foryou', maxItems = 100 } = input;

// What a page of the feed gives, its charges, and where it goes on are one commit.
await crawlLists([feedOf(feed, { maxItems })], { input, results, event: 'video' });

await finishActor(results);
