import { finishActor, startActor } from '@wherry/tiktok-actors';
import { crawlLists, feedOf } from '@wherry/tiktok-actors/browser';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { feed = 'foryou', maxItems = 100, region } = input;

// The videos of a page of the feed, their charges, and the position of the next page are one commit.
await crawlLists([feedOf(feed, { maxItems, region })], { input, results, event: 'video' });

await finishActor(results);
