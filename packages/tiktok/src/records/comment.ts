import type { Place } from '../json/place.ts';
import { isoOf } from '../json/scalar.ts';
import { type CommentExtras, readCommentExtras } from './comment-extras.ts';
import { type Mention, namesOf, readMentions } from './text-extra.ts';

export interface Comment extends CommentExtras {
  readonly cid: string;
  readonly videoId: string;
  readonly videoWebUrl: string;
  readonly text: string;
  readonly textLanguage: string | null;
  readonly createTime: number | null;
  readonly createTimeISO: string | null;
  readonly diggCount: number | null;
  readonly likedByAuthor: boolean | null;
  readonly pinnedByAuthor: boolean | null;
  /** The comment that this one replies to; null for a comment on the video itself. */
  readonly repliesToId: string | null;
  readonly replyCommentTotal: number | null;
  readonly uid: string | null;
  readonly uniqueId: string | null;
  readonly nickName: string | null;
  readonly secUid: string | null;
  readonly avatarThumbnail: string | null;
  readonly mentions: readonly string[];
  readonly detailedMentions: readonly Mention[];
}

export function readComment(comment: Place): Comment {
  const cid = comment.requireObject().at('cid').requireId();
  const videoId = comment.at('aweme_id').requireId();
  const createTime = comment.at('create_time').requireTimeSecs();
  const detailedMentions = readMentions([comment.at('text_extra')]);
  return {
    cid,
    videoId,
    videoWebUrl: `https://www.tiktok.com/@/video/${videoId}`,
    // A comment that is only a picture has no text.
    text: comment.at('text').text() ?? '',
    textLanguage: comment.at('comment_language').text(),
    createTime,
    createTimeISO: isoOf(createTime),
    diggCount: comment.at('digg_count').count(),
    likedByAuthor: comment.at('is_author_digged').flag(),
    pinnedByAuthor: comment.at('author_pin').flag(),
    repliesToId: repliedTo(comment),
    replyCommentTotal: comment.at('reply_comment_total').count(),
    ...readCommenter(comment.at('user')),
    mentions: namesOf(detailedMentions),
    detailedMentions,
    ...readCommentExtras(comment),
  };
}

/** `reply_to_reply_id` is more exact than `reply_id`. */
const repliedTo = (comment: Place): string | null =>
  comment.at('reply_to_reply_id').id() ?? comment.at('reply_id').id();

const readCommenter = (user: Place) => ({
  uid: user.at('uid').id(),
  uniqueId: user.at('unique_id').text(),
  nickName: user.at('nickname').text(),
  secUid: user.at('sec_uid').text(),
  avatarThumbnail: user.at('avatar_thumb', 'url_list').list()[0]?.text() ?? null,
});
