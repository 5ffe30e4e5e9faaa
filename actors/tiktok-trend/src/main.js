import { finishActor, startActor } from '@wherry/tiktok-actors';
import { crawlLists, feedOf } from '@wherry/tiktok-actors/browser';

const { input, results } = await startActor();
const { feed = 'foryou', maxItems = 100 } = input;

// The videos of a page of the feed, their charges, and the position of the next page are one commit.
await crawlLists([feedOf(feed, { maxItems })], { input, results, event: 'video' });

await finishActor(results);
