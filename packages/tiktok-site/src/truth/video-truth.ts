import type { Mention, MusicMeta, Video as VideoRecord } from '@wherry/tiktok';
import type { ItemPlace } from '../payloads/item-payload.ts';
import { coverOf, playUrlOf } from '../payloads/sound-payload.ts';
import { mediaUrlOf, pictureUrlOf, slideNames, subtitleUrlOf } from '../payloads/video-payload.ts';
import { formsOf } from '../world/form.ts';
import { hashtagOf, type Sound, soundOf } from '../world/topic.ts';
import { userOf } from '../world/user.ts';
import { type Video, videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { effectStickersTruth, videoExtrasTruth } from './extras-truth.ts';
import { authorTruth, profileTruth } from './user-truth.ts';

/** The expected record of a post, by place: lists may omit the author; older pages have the whole account. */
export function videoTruth(world: World, number: number, place: ItemPlace = 'list'): VideoRecord {
  const video = videoOf(world, number);
  const forms = formsOf(world, 'video', number);
  const author = userOf(world, video.user);
  const lacksAuthor = place === 'list' && forms.lacksAuthor;
  const mention = mentionOf(world, video, forms.mentionsById);
  const hasOnlyStats = place === 'legacy' || forms.hasOnlyStats;
  return {
    id: video.id,
    text: video.text,
    textLanguage: video.language,
    createTime: video.createTimeSecs,
    createTimeISO: new Date(video.createTimeSecs * 1000).toISOString(),
    isAd: video.isAd,
    isSponsored: video.isAd,
    authorMeta: lacksAuthor ? null : place === 'legacy' ? profileTruth(world, author) : authorTruth(world, author),
    musicMeta: musicTruth(soundOf(world, video.sound)),
    webVideoUrl: `https://www.tiktok.com/@${lacksAuthor ? '' : author.name}/${video.isSlideshow ? 'photo' : 'video'}/${video.id}`,
    ...mediaTruth(video),
    diggCount: video.counts.likes,
    shareCount: video.counts.shares,
    playCount:
      hasOnlyStats && video.counts.plays >= 2 ** 31 && video.counts.plays < 2 ** 32 ? null : video.counts.plays,
    commentCount: video.comments,
    collectCount: video.counts.collects,
    repostCount: hasOnlyStats ? null : video.counts.reposts,
    mentions: mention.flatMap(({ name }) => (name === null ? [] : [`@${name}`])),
    detailedMentions: mention,
    hashtags: hashtagNamesOf(world, video).map((name) => ({ name })),
    effectStickers: effectStickersTruth(world, video),
    isPinned: video.isPinned,
    locationCreated: video.region,
    ...videoExtrasTruth(world, video),
  };
}

export const musicTruth = (sound: Sound): MusicMeta => ({
  musicId: sound.id,
  musicName: sound.title,
  musicAuthor: sound.authorName,
  musicOriginal: sound.user !== null,
  musicAlbum: sound.album,
  playUrl: playUrlOf(sound),
  coverMediumUrl: coverOf(sound),
  duration: sound.durationSecs,
});

function mediaTruth(
  video: Video,
): Pick<VideoRecord, 'isSlideshow' | 'slideshowImageLinks' | 'mediaUrls' | 'mediaFormats' | 'videoMeta'> {
  const coverUrl = pictureUrlOf(video, 'cover');
  const nothing = { originalCoverUrl: null, definition: null, format: null, subtitleLinks: [], downloadAddr: null };
  if (video.isSlideshow) {
    return {
      isSlideshow: true,
      slideshowImageLinks: slideNames.map((name) => pictureUrlOf(video, name)),
      mediaUrls: [],
      mediaFormats: [],
      videoMeta: { ...nothing, height: null, width: null, duration: null, coverUrl },
    };
  }
  const urls = ['adapt_lowest_1080_1', 'adapt_720_1', 'normal_540_0', 'play'].map((name) => mediaUrlOf(video, name));
  const subtitle = { language: 'eng-US', downloadLink: subtitleUrlOf(video) };
  return {
    isSlideshow: false,
    slideshowImageLinks: [],
    mediaUrls: urls,
    mediaFormats: [
      { url: urls[0]!, codec: 'h265_hvc1', height: 1920, width: 1080, bitrateBps: 1_200_000, sizeBytes: 1_400_000 },
      { url: urls[1]!, codec: 'h265_hvc1', height: 1280, width: 720, bitrateBps: 1_500_000, sizeBytes: 1_600_000 },
      { url: urls[2]!, codec: 'h264', height: 1024, width: 576, bitrateBps: 900_000, sizeBytes: 1_000_000 },
      { url: urls[3]!, codec: 'h264', height: 1024, width: 576, bitrateBps: 900_000, sizeBytes: null },
    ],
    videoMeta: {
      height: 1024,
      width: 576,
      duration: video.durationSecs,
      coverUrl,
      originalCoverUrl: pictureUrlOf(video, 'origin'),
      definition: '540p',
      format: 'mp4',
      subtitleLinks: video.subtitles ? [subtitle] : [],
      downloadAddr: mediaUrlOf(video, 'download'),
    },
  };
}

const hashtagNamesOf = (world: World, { hashtags, looseHashtag }: Video): string[] => [
  ...hashtags.map((number) => hashtagOf(world, number).name),
  ...(looseHashtag === null ? [] : [looseHashtag]),
];

function mentionOf(world: World, { mentioned }: Video, isById: boolean): Mention[] {
  if (mentioned === null) return [];
  const { id, name, nickname, secUid } = userOf(world, mentioned);
  if (isById) return [{ id, name: null, nickName: null, profileUrl: `https://www.tiktok.com/@${secUid}` }];
  return [{ id, name, nickName: nickname, profileUrl: `https://www.tiktok.com/@${name}` }];
}
