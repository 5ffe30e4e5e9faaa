import type { Comment, Mention } from '@wherry/tiktok';
import { avatarOf } from '../payloads/user-payload.ts';
import { commentOf } from '../world/comment.ts';
import { idOf } from '../world/ids.ts';
import { userOf } from '../world/user.ts';
import type { World } from '../world/world.ts';
import { commentExtrasTruth } from './extras-truth.ts';

export function commentTruth(world: World, number: number): Comment {
  const comment = commentOf(world, number);
  const user = userOf(world, comment.user);
  const videoId = idOf(world.seed, 'video', comment.video);
  const mention = comment.mentioned === null ? [] : [mentionOf(world, comment.mentioned)];
  return {
    cid: comment.id,
    videoId,
    videoWebUrl: `https://www.tiktok.com/@/video/${videoId}`,
    text: comment.text,
    textLanguage: comment.language,
    createTime: comment.createTimeSecs,
    createTimeISO: new Date(comment.createTimeSecs * 1000).toISOString(),
    diggCount: comment.likes,
    likedByAuthor: comment.likedByAuthor,
    pinnedByAuthor: comment.pinned,
    repliesToId: comment.parentId,
    replyCommentTotal: comment.replies,
    uid: user.id,
    uniqueId: user.name,
    nickName: user.nickname,
    secUid: user.secUid,
    avatarThumbnail: avatarOf(user, 'S'),
    mentions: mention.map(({ name }) => `@${name}`),
    detailedMentions: mention,
    ...commentExtrasTruth(comment, videoId),
  };
}

function mentionOf(world: World, number: number): Mention {
  const { id, name } = userOf(world, number);
  return { id, name, nickName: null, profileUrl: `https://www.tiktok.com/@${name}` };
}
