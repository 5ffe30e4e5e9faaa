/** One run of each TikTok Actor with the input of the Actor that people may switch from, and what must come of it. */
import type { TikTokSite, TikTokSiteOptions } from '../../packages/tiktok-site/src/index.ts';
import type { StoredItem } from './actor-runs.ts';
import { profileItemOf } from './profile-inputs.ts';

export interface SeedRun {
  readonly actor: string;
  readonly site?: TikTokSiteOptions;
  /** Whether a browser reads it. */
  readonly isBrowser: boolean;
  readonly input: (site: TikTokSite) => object;
  readonly items: (site: TikTokSite) => readonly StoredItem[];
}

type Video = ReturnType<TikTokSite['truth']['videosOf']>[number];

const videos = (found: readonly Video[], input: string, fromProfileSection: string | null = null): StoredItem[] =>
  found.map((video) => ({ type: 'video', input, ...video, fromProfileSection }));

const noProxy = { useApifyProxy: false };
/** What consoles send beside the fields that somebody has filled in. */
const clockworks = {
  commentsPerPost: 0,
  maxFollowersPerProfile: 0,
  maxFollowingPerProfile: 0,
  maxRepliesPerComment: 0,
  profileScrapeSections: ['videos'],
  proxyCountryCode: 'None',
  scrapeRelatedVideos: false,
  shouldDownloadAvatars: false,
  shouldDownloadMusicCovers: false,
  shouldDownloadSlideshowImages: false,
  topLevelCommentsPerPost: 0,
};

const nameOf = ({ truth }: TikTokSite, number: number): string => truth.user(number).name;
const profileUrl = (site: TikTokSite, number: number): string => `https://www.tiktok.com/@${nameOf(site, number)}`;

/** The site knows the ids of every second account. */
const usersByAll = (site: TikTokSite) =>
  [
    ['usernames', nameOf(site, 1), 1],
    ['userIds', site.truth.user(2).id, 2],
    ['urls', profileUrl(site, 3), 3],
  ] as const;

/** The first account with so many posts. */
const userWith = ({ truth }: TikTokSite, posts: number): number =>
  Array.from({ length: 400 }, (_, each) => each).find((each) => truth.videosOf(each).length === posts)!;

const commented = (site: TikTokSite): Video =>
  site.truth.videosOf(userWith(site, 90)).find(({ commentCount }) => commentCount === 25)!;

const site: TikTokSiteOptions = { seed: 12, unavailableRate: 0 };

const profiles: readonly SeedRun[] = ['tiktok-user-info', 'tiktok-profile-scraper'].map((actor) => ({
  actor,
  site,
  isBrowser: false,
  input: (of) => ({
    ...Object.fromEntries(usersByAll(of).map(([field, text]) => [field, [text]])),
    ...(actor === 'tiktok-profile-scraper' && clockworks),
  }),
  items: (of) =>
    usersByAll(of).map(([field, text, number]) =>
      profileItemOf(of.truth.profile(number, field === 'userIds' ? 'secUid' : 'name'), text),
    ),
}));

const lists: readonly SeedRun[] = [
  {
    actor: 'tiktok-user',
    site,
    isBrowser: true,
    input: (of) => ({
      urls: [profileUrl(of, userWith(of, 90))],
      limit: 40,
      isUnlimited: false,
      proxyConfiguration: noProxy,
    }),
    items: (of) => {
      const number = userWith(of, 90);
      return videos(of.truth.videosOf(number).slice(0, 40), profileUrl(of, number), 'videos');
    },
  },
  {
    actor: 'tiktok-hashtag',
    site,
    isBrowser: true,
    input: ({ truth }) => ({
      url: `https://www.tiktok.com/tag/${truth.hashtagName(2)}`,
      limit: 35,
      isUnlimited: false,
    }),
    items: ({ truth }) => {
      const name = truth.hashtagName(2);
      const input = `https://www.tiktok.com/tag/${name}`;
      return [
        { type: 'hashtag', input, ...truth.hashtag(name) },
        ...videos(truth.hashtagVideos(name).slice(0, 35), input),
      ];
    },
  },
  {
    actor: 'tiktok-music',
    site,
    isBrowser: true,
    input: ({ truth }) => ({ url: `https://www.tiktok.com/music/original-sound-${truth.soundId(2)}`, limit: 35 }),
    items: ({ truth }) => {
      const id = truth.soundId(2);
      const input = `https://www.tiktok.com/music/original-sound-${id}`;
      return [{ type: 'sound', input, ...truth.sound(id) }, ...videos(truth.soundVideos(id).slice(0, 35), input)];
    },
  },
  {
    actor: 'tiktok-comment',
    site,
    isBrowser: true,
    input: (of) => ({ urls: [commented(of).webVideoUrl], limit: 20, isUnlimited: true, shouldScrapeReplies: true }),
    items: (of) => {
      const { id, webVideoUrl: input } = commented(of);
      const found = of.truth.commentsOf(id);
      const replies = found.flatMap(({ cid }) => of.truth.repliesOf(cid));
      return [...found, ...replies].map((each) => ({ type: 'comment', input, ...each }));
    },
  },
  {
    actor: 'tiktok-followers',
    site,
    isBrowser: true,
    input: (of) => ({ usernames: [nameOf(of, 5)], limit: 25 }),
    items: (of) =>
      of.truth
        .followersOf(5)
        .slice(0, 25)
        .map((authorMeta) => ({ type: 'connection', input: nameOf(of, 5), connectionType: 'follower', authorMeta })),
  },
  {
    actor: 'tiktok-search',
    site: { ...site, visitorCountry: 'VN' },
    isBrowser: true,
    input: () => ({
      keyword: 'tea',
      limit: 30,
      isUnlimited: false,
      sortType: 1,
      publishTime: 'SIX_MONTH',
      region: 'vn',
    }),
    items: ({ truth }) => videos(truth.foundVideos('tea', { sort: 'most_liked', withinDays: 180 }).slice(0, 30), 'tea'),
  },
  {
    actor: 'tiktok-trend',
    site: { ...site, visitorCountry: 'DE' },
    isBrowser: true,
    input: () => ({ region: 'DE', limit: 25, isUnlimited: false }),
    items: ({ truth }) => videos(truth.feed('recommended', 0).slice(0, 25), 'foryou'),
  },
  {
    actor: 'tiktok-music-trend',
    site,
    isBrowser: true,
    input: () => ({ region: 'DE', period: 30, limit: 25 }),
    items: ({ truth }) =>
      truth
        .soundRanks('DE', 30)
        .slice(0, 25)
        .map((sound) => ({ type: 'trending_sound', input: 'DE, 30 days', ...sound })),
  },
  {
    actor: 'tiktok-shop',
    site,
    isBrowser: true,
    input: () => ({ keyword: 'toys', limit: 50, sortType: 'PRICE_ASC', region: 'VN', proxyConfiguration: noProxy }),
    items: ({ truth }) =>
      truth
        .foundProducts('toys', { country: 'VN', order: 'price_asc' })
        .slice(0, 50)
        .map((product) => ({ type: 'product', input: 'toys', ...product })),
  },
  {
    actor: 'tiktok-scraper',
    site,
    isBrowser: true,
    input: (of) => ({
      startUrls: [{ url: profileUrl(of, userWith(of, 90)) }, `https://www.tiktok.com/tag/${of.truth.hashtagName(2)}`],
      keywords: ['lamp'],
      dateRange: 'DEFAULT',
      sortType: 'DATE_POSTED',
      location: 'US',
      resultsPerPage: 20,
      ...clockworks,
      proxyCountryCode: 'US',
    }),
    items: (of) => {
      const { truth } = of;
      const number = userWith(of, 90);
      return [
        ...videos(truth.videosOf(number).slice(0, 20), profileUrl(of, number), 'videos'),
        ...videos(
          truth.hashtagVideos(truth.hashtagName(2)).slice(0, 20),
          `https://www.tiktok.com/tag/${truth.hashtagName(2)}`,
        ),
        ...videos(truth.foundVideos('lamp', { sort: 'latest', withinDays: 0 }).slice(0, 20), 'lamp'),
      ];
    },
  },
  {
    actor: 'tiktok-scraper',
    site,
    isBrowser: true,
    input: (of) => ({
      ...clockworks,
      postURLs: [commented(of).webVideoUrl],
      scrapeRelatedVideos: true,
      resultsPerPage: 5,
      shouldDownloadVideos: false,
      shouldDownloadCovers: false,
      commentsPerPost: 10,
      maxRepliesPerComment: 2,
    }),
    items: (of) => {
      const { id, webVideoUrl: input } = commented(of);
      const found = of.truth.commentsOf(id).slice(0, 10);
      const replies = found.flatMap(({ cid }) => of.truth.repliesOf(cid).slice(0, 2));
      return [
        ...videos([of.truth.video(id), ...of.truth.relatedVideos(id).slice(0, 5)], input),
        ...[...found, ...replies].map((each) => ({ type: 'comment', input, ...each })),
      ];
    },
  },
  {
    actor: 'tiktok-api',
    site,
    isBrowser: true,
    input: () => ({
      type: 'SEARCH',
      keyword: 'viral',
      sortType: '2',
      publishTime: 'ALL_TIME',
      limit: 20,
      isUnlimited: false,
      region: 'US',
    }),
    items: ({ truth }) => videos(truth.foundVideos('viral', { sort: 'latest', withinDays: 0 }).slice(0, 20), 'viral'),
  },
];

export const seedRuns: readonly SeedRun[] = [...profiles, ...lists];
