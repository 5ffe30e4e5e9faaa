import {
  crawlPages,
  finishActor,
  postDatesOf,
  readVideo,
  startActor,
  targetsOf,
  videoItem,
} from '@wherry/tiktok-actors';

const { input, results } = await startActor();
const { postURLs = [], profiles = [], hashtags = [], musics = [], searchQueries = [] } = input;

const hasLists = [profiles, hashtags, musics, searchQueries].some((inputs) => inputs.length > 0);
if (hasLists) await postsOfLists();
else await postsAlone();

await finishActor(results);

/** Over HTTP. A post, its charge, and the handled mark of its request are one commit. */
async function postsAlone() {
  await crawlPages(targetsOf(postURLs, 'video'), {
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
  const { profileSorting = 'latest', searchSection = '/video', resultsPerPage } = input;
  const options = {
    maxItems: resultsPerPage,
    withoutHeader: true,
    withoutPinned: input.excludePinnedPosts,
    leastDiggs: input.leastDiggs,
    mostDiggs: input.mostDiggs,
    ...(await postDatesOf(input)),
  };
  const section = { '': 'general', '/video': 'video', '/user': 'user' }[searchSection];
  const mostFound = section === 'user' ? (input.maxProfilesPerQuery ?? resultsPerPage) : resultsPerPage;
  const posts = (inputs, wanted, source) => listsOf(targetsOf(inputs, wanted), { ...options, source });
  const lists = [
    ...listsOf(targetsOf(postURLs, 'video'), { source: { kind: 'video' } }),
    ...posts(profiles, 'profile', { kind: 'posts', sort: profileSorting }),
    ...posts(hashtags, 'hashtag', { kind: 'hashtag_posts' }),
    ...posts(musics, 'sound', { kind: 'sound_posts' }),
    ...searchesOf(targetsOf(searchQueries, 'search'), { ...options, section, maxItems: mostFound }),
  ];
  await crawlLists(lists, { input, results, event: 'result' });
}
