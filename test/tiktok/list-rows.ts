/** One row for each TikTok Actor of lists: what it is asked for, and what the site says that it must give. */
import type { TikTokSite } from '../../packages/tiktok-site/src/index.ts';
import type { ActorRow } from './actor-rows.ts';
import type { StoredItem } from './actor-runs.ts';
import { profileItemOf } from './profile-inputs.ts';
import { expectedShopLists, reviewedProducts, shopLists } from './shop-lists.ts';

export interface ListRow extends ActorRow {
  /** How long the site takes for an answer while the run is moved; 700 ms unless given. */
  readonly movingMs?: number;
  /** Of a feed: all that it may give. */
  readonly anyOf?: (site: TikTokSite) => StoredItem[];
}

type Video = ReturnType<TikTokSite['truth']['videosOf']>[number];

const videos = (found: readonly Video[], input: string, fromProfileSection: string | null = null): StoredItem[] =>
  found.map((video) => ({ type: 'video', input, ...video, fromProfileSection }));

/** The first users in this state, with so many posts at least. */
function usersOf({ truth }: TikTokSite, state: string, count: number, leastPosts = 0): number[] {
  const found: number[] = [];
  for (let number = 0; found.length < count; number++) {
    const isOne = truth.user(number).state === state;
    if (isOne && truth.videosOf(number, 'latest', leastPosts).length >= leastPosts) found.push(number);
  }
  return found;
}

const nameOf = ({ truth }: TikTokSite, number: number): string => truth.user(number).name;

const charging =
  (event: string): ActorRow['charges'] =>
  ({ items }) => ({ [event]: items.length });

/** What lies over a page at first, and a reader puts away. */
const overlays = { loginPopup: 'closable', cookieBanner: true } as const;

const postUsers = (site: TikTokSite) => ({
  open: usersOf(site, 'public', 2, 90),
  closed: usersOf(site, 'private', 1)[0]!,
  gone: usersOf(site, 'removed', 1)[0]!,
});

const userPosts: ListRow = {
  actor: 'tiktok-user',
  small: (site) => ({ profiles: postUsers(site).open.map((number) => nameOf(site, number)), resultsPerPage: 80 }),
  site: { seed: 31, ...overlays },
  input(site) {
    const { open, closed, gone } = postUsers(site);
    return { profiles: [...open, closed, gone].map((number) => nameOf(site, number)) };
  },
  expected(site) {
    const { open, closed, gone } = postUsers(site);
    return {
      items: open.flatMap((number) => videos(site.truth.videosOf(number), nameOf(site, number), 'videos')),
      failed: [
        { input: nameOf(site, closed), errorCode: 'private' },
        { input: nameOf(site, gone), errorCode: 'not_found' },
      ],
    };
  },
  charges: charging('post'),
};

const hashtags: ListRow = {
  actor: 'tiktok-hashtag',
  small: ({ truth }) => ({ hashtags: [truth.hashtagName(3)], resultsPerPage: 100 }),
  site: { seed: 32 },
  input: ({ truth }) => ({ hashtags: [`#${truth.hashtagName(3)}`, 'no.such-tag', 'unheardof99999'] }),
  expected({ truth }) {
    const name = truth.hashtagName(3);
    return {
      items: [
        { type: 'hashtag', input: `#${name}`, ...truth.hashtag(name) },
        ...videos(truth.hashtagVideos(name), `#${name}`),
      ],
      failed: [
        { input: 'no.such-tag', errorCode: 'wrong_input' },
        { input: 'unheardof99999', errorCode: 'not_found' },
      ],
    };
  },
  charges: charging('result'),
};

const sounds: ListRow = {
  actor: 'tiktok-music',
  small: ({ truth }) => ({ musics: [truth.soundId(5)], resultsPerPage: 100 }),
  site: { seed: 33 },
  input: ({ truth }) => ({ musics: [truth.soundId(5), `https://www.tiktok.com/music/any-words-${truth.soundId(6)}`] }),
  expected: (site) => ({
    items: [5, 6].flatMap((number, index) => {
      const input = (sounds.input(site).musics as string[])[index]!;
      const id = site.truth.soundId(number);
      return [{ type: 'sound', input, ...site.truth.sound(id) }, ...videos(site.truth.soundVideos(id), input)];
    }),
    failed: [],
  }),
  charges: charging('result'),
};

/** The first post of all users that has so many comments. */
function postWith(site: TikTokSite, commentCount: number): Video {
  for (let number = 0; ; number++) {
    const found = site.truth.videosOf(number, 'latest', 40).find((video) => video.commentCount === commentCount);
    if (found !== undefined && site.truth.user(number).state === 'public') return found;
  }
}

const commentedPosts = (site: TikTokSite) => [postWith(site, 25), postWith(site, 3)];
const goneId = '7299999999999999999';

const comments: ListRow = {
  actor: 'tiktok-comment',
  small: (site) => ({ ...comments.input(site), maxRepliesPerComment: 2 }),
  site: { seed: 34, unavailableRate: 0, ...overlays },
  input: (site) => ({
    postURLs: [...commentedPosts(site).map(({ webVideoUrl }) => webVideoUrl), goneId],
    maxRepliesPerComment: 1000,
  }),
  expected: (site) => ({
    items: commentedPosts(site).flatMap(({ id, webVideoUrl }) => {
      const found = site.truth.commentsOf(id);
      const replies = found.flatMap(({ cid }) => site.truth.repliesOf(cid));
      return [...found, ...replies].map((each) => ({ type: 'comment', input: webVideoUrl, ...each }));
    }),
    failed: [{ input: goneId, errorCode: 'removed' }],
  }),
  charges: charging('comment'),
};

/** One who shows whom it follows, and one who hides it. */
function connectedUsers(site: TikTokSite): { open: number; hiding: number } {
  const { truth } = site;
  const users = usersOf(site, 'public', 100);
  const sizeOf = (number: number) => truth.followersOf(number).length + (truth.followingOf(number)?.length ?? 0);
  const open = users.find((number) => truth.followingOf(number) !== null && sizeOf(number) > 220)!;
  return { open, hiding: users.find((number) => truth.followingOf(number) === null && sizeOf(number) < 60)! };
}

const followers: ListRow = {
  actor: 'tiktok-followers',
  small: (site) => ({ ...followers.input(site), maxFollowersPerProfile: 50, maxFollowingPerProfile: 50 }),
  site: { seed: 35, ...overlays },
  input(site) {
    const { open, hiding } = connectedUsers(site);
    const profiles = [open, hiding].map((number) => nameOf(site, number));
    return { profiles, maxFollowersPerProfile: 1000, maxFollowingPerProfile: 1000 };
  },
  expected(site) {
    const { open, hiding } = connectedUsers(site);
    const itemsOf = (number: number, connectionType: string, found: readonly object[]) =>
      found.map((authorMeta) => ({ type: 'connection', input: nameOf(site, number), connectionType, authorMeta }));
    return {
      items: [
        ...[open, hiding].flatMap((number) => itemsOf(number, 'follower', site.truth.followersOf(number))),
        ...itemsOf(open, 'following', site.truth.followingOf(open)!),
      ],
      failed: [{ input: nameOf(site, hiding), errorCode: 'private' }],
    };
  },
  charges: charging('connection'),
};

const userSearch = 'https://www.tiktok.com/search/user?q=lamp';

const searches: ListRow = {
  actor: 'tiktok-search',
  small: () => ({ searchQueries: ['green tea'], resultsPerPage: 60 }),
  site: { seed: 36 },
  input: () => ({ searchQueries: ['green tea', userSearch, 'nothing at all'] }),
  expected: ({ truth }) => ({
    items: [
      ...videos(truth.foundVideos('green tea'), 'green tea'),
      ...truth
        .foundUsers('lamp')
        .map((authorMeta) => ({ type: 'profile', input: userSearch, source: 'search', authorMeta })),
    ],
    failed: [],
  }),
  charges: charging('result'),
};

const feedVideos = ({ truth }: TikTokSite, feed: 'recommended' | 'explored', count: number): Video[] => {
  const shown = Array.from({ length: 40 }, (_, page) => truth.feed(feed, page)).flat();
  return [...new Map(shown.map((video) => [video.id, video])).values()].slice(0, count);
};

const trends: ListRow = {
  actor: 'tiktok-trend',
  small: () => ({ feed: 'explore', maxItems: 90 }),
  site: { seed: 37 },
  // The whole feed is a few pages: less would be over before the next attempt of a busy machine is there.
  movingMs: 2_000,
  input: () => ({ feed: 'explore', maxItems: 240 }),
  expected: (site) => ({ items: videos(feedVideos(site, 'explored', 240), 'explore'), failed: [] }),
  anyOf: (site) => videos(feedVideos(site, 'explored', 2000), 'explore'),
  charges: charging('video'),
};

const soundTrends: ListRow = {
  actor: 'tiktok-music-trend',
  // Its list has five pages, as many as there are moves.
  movingMs: 3_000,
  small: () => ({ countryCode: 'de', period: '30' }),
  site: { seed: 38 },
  input: () => ({ countryCode: 'de', period: '30' }),
  expected: ({ truth }) => ({
    items: truth.soundRanks('DE', 30).map((sound) => ({ type: 'trending_sound', input: 'DE, 30 days', ...sound })),
    failed: [],
  }),
  charges: charging('sound'),
};

const profilesWithPosts: ListRow = {
  actor: 'tiktok-profile-scraper',
  site: { seed: 39 },
  small: (site) => ({ profiles: [nameOf(site, postUsers(site).open[0]!)], resultsPerPage: 40 }),
  input: (site) => ({ ...userPosts.input(site), resultsPerPage: 1000 }),
  expected(site) {
    const { open, closed } = postUsers(site);
    const profiles = [...open, closed].map((number) => {
      // The script of a page without the account's data requests them.
      const profile = site.truth.profile(number, site.truth.isShell(number) ? 'detail' : 'name');
      return profileItemOf(profile, nameOf(site, number));
    });
    const { items, failed } = userPosts.expected(site);
    return { items: [...profiles, ...items], failed: failed.filter(({ errorCode }) => errorCode === 'not_found') };
  },
  charges: ({ items }) => ({
    profile: items.filter(({ type }) => type === 'profile').length,
    post: items.filter(({ type }) => type === 'video').length,
  }),
};

const mixedLists: ListRow = {
  actor: 'tiktok-scraper',
  site: { seed: 40, unavailableRate: 0 },
  small: (site) => ({ profiles: [nameOf(site, 3)], postURLs: [postWith(site, 61).id], resultsPerPage: 40 }),
  input: (site) => ({
    profiles: [nameOf(site, 3), 'nobody.here'],
    postURLs: [postWith(site, 61).id],
    hashtags: [site.truth.hashtagName(4)],
    musics: [site.truth.soundId(7)],
    searchQueries: ['lamp'],
    resultsPerPage: 90,
  }),
  expected(site) {
    const { truth } = site;
    const [post, hashtag, sound] = [postWith(site, 61).id, truth.hashtagName(4), truth.soundId(7)];
    return {
      items: [
        ...videos([truth.video(post)], post),
        ...videos(truth.videosOf(3).slice(0, 90), nameOf(site, 3), 'videos'),
        ...videos(truth.hashtagVideos(hashtag).slice(0, 90), hashtag),
        ...videos(truth.soundVideos(sound).slice(0, 90), sound),
        ...videos(truth.foundVideos('lamp').slice(0, 90), 'lamp'),
      ],
      failed: [{ input: 'nobody.here', errorCode: 'not_found' }],
    };
  },
  charges: charging('result'),
};

/** Seven posts in a row, so that each of the ways is among them in which the site shows the videos beside a post. */
const besideWhich = (site: TikTokSite) =>
  site.truth
    .videosOf(userOfMany(site))
    .slice(0, 7)
    .map(({ id, webVideoUrl }, index) => {
      return { id, text: index === 3 ? `${site.url}${site.truth.videoLink(id)}` : webVideoUrl };
    });
const userOfMany = (site: TikTokSite): number => usersOf(site, 'public', 1, 90)[0]!;

const relatedVideos: ListRow = {
  actor: 'tiktok-scraper',
  site: { seed: 44, unavailableRate: 0, ...overlays },
  small: (site) => ({ postURLs: [postWith(site, 25).id], scrapeRelatedVideos: true, resultsPerPage: 10 }),
  input: (site) => ({ postURLs: [...besideWhich(site).map(({ text }) => text), goneId], scrapeRelatedVideos: true }),
  expected: (site) => ({
    items: besideWhich(site).flatMap(({ text, id }) =>
      videos([site.truth.video(id), ...site.truth.relatedVideos(id)], text),
    ),
    failed: [{ input: goneId, errorCode: 'removed' }],
  }),
  charges: charging('result'),
};

const shop: ListRow = {
  actor: 'tiktok-shop',
  site: { seed: 41 },
  small: (site) => ({ ...shopLists(site, reviewedProducts(site, [57]), 40), maxProductsPerShop: 60 }),
  input: (site) => shopLists(site, reviewedProducts(site, [210, 0, 57]), 95),
  expected: (site) => expectedShopLists(site, reviewedProducts(site, [210, 0, 57]), 95),
  charges: ({ items }) => ({
    product: items.filter(({ type }) => type !== 'review').length,
    review: items.filter(({ type }) => type === 'review').length,
  }),
};

export const listRows: readonly ListRow[] = [
  userPosts,
  hashtags,
  sounds,
  comments,
  followers,
  searches,
  trends,
  soundTrends,
  profilesWithPosts,
  mixedLists,
  relatedVideos,
  shop,
];

/** What it gives is tried kind by kind (`tiktok-api.test.ts`); the prover takes one of them. */
export const apiRow: Pick<ListRow, 'actor' | 'site' | 'small' | 'charges'> = {
  actor: 'tiktok-api',
  site: { seed: 31 },
  small: (site) => ({ type: 'USER', urls: postUsers(site).open.map((number) => nameOf(site, number)), limit: 60 }),
  charges: charging('result'),
};
