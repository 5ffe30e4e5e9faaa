/** One sample of each answer, with how it is wrapped and what it needs. */
import * as tiktok from '../src/index.ts';
import * as samples from './samples.ts';

type Parse = (captured: tiktok.Captured) => tiktok.Outcome<unknown>;

export interface Sample {
  readonly name: string;
  readonly parse: Parse;
  readonly json: unknown;
  readonly wrap: (json: unknown) => tiktok.Captured;
  /** Without any of these there is no record. */
  readonly required: readonly string[];
  /** For a page of a list: where the list is, where it says that more follow, and where it counts the list on its first page. */
  readonly list?: { readonly path: string; readonly hasMore: string; readonly total?: string };
}

const inPage = (id: string) => (json: unknown) => samples.pageWith({ [id]: json });
const universal = inPage('__UNIVERSAL_DATA_FOR_REHYDRATION__');
const scope = (name: string, value: unknown) => ({ __DEFAULT_SCOPE__: { [name]: value } });
const router = inPage('__MODERN_ROUTER_DATA__');
const routerJson = (config: unknown) => ({ loaderData: { page: { page_config: config } } });
const search = {
  components_map: [{ component_name: 'feed_list_search_word', component_data: samples.productList.data }],
};
const inSearch = 'loaderData.page.page_config.components_map.0.component_data';
const { product_reviews, total_reviews } = samples.reviewList;
const reviewInfo = { product_reviews, total_reviews };
const itemDetail = { itemInfo: { itemStruct: samples.item }, statusCode: 0 };
const sigi = {
  ItemModule: { x: { ...samples.item, author: 'amber' } },
  UserModule: { users: { amber: samples.user }, stats: { amber: samples.userStats } },
};
const embed = {
  source: { data: { '/embed/@amber': { userInfo: samples.embeddedUser, videoList: [{ id: '7200000000000000001' }] } } },
};

const parseReviews: Parse = (captured) => tiktok.parseReviewList(captured, { cursor: '1', token: null });

const profile = 'user.id user.uniqueId user.secUid statsV2.followerCount statsV2.videoCount'.split(' ');
const video = 'id createTime statsV2.playCount statsV2.diggCount statsV2.commentCount statsV2.shareCount'.split(' ');
const under = (prefix: string, paths: readonly string[]) => [prefix, ...paths.map((each) => `${prefix}.${each}`)];

export const all: readonly Sample[] = [
  {
    name: 'profile page',
    parse: tiktok.parseProfilePage,
    json: scope('webapp.user-detail', samples.userDetail),
    wrap: universal,
    required: [],
  },
  {
    name: 'user detail',
    parse: tiktok.parseUserDetail,
    json: samples.userDetail,
    wrap: samples.api,
    required: under('userInfo', profile),
  },
  {
    name: 'video page',
    parse: tiktok.parseVideoPage,
    json: scope('webapp.video-detail', itemDetail),
    wrap: universal,
    required: [],
  },
  {
    name: 'video detail',
    parse: tiktok.parseVideoDetail,
    json: itemDetail,
    wrap: samples.api,
    required: under('itemInfo.itemStruct', video),
  },
  {
    name: 'older video page',
    parse: tiktok.parseVideoPage,
    json: sigi,
    wrap: inPage('SIGI_STATE'),
    required: ['ItemModule', 'ItemModule.x.id'],
  },
  {
    name: 'older profile page',
    parse: tiktok.parseProfilePage,
    json: sigi,
    wrap: inPage('SIGI_STATE'),
    required: ['UserModule.users', 'UserModule.stats'],
  },
  {
    name: 'videos',
    parse: tiktok.parseVideoList,
    json: samples.itemList,
    wrap: samples.api,
    required: ['hasMore', 'cursor', ...under('itemList.0', video).slice(1)],
    list: { path: 'itemList', hasMore: 'hasMore' },
  },
  {
    name: 'feed',
    parse: tiktok.parseFeed,
    json: samples.itemList,
    wrap: samples.api,
    required: ['hasMore'],
    list: { path: 'itemList', hasMore: 'hasMore' },
  },
  {
    name: 'related videos',
    parse: (each) => tiktok.parseRelated(each, '1'),
    json: { itemList: [samples.item], statusCode: 0 },
    wrap: samples.api,
    required: under('itemList.0', video).slice(1),
  },
  {
    name: 'creator posts',
    parse: (each) => tiktok.parseCreatorList(each, { cursor: '0', token: null }),
    json: { ...samples.itemList, hasMorePrevious: true },
    wrap: samples.api,
    required: ['hasMorePrevious'],
    list: { path: 'itemList', hasMore: 'hasMorePrevious' },
  },
  {
    name: 'hashtag',
    parse: tiktok.parseHashtagDetail,
    json: samples.challengeDetail,
    wrap: samples.api,
    required: under('challengeInfo', ['challenge.id', 'challenge.title', 'statsV2.viewCount']),
  },
  {
    name: 'sound',
    parse: tiktok.parseSoundDetail,
    json: samples.musicDetail,
    wrap: samples.api,
    required: under('musicInfo', ['music.id', 'music.title', 'stats.videoCount']),
  },
  {
    name: 'hashtag page',
    parse: tiktok.parseHashtagPage,
    json: scope('webapp.challenge-detail', samples.challengeDetail),
    wrap: universal,
    required: ['__DEFAULT_SCOPE__'],
  },
  {
    name: 'sound page',
    parse: tiktok.parseSoundPage,
    json: scope('webapp.music-detail', samples.musicDetail),
    wrap: universal,
    required: ['__DEFAULT_SCOPE__'],
  },
  {
    name: 'comments',
    parse: tiktok.parseCommentList,
    json: samples.commentList,
    wrap: samples.api,
    required: ['has_more', 'cursor', 'comments.0.cid', 'comments.0.create_time'],
    list: { path: 'comments', hasMore: 'has_more' },
  },
  {
    name: 'users',
    parse: tiktok.parseUserList,
    json: samples.userList,
    wrap: samples.api,
    required: ['hasMore', 'minCursor', ...under('userList.0', profile).slice(1)],
    list: { path: 'userList', hasMore: 'hasMore' },
  },
  {
    name: 'general search',
    parse: tiktok.parseGeneralSearch,
    json: samples.generalSearch,
    wrap: samples.api,
    required: ['has_more', 'cursor', 'data.1.type', 'data.1.item', 'data.1.item.id'],
    list: { path: 'data', hasMore: 'has_more' },
  },
  {
    name: 'video search',
    parse: tiktok.parseVideoSearch,
    json: { item_list: [samples.item], cursor: 1, has_more: 1 },
    wrap: samples.api,
    required: ['has_more', 'cursor', 'item_list.0.id'],
    list: { path: 'item_list', hasMore: 'has_more' },
  },
  {
    name: 'user search',
    parse: tiktok.parseUserSearch,
    json: { ...samples.userSearch, has_more: 1 },
    wrap: samples.api,
    required: ['has_more', 'user_list.0.user_info.uid'],
    list: { path: 'user_list', hasMore: 'has_more' },
  },
  {
    name: 'new product',
    parse: tiktok.parseProductPage,
    json: routerJson(samples.productComponent(samples.newProduct)),
    wrap: router,
    required: ['loaderData'],
  },
  {
    name: 'old product',
    parse: tiktok.parseProductPage,
    json: routerJson(samples.productComponent(samples.oldProduct)),
    wrap: router,
    required: ['loaderData'],
  },
  {
    name: 'shop search',
    parse: tiktok.parseShopSearchPage,
    json: routerJson(search),
    wrap: router,
    required: ['loaderData'],
    list: { path: `${inSearch}.products`, hasMore: `${inSearch}.has_more` },
  },
  {
    name: 'products',
    parse: tiktok.parseProductList,
    json: samples.productList,
    wrap: samples.api,
    required: ['data', 'data.has_more', 'data.products.0.product_id', 'data.products.0.title'],
    list: { path: 'data.products', hasMore: 'data.has_more' },
  },
  {
    name: 'store',
    parse: tiktok.parseStorePage,
    json: routerJson(samples.storePage),
    wrap: router,
    required: [
      'loaderData',
      'loaderData.page.page_config.components_map.0.component_data.shop_info',
      'loaderData.page.page_config.components_map.1.component_data.products.0.product_id',
    ],
  },
  {
    name: 'reviews',
    parse: parseReviews,
    json: samples.reviewList,
    wrap: samples.api,
    required: ['has_more', 'product_reviews.0.review_id', 'product_reviews.0.review_rating'],
    list: { path: 'product_reviews', hasMore: 'has_more', total: 'total_reviews' },
  },
  {
    name: 'reviews below data',
    parse: parseReviews,
    json: samples.reviewListInData,
    wrap: samples.api,
    required: ['data.has_more', 'data.product_reviews.0.review_id', 'data.product_reviews.0.review_rating'],
    list: { path: 'data.product_reviews', hasMore: 'data.has_more', total: 'data.total_reviews' },
  },
  {
    name: 'reviews in a page',
    parse: tiktok.parseReviewsInPage,
    json: routerJson(samples.productComponent({ ...samples.newProduct, review_info: reviewInfo })),
    wrap: router,
    required: ['loaderData'],
  },
  {
    name: 'sound ranks',
    parse: tiktok.parseSoundRanks,
    json: samples.soundRanks,
    wrap: samples.api,
    required: ['data', 'data.pagination.has_more', 'data.sound_list.0.rank', 'data.sound_list.0.song_id'],
    list: { path: 'data.sound_list', hasMore: 'data.pagination.has_more' },
  },
  {
    name: 'embedded profile',
    parse: tiktok.parseEmbedPage,
    json: embed,
    wrap: inPage('__FRONTITY_CONNECT_STATE__'),
    required: ['source.data'],
  },
  {
    name: 'profile in an embedded page',
    parse: tiktok.parseEmbeddedProfile,
    json: embed,
    wrap: inPage('__FRONTITY_CONNECT_STATE__'),
    required: ['source.data'],
  },
];
