import { type Comment, commentOf } from '../world/comment.ts';
import { userOf } from '../world/user.ts';
import { videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { commentExtrasPayload, commentShareUrlOf } from './extras-payload.ts';
import { avatarOf } from './user-payload.ts';

export function commentPayload(world: World, number: number): Record<string, unknown> {
  const comment = commentOf(world, number);
  const user = userOf(world, comment.user);
  return {
    cid: comment.id,
    aweme_id: videoOf(world, comment.video).id,
    text: comment.text,
    create_time: comment.createTimeSecs,
    digg_count: comment.likes,
    comment_language: comment.language,
    is_author_digged: comment.likedByAuthor,
    author_pin: comment.pinned,
    status: 1,
    reply_comment: null,
    reply_comment_total: comment.replies,
    reply_id: comment.parentId ?? '0',
    reply_to_reply_id: '0',
    text_extra: textExtraOf(world, comment),
    share_info: { url: commentShareUrlOf(videoOf(world, comment.video).id) },
    ...commentExtrasPayload(comment),
    user: {
      uid: user.id,
      unique_id: user.name,
      nickname: user.nickname,
      sec_uid: user.secUid,
      avatar_thumb: { url_list: [avatarOf(user, 'S')] },
    },
  };
}

function textExtraOf(world: World, { mentioned }: Comment): unknown[] {
  if (mentioned === null) return [];
  const { id, name, secUid } = userOf(world, mentioned);
  return [{ start: 0, end: 5, user_id: id, user_unique_id: name, sec_uid: secUid }];
}
