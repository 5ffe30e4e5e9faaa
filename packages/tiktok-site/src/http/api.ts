/** What pages' scripts ask for, by the path after `/api/`. */
import { challengeInfoPayload } from '../payloads/hashtag-payload.ts';
import { soundInfoPayload } from '../payloads/sound-payload.ts';
import { hashtagNumberOfName, soundNumberOfId, soundOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';
import { comments, replies } from './comment-lists.ts';
import { envelope, type ListAnswer } from './list-answer.ts';
import { creatorPosts, posts } from './post-lists.ts';
import type { Query } from './query.ts';
import { generalSearch, userSearch, videoSearch } from './search-lists.ts';
import { products, reviews, storeProducts } from './shop-lists.ts';
import { itemDetail, userDetail } from './single-answers.ts';
import { soundRanks } from './sound-ranks.ts';
import { userList } from './user-lists.ts';
import { feed, hashtagVideos, related, soundVideos } from './video-lists.ts';

export const listAnswers: Readonly<Record<string, ListAnswer>> = {
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
  'creative_radar_api/v1/popular_trend/sound/rank_list': soundRanks,
};

/** Fields by which a list is told from others of its kind. */
export const listFields = [
  'secUid',
  'challengeID',
  'musicID',
  'keyword',
  'aweme_id',
  'comment_id',
  'product_id',
  'scene',
  'post_item_list_request_type',
  'search_word',
  'seller_id',
  'component_name',
];

export type DetailAnswer = (world: World, query: Query) => Record<string, unknown>;

export const detailAnswers: Readonly<Record<string, DetailAnswer>> = {
  'api/user/detail': userDetail,
  'api/item/detail': itemDetail,
  'api/challenge/detail': (world, query) => {
    const hashtag = hashtagNumberOfName(world, query.text('challengeName'));
    return hashtag === undefined
      ? envelope(10205)
      : envelope(0, { challengeInfo: challengeInfoPayload(world, hashtag) });
  },
  'api/music/detail': (world, query) => {
    const sound = soundNumberOfId(world, query.text('musicId'));
    if (sound === undefined) return envelope(10218);
    return soundOf(world, sound).removed ? envelope(10219) : envelope(0, { musicInfo: soundInfoPayload(world, sound) });
  },
};
