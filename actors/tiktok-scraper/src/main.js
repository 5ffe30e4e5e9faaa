import {
  crawlPages,
  finishActor,
  InputRefusal,
  orRefused,
  postDatesOf,
  readVideo,
  searchOf,
  startActor,
  targetsByKind,
  targetsOf,
  videoItem,
} from '@wherry/tiktok-actors';
import { log } from 'crawlee';
import inputAliases from '../.actor/input_aliases.json' with { type: 'json' };

const { input, results } = await startActor(inputAliases);

const kinds = ['video', 'profile', 'hashtag', 'sound', 'search'];
const mixed = targetsByKind(input.urls, kinds);
const fields = {
  video: 'postURLs',
  profile: 'profiles',
  hashtag: 'hashtags',
  sound: 'musics',
  search: 'searchQueries',
};
/** The targets of a kind: those of the field for them, and the URLs of this kind. */
const targets = Object.fromEntries(
  kinds.map((kind) => [kind, targetsOf([...(input[fields[kind]] ?? []), ...mixed[kind]], kind)]),
);

const hasLists = kinds.some((kind) => kind !== 'video' && targets[kind].length > 0);
const withRelated = input.scrapeRelatedVideos === true && targets.video.length > 0;
if (input.scrapeRelatedVideos === true && !withRelated)
  log.info('scrapeRelatedVideos has no effect: the input names no post by its URL or id.');
const { commentsPerPost = 0, maxRepliesPerComment = 0 } = input;
await orRefused(() => {
  if (commentsPerPost === 0 || (!hasLists && targets.video.length > 0)) return;
  throw new InputRefusal(
    `commentsPerPost: ${commentsPerPost} cannot be honoured. Comments are read of posts by URL: give postURLs only, or give the URLs of what this run finds to another.`,
  );
});
// Only a browser checks for which country a page is.
if (hasLists || withRelated || commentsPerPost > 0 || input.region !== undefined) await postsOfLists();
else await postsAlone();

await finishActor(results);

/** Over HTTP. A post, its charge, and the mark that it is done are one commit. */
async function postsAlone() {
  await crawlPages(targets.video, {
    input,
    results,
    pages: {
      video: {
        read: readVideo,
        event: 'result',
        items: (video, target) => [videoItem(video, target.input)],
      },
    },
  });
}

/** With a browser. The items of a page of a list, their charges, and the position of the next page are one commit. */
async function postsOfLists() {
  const { crawlLists, listsOf, searchesOf } = await import('@wherry/tiktok-actors/browser');
  const { profileSorting = 'latest', resultsPerPage, region } = input;
  const { section, filter } = await orRefused(() => searchOf(input, 'video'));
  const options = {
    maxItems: resultsPerPage,
    withoutHeader: true,
    withoutPinned: input.excludePinnedPosts,
    leastDiggs: input.leastDiggs,
    mostDiggs: input.mostDiggs,
    ...(await postDatesOf(input)),
    region,
  };
  const mostFound = section === 'user' ? (input.maxProfilesPerQuery ?? resultsPerPage) : resultsPerPage;
  const posts = (kind, source, more = {}) => listsOf(targets[kind], { ...options, ...more, source });
  // A post is a result once, with the first of its lists.
  const comments = { kind: 'comments', maxReplies: maxRepliesPerComment, withPost: !withRelated };
  const lists = [
    ...(withRelated ? posts('video', { kind: 'related_posts' }, { withoutHeader: false }) : []),
    ...(commentsPerPost > 0 ? listsOf(targets.video, { source: comments, maxItems: commentsPerPost, region }) : []),
    ...(withRelated || commentsPerPost > 0 ? [] : listsOf(targets.video, { source: { kind: 'video' }, region })),
    ...posts('profile', { kind: 'posts', sort: profileSorting }),
    ...posts('hashtag', { kind: 'hashtag_posts' }),
    ...posts('sound', { kind: 'sound_posts' }),
    ...searchesOf(targets.search, { ...options, section, filter, maxItems: mostFound }),
  ];
  await crawlLists(lists, { input, results, event: 'result' });
}
