/** The responses to requests of the pages' scripts, by the path after `/api/`. */
import { challengeInfoPayload } from '../payloads/hashtag-payload.ts';
import { soundInfoPayload } from '../payloads/sound-payload.ts';
import { hashtagNumberOfName, soundNumberOfId, soundOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';
import { comments, replies } from './lists/comment-lists.ts';
import { envelope, type ListResponse } from './lists/list-response.ts';
import { creatorPosts, posts } from './lists/post-lists.ts';
import { generalSearch, userSearch, videoSearch } from './lists/search-lists.ts';
import { products, reviews, storeProducts } from './lists/shop-lists.ts';
import { soundRanks } from './lists/sound-ranks.ts';
import { userList } from './lists/user-lists.ts';
import { feed, hashtagVideos, related, soundVideos } from './lists/video-lists.ts';
import type { Query } from './query.ts';
import { itemDetail, userDetail } from './single-responses.ts';

export const listResponses: Readonly<Record<string, ListResponse>> = {
  'api/post/item_list': posts,
  'api/creator/item_list': creatorPosts,
  'api/challenge/item_list': hashtagVideos,
  'api/music/item_list': soundVideos,
  'api/related/item_list': related,
  'api/recommend/item_list': feed('recommended'),
  'api/explore/item_list': feed('explored'),
  'api/search/general/full': generalSearch,
  'api/search/item/full': videoSearch,
  'api/search/user/full': userSearch,
  'api/comment/list': comments,
  'api/comment/list/reply': replies,
  'api/user/list': userList,
  'api/shop/brandy_desktop/s/product_list': products,
  'api/shop/brandy_desktop/store/product_list': storeProducts,
  'api/shop/pdp_h5/get_product_reviews': reviews,
  'api/shop/pdp_desktop/get_product_reviews': reviews,
  'creative_radar_api/v1/popular_trend/sound/rank_list': soundRanks,
};

/** The fields that distinguish a list from others of its kind. */
export const listFields = [
  'secUid',
  'challengeID',
  'musicID',
  'keyword',
  'aweme_id',
  'itemID',
  'comment_id',
  'product_id',
  'scene',
  'post_item_list_request_type',
  'search_word',
  'seller_id',
  'component_name',
  'sort_type',
  'publish_time',
  'commercial_music',
];

export type DetailResponse = (world: World, query: Query) => Record<string, unknown>;

export const detailResponses: Readonly<Record<string, DetailResponse>> = {
  'api/user/detail': userDetail,
  'api/item/detail': itemDetail,
  'api/challenge/detail': (world, query) => {
    const hashtag = hashtagNumberOfName(world, query.text('challengeName'));
    if (hashtag !== undefined) return envelope(0, { challengeInfo: challengeInfoPayload(world, hashtag) });
    // For some names there is a code, for others an object without fields.
    return query.text('challengeName').length % 2 === 0 ? envelope(10205) : envelope(0, { challengeInfo: {} });
  },
  'api/music/detail': (world, query) => {
    const sound = soundNumberOfId(world, query.text('musicId'));
    if (sound === undefined) return envelope(10218);
    return soundOf(world, sound).removed ? envelope(10219) : envelope(0, { musicInfo: soundInfoPayload(world, sound) });
  },
};
