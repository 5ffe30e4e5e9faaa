/** Made-up answers, as small as each may be. Nobody in them is real. */
import type { Captured } from '../src/index.ts';

type Json = Record<string, unknown>;

export const siteUrl = 'https://www.tiktok.com';
export const captured = (body: string, url = `${siteUrl}/@amber`, statusCode = 200): Captured => ({
  url,
  statusCode,
  body,
});
export const api = (answer: unknown): Captured => captured(JSON.stringify(answer), `${siteUrl}/api/some/list/`);

export const pageWith = (scripts: Readonly<Record<string, unknown>>): Captured =>
  captured(
    `<!DOCTYPE html><html><head><title>page</title></head><body>${Object.entries(scripts)
      .map(([id, value]) => `<script id="${id}" type="application/json">${JSON.stringify(value)}</script>`)
      .join('')}</body></html>`,
  );

export const universal = (scope: Json): Captured =>
  pageWith({ __UNIVERSAL_DATA_FOR_REHYDRATION__: { __DEFAULT_SCOPE__: { 'webapp.app-context': {}, ...scope } } });

export const user: Json = {
  id: '6800000000000000001',
  uniqueId: 'amber',
  nickname: 'Amber',
  secUid: 'MS4wLjABAAAAamber-synthetic-0001',
  signature: 'hello',
  verified: true,
  privateAccount: false,
  createTime: 1600000000,
  language: 'en',
  region: 'DE',
  avatarLarger: 'https://img.example.org/L',
  avatarMedium: 'https://img.example.org/M',
  ttSeller: false,
  bioLink: { link: 'https://example.org', risk: 3 },
  commerceUserInfo: { commerceUser: true, category: 'Art' },
  roomId: '',
};

export const userStats: Json = {
  followerCount: 4000000,
  followingCount: 12,
  heart: 90,
  heartCount: 90,
  videoCount: 7,
  diggCount: 3,
  friendCount: 2,
};
export const userStatsV2: Json = {
  followerCount: '4001943',
  followingCount: '12',
  heart: '91',
  heartCount: '91',
  videoCount: '7',
  diggCount: '3',
  friendCount: '2',
};
export const userInfo: Json = { user, stats: userStats, statsV2: userStatsV2 };
/** The account in `/embed/@name`, which has fewer fields. */
export const embeddedUser: Json = {
  code: 200,
  id: '6800000000000000001',
  uniqueId: 'amber',
  nickname: 'Amber',
  signature: 'hello',
  avatarThumbUrl: 'https://img.example.org/S',
  verified: true,
  privateAccount: false,
  followerCount: 4000000,
  followingCount: 12,
  heartCount: 90,
  videoCount: 7,
};
export const userDetail: Json = { userInfo, shareMeta: {}, statusCode: 0, statusMsg: '' };

export const music: Json = {
  id: '7000000000000000001',
  title: 'original sound',
  authorName: 'Amber',
  original: true,
  duration: 12,
  album: '',
  playUrl: 'https://media.example.org/m',
  coverMedium: 'https://img.example.org/m',
  private: false,
};

export const item: Json = {
  id: '7200000000000000001',
  desc: 'a #Cup',
  createTime: 1700000000,
  author: user,
  music,
  isAd: false,
  authorStats: userStats,
  video: {
    id: '7200000000000000001',
    duration: 12,
    width: 576,
    height: 1024,
    cover: 'https://img.example.org/c',
    playAddr: 'https://media.example.org/low',
    definition: '540p',
    format: 'mp4',
    bitrate: 8,
    codecType: 'h264',
    size: 1000,
    bitrateInfo: [
      {
        Bitrate: 9,
        CodecType: 'h264',
        PlayAddr: { UrlList: ['https://media.example.org/high'], Width: 576, Height: 1024, DataSize: '2000' },
      },
    ],
  },
  challenges: [{ id: '16001', title: 'cup' }],
  textExtra: [
    { hashtagName: 'Cup', type: 1 },
    { hashtagName: 'tea', type: 1 },
    { hashtagName: '', userId: '68001', userUniqueId: 'otter', type: 0 },
  ],
  stats: { playCount: 3000000, diggCount: 20, commentCount: 3, shareCount: 4, collectCount: '5' },
  statsV2: {
    playCount: '3000123',
    diggCount: '20',
    commentCount: '3',
    shareCount: '4',
    collectCount: '5',
    repostCount: '6',
  },
};

export const itemPage = (itemStruct: unknown): Captured =>
  universal({ 'webapp.video-detail': { itemInfo: { itemStruct }, statusCode: 0, statusMsg: '' } });

export const itemList: Json = { itemList: [item], cursor: '1700000000000', hasMore: true, statusCode: 0 };

export const challengeDetail: Json = {
  challengeInfo: {
    challenge: {
      id: '1600000000000000001',
      title: 'cup',
      desc: 'cups',
      isCommerce: false,
      coverLarger: '',
      profileLarger: 'https://img.example.org/h',
    },
    stats: { videoCount: 0, viewCount: 8000000000 },
    statsV2: { videoCount: '8000000123', viewCount: '9000000456' },
  },
  statusCode: 0,
};

export const musicDetail: Json = { musicInfo: { music, artists: [user], stats: { videoCount: 42 } }, statusCode: 0 };

export const comment: Json = {
  cid: '7300000000000000001',
  aweme_id: '7200000000000000001',
  text: 'nice',
  create_time: 1700000100,
  digg_count: 8,
  reply_comment_total: 2,
  reply_id: '0',
  reply_to_reply_id: '0',
  comment_language: 'en',
  author_pin: false,
  is_author_digged: true,
  text_extra: [],
  user: {
    uid: '68001',
    unique_id: 'otter',
    nickname: 'Otter',
    sec_uid: 'MS4x',
    avatar_thumb: { url_list: ['https://img.example.org/o'] },
  },
};
export const commentList: Json = { comments: [comment], cursor: 20, has_more: 1, total: 30, status_code: 0 };

export const userList: Json = {
  userList: [userInfo],
  total: 9,
  hasMore: true,
  minCursor: 5,
  maxCursor: 6,
  statusCode: 0,
};

export const generalSearch: Json = {
  data: [
    { type: 4, user_list: [] },
    { type: 1, item },
  ],
  cursor: 12,
  has_more: 1,
  status_code: 0,
  log_pb: { impr_id: 'search-1' },
};
export const userSearch: Json = {
  user_list: [
    {
      user_info: {
        uid: '68001',
        unique_id: 'otter',
        sec_uid: 'MS4x',
        nickname: 'Otter',
        signature: '',
        custom_verify: '',
        follower_count: 5,
        total_favorited: 6,
        avatar_thumb: { url_list: ['https://img.example.org/o'] },
      },
    },
  ],
  cursor: 10,
  has_more: 0,
  rid: 'search-2',
  status_code: 0,
};

export const newProduct: Json = {
  product_model: {
    product_id: '1729000000000000001',
    name: 'Cup',
    skus: [{ sku_id: '1729000000000000002' }],
    sale_properties: [
      {
        property_name: 'Colour',
        property_values: [{ property_value_name: 'Red' }, { property_value_name: 'Blue' }],
      },
    ],
  },
  seller_model: { shop_name: 'Cups', shop_logo: { url_list: ['https://img.example.org/s'] } },
  logistic_model: { pkg_of_service: { 7123: { shipping_fee: '7.99' } } },
  review_model: { product_overall_score: 4.7, product_review_count: 11 },
  promotion_model: {
    promotion_product_price: {
      min_price: {
        sale_price_decimal: '10.50',
        origin_price_decimal: '12.00',
        discount_format: '12%',
        currency_name: 'USD',
        currency_symbol: '$',
      },
    },
  },
};
export const shopInfo: Json = {
  seller_id: '7495000000000000001',
  shop_name: 'Cups',
  shop_link: 'https://example.org/shop',
  region: 'US',
  shop_logo: { url_list: ['https://img.example.org/s'] },
  desc: 'Cups and mugs',
  shop_rating: '4.6',
  sold_count: 9,
  review_count: '4',
  on_sell_product_count: 2,
  followers_count: '61',
  video_count: '7',
};
export const oldProduct: Json = {
  product_id: '1729000000000000003',
  product_base: {
    title: 'Mug',
    sold_count: 5,
    images: [{ url_list: ['https://img.example.org/p'] }],
    desc_detail: '[{"type":"text","text":"A mug."}]',
  },
  sale_props: [{ prop_name: 'Size', sale_prop_values: [{ prop_value: 'S' }, { prop_value: 'L' }] }],
  seller: { seller_id: '7495000000000000002', name: 'Mugs' },
  logistic: { shipping_fee: { price_val: '3.99' } },
  product_detail_review: { product_rating: 4.5, review_count_str: '12' },
};

export const productPage = (pageConfig: unknown): Captured =>
  pageWith({ __MODERN_ROUTER_DATA__: { loaderData: { layout: null, page: { page_config: pageConfig } } } });

export const productComponent = (info: unknown): Json => ({
  components_map: [
    { component_type: 'nav' },
    { component_type: 'product_info', component_data: { product_info: info, shop_info: shopInfo } },
  ],
});

const listedProduct: Json = {
  product_id: '1729000000000000001',
  title: 'Cup',
  product_price_info: { sale_price_decimal: '10.50' },
  rate_info: { score: 4.7, review_count: '11' },
  sold_info: { sold_count: 3 },
  seller_info: { seller_id: '7495001' },
  seo_url: { canonical_url: 'https://www.tiktok.com/shop/pdp/cup/1729000000000000001' },
};
const loadMore: Json = { offset: 30, page_token: 'T', search_word: 'cup', seller_id: '' };
export const productList: Json = {
  code: 0,
  data: { products: [listedProduct], has_more: true, load_more_params: loadMore },
};
export const storePage: Json = {
  components_map: [
    { component_name: 'store_header', component_data: { shop_info: shopInfo } },
    {
      component_name: 'feed_list_store_list_product',
      component_data: { products: [listedProduct], load_more_params: { offset: 30, seller_id: '7495000000000000001' } },
    },
  ],
};

export const review: Json = {
  review_id: '7100000000000000001',
  review_rating: 5,
  review_text: 'good',
  review_time: '1700000000000',
  sku_id: '1729000000000000002',
  review_country: 'US',
  is_verified_purchase: true,
  is_incentivized_review: false,
};
const reviewPage: Json = { product_reviews: [review], has_more: true, total_reviews: '21' };
export const reviewList: Json = { ...reviewPage, base_resp: { StatusCode: 0, StatusMessage: '' } };
export const reviewListInData: Json = { code: 0, data: reviewPage };

const rankedSound: Json = {
  song_id: '7000000000000000001',
  clip_id: '7000000000000000002',
  title: 'song',
  author: 'Amber',
  duration: 20,
  rank: 1,
  rank_diff: -2,
  rank_diff_type: 2,
  cover: 'https://img.example.org/m',
  link: 'https://example.org/m',
  related_items: [{ item_id: '7200000000000000001' }],
  promoted: false,
};
export const soundRanks: Json = {
  code: 0,
  msg: 'OK',
  data: { pagination: { page: 1, size: 20, total: 100, has_more: true }, sound_list: [rankedSound] },
};
