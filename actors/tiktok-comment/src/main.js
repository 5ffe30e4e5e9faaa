import { finishActor, startActor, targetsOf } from '@wherry/tiktok-actors';
import { crawlLists, listsOf } from '@wherry/tiktok-actors/browser';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);
const { postURLs, commentsPerPost, maxRepliesPerComment = 0 } = input;

const lists = listsOf(targetsOf(postURLs, 'video'), {
  source: { kind: 'comments', maxReplies: maxRepliesPerComment },
  maxItems: commentsPerPost,
});

// The items of a page of a list, their charges, and the position of the next page are one commit.
await crawlLists(lists, { input, results, event: 'comment' });

await finishActor(results);
