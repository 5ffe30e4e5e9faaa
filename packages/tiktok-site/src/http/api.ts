/** What pages' scripts ask for, by the path after `/api/`. */
import { challengeInfoPayload } from '../payloads/hashtag-payload.ts';
import { soundInfoPayload } from '../payloads/sound-payload.ts';
import { hashtagNumberOfName, soundNumberOfId, soundOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';
import * as lists from './list-answers.ts';
import { envelope } from './list-answers.ts';
import { creatorPosts, posts } from './post-lists.ts';
import type { Query } from './query.ts';
import { itemDetail, userDetail } from './single-answers.ts';

export const listAnswers: Readonly<Record<string, lists.ListAnswer>> = {
  'api/post/item_list': posts,
  'api/creator/item_list': creatorPosts,
  'api/challenge/item_list': lists.hashtagVideos,
  'api/music/item_list': lists.soundVideos,
  'api/related/item_list': lists.related,
  'api/recommend/item_list': lists.feed('recommended'),
  'api/explore/item_list': lists.feed('explored'),
  'api/search/general/full': lists.generalSearch,
  'api/search/item/full': lists.videoSearch,
  'api/search/user/full': lists.userSearch,
  'api/comment/list': lists.comments,
  'api/comment/list/reply': lists.replies,
  'api/user/list': lists.userList,
  'api/shop/brandy_desktop/s/product_list': lists.products,
  'api/shop/pdp_h5/get_product_reviews': lists.reviews,
  'creative_radar_api/v1/popular_trend/sound/rank_list': lists.soundRanks,
};

/** Fields by which a list is told from others of its kind. */
export const listFields = [
  ...['secUid', 'challengeID', 'musicID', 'keyword', 'aweme_id', 'comment_id', 'product_id', 'scene'],
  'post_item_list_request_type',
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
