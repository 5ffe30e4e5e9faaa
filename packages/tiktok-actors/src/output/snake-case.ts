/**
 * Items in the form of the app's own objects, with names in snake case, as some TikTok Actors give them (`outputFormat`).
 *
 * [snake-1] A field has the value that the page shows, or is null. Fields that only the app has are absent, and none is made
 *     up (docs/tiktok.md lists them).
 */
import type {
  Author,
  Comment,
  Hashtag,
  MusicMeta,
  Product,
  Profile,
  Review,
  Shop,
  Sound,
  TrendingSound,
  Video,
} from '@wherry/tiktok';
import { type Item, plainItem } from '../items/item.ts';

type Plain = Record<string, unknown>;

export function snakeCaseItem(item: Item): Plain {
  const { type, input } = item;
  const known: Readonly<Record<string, (item: never) => Plain>> = {
    video: awemeOf,
    profile: ({ authorMeta, source }: { authorMeta: Profile; source: string }) => ({ ...userOf(authorMeta)!, source }),
    connection: ({ authorMeta, connectionType }: { authorMeta: Profile; connectionType: string }) => ({
      ...userOf(authorMeta)!,
      connection_type: connectionType,
    }),
    comment: commentOf,
    hashtag: challengeOf,
    sound: soundOf,
    trending_sound: rankedSoundOf,
    product: productOf,
    shop: shopOf,
    review: reviewOf,
  };
  const convert = known[type];
  return convert === undefined ? plainItem(item) : { type, input, ...convert(item as never) };
}

function awemeOf(video: Video & Item): Plain {
  const { videoMeta, authorMeta, musicMeta } = video;
  return {
    aweme_id: video.id,
    desc: video.text,
    desc_language: video.textLanguage,
    create_time: video.createTime,
    region: video.locationCreated,
    is_ads: video.isAd,
    is_top: video.isPinned ? 1 : 0,
    aweme_type: video.isSlideshow ? 150 : 0,
    share_url: video.webVideoUrl,
    author: userOf(authorMeta),
    author_user_id: authorMeta?.id ?? null,
    added_sound_music_info: musicOf(musicMeta),
    statistics: {
      aweme_id: video.id,
      play_count: video.playCount,
      digg_count: video.diggCount,
      comment_count: video.commentCount,
      share_count: video.shareCount,
      collect_count: video.collectCount,
      repost_count: video.repostCount,
    },
    video: {
      play_addr: urlsOf(video.mediaUrls),
      download_addr: urlsOf([videoMeta.downloadAddr]),
      cover: urlsOf([videoMeta.coverUrl]),
      origin_cover: urlsOf([videoMeta.originalCoverUrl]),
      // The app has milliseconds.
      duration: videoMeta.duration === null ? null : videoMeta.duration * 1000,
      height: videoMeta.height,
      width: videoMeta.width,
      ratio: videoMeta.definition,
      format: videoMeta.format,
      bit_rate: video.mediaFormats.map((each) => ({
        bit_rate: each.bitrateBps,
        codec_type: each.codec,
        play_addr: { ...urlsOf([each.url]), data_size: each.sizeBytes, height: each.height, width: each.width },
      })),
      cla_info: {
        caption_infos: videoMeta.subtitleLinks.map(({ language, downloadLink }) => ({
          language_code: language,
          url: downloadLink,
        })),
      },
    },
    image_post_info: video.isSlideshow
      ? { images: video.slideshowImageLinks.map((url) => ({ display_image: urlsOf([url]) })) }
      : null,
    cha_list: video.challenges.map(({ id, name, description }) => ({ cid: id, cha_name: name, desc: description })),
    text_extra: [
      ...video.hashtags.map((hashtag) => ({ type: 1, hashtag_name: hashtag.name })),
      ...video.detailedMentions.map(({ id, name }) => ({ type: 0, user_id: id, user_unique_id: name })),
    ],
    effect_stickers: video.effectStickers.map(({ id, name, useCount }) => ({ id, name, use_count: useCount })),
    aigc_info: { aigc_label_type: video.aigcLabelType, created_by_ai: video.isAigc },
    duet_enabled: video.duetEnabled,
    stitch_enabled: video.stitchEnabled,
    duet_from_id: video.duetFromId,
    ...oursIn(video),
  };
}

/** What is not of the app: what `Downloads` added, in its own form, and the post that a related video belongs to. */
const oursIn = (video: object): Plain => ({
  ...('downloads' in video && { downloads: video.downloads }),
  ...('relatedTo' in video && { related_to: video.relatedTo }),
});

function userOf(author: Author | null): Plain | null {
  if (author === null) return null;
  return {
    uid: author.id,
    unique_id: author.name,
    sec_uid: author.secUid,
    nickname: author.nickName,
    signature: author.signature,
    bio_url: author.bioLink,
    share_url: author.profileUrl,
    avatar_thumb: urlsOf([author.avatar]),
    avatar_larger: urlsOf([author.originalAvatarUrl]),
    is_verified: author.verified,
    // The app has numbers for these.
    secret: author.privateAccount === null ? null : author.privateAccount ? 1 : 0,
    commerce_user_info: author.commerceUserInfo && {
      is_commerce_user: author.commerceUserInfo.commerceUser,
      category: author.commerceUserInfo.category,
    },
    region: author.region,
    language: author.language,
    room_id: author.roomId,
    create_time: author.createTime,
    following_count: author.following,
    follower_count: author.fans,
    friends_count: author.friends,
    total_favorited: author.heart,
    aweme_count: author.video,
    favoriting_count: author.digg,
  };
}

function musicOf(music: MusicMeta | null): Plain | null {
  if (music === null) return null;
  return {
    mid: music.musicId,
    id_str: music.musicId,
    title: music.musicName,
    author: music.musicAuthor,
    album: music.musicAlbum,
    is_original: music.musicOriginal,
    duration: music.duration,
    play_url: urlsOf([music.playUrl]),
    cover_medium: urlsOf([music.coverMediumUrl]),
  };
}

const soundOf = (sound: Sound & Item): Plain => ({
  ...musicOf(sound),
  is_copyrighted: sound.isCopyrighted,
  user_count: sound.videoCount,
  artists: sound.artists.map(({ id, name, nickName }) => ({ uid: id, unique_id: name, nickname: nickName })),
});

const challengeOf = (hashtag: Hashtag & Item): Plain => ({
  cid: hashtag.id,
  cha_name: hashtag.name,
  desc: hashtag.description,
  is_commerce: hashtag.isCommerce,
  cover_photo: hashtag.coverUrl,
  share_url: hashtag.url,
  use_count: hashtag.videoCount,
  view_count: hashtag.viewCount,
});

const commentOf = (comment: Comment & Item): Plain => ({
  cid: comment.cid,
  aweme_id: comment.videoId,
  text: comment.text,
  comment_language: comment.textLanguage,
  create_time: comment.createTime,
  digg_count: comment.diggCount,
  is_author_digged: comment.likedByAuthor,
  author_pin: comment.pinnedByAuthor,
  reply_id: comment.repliesToId ?? '0',
  reply_comment_total: comment.replyCommentTotal,
  user: {
    uid: comment.uid,
    unique_id: comment.uniqueId,
    nickname: comment.nickName,
    sec_uid: comment.secUid,
    avatar_thumb: urlsOf([comment.avatarThumbnail]),
  },
  image_list: comment.imageUrls.map((url) => ({ origin_url: urlsOf([url]) })),
  share_info: { url: comment.shareUrl },
  text_extra: comment.detailedMentions.map(({ id, name }) => ({ user_id: id, user_unique_id: name })),
});

const rankedSoundOf = (sound: TrendingSound & Item): Plain => withSnakeNames(sound);
const productOf = (product: Product & Item): Plain => withSnakeNames(product);
const shopOf = (shop: Shop & Item): Plain => withSnakeNames(shop);
const reviewOf = (review: Review & Item): Plain => withSnakeNames(review);

const urlsOf = (urls: readonly (string | null)[]): Plain => ({
  url_list: urls.filter((url) => url !== null && url !== ''),
});

/** For records of the web, which have no object of the app: the same fields, with other names. */
function withSnakeNames(value: object): Plain {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [snakeNameOf(name), snakeValueOf(each)]));
}

const snakeValueOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(snakeValueOf)
    : typeof value === 'object' && value !== null
      ? withSnakeNames(value)
      : value;

export const snakeNameOf = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
