import type { Mention, MusicMeta, Video as VideoRecord } from '@wherry/tiktok';
import type { ItemPlace } from '../payloads/item-payload.ts';
import { coverOf, playUrlOf } from '../payloads/sound-payload.ts';
import { gears, mediaUrlOf, pictureUrlOf, slideNames, subtitleUrlOf } from '../payloads/video-payload.ts';
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
  const mention = mentionOf(world, video);
  return {
    id: video.id,
    text: video.text,
    textLanguage: video.language,
    createTime: video.createTimeSecs,
    createTimeISO: new Date(video.createTimeSecs * 1000).toISOString(),
    isAd: video.isAd,
    isSponsored: video.isAd,
    authorMeta: lacksAuthor ? null : place === 'legacy' ? profileTruth(author) : authorTruth(author),
    musicMeta: musicTruth(soundOf(world, video.sound)),
    webVideoUrl: `https://www.tiktok.com/@${lacksAuthor ? '' : author.name}/${video.isSlideshow ? 'photo' : 'video'}/${video.id}`,
    ...mediaTruth(video),
    diggCount: video.counts.likes,
    shareCount: video.counts.shares,
    playCount: video.counts.plays,
    commentCount: video.comments,
    collectCount: video.counts.collects,
    repostCount: place === 'legacy' || forms.hasOnlyStats ? null : video.counts.reposts,
    mentions: mention.map(({ name }) => `@${name}`),
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
): Pick<VideoRecord, 'isSlideshow' | 'slideshowImageLinks' | 'mediaUrls' | 'videoMeta'> {
  const coverUrl = pictureUrlOf(video, 'cover');
  const nothing = { originalCoverUrl: null, definition: null, format: null, subtitleLinks: [], downloadAddr: null };
  if (video.isSlideshow) {
    return {
      isSlideshow: true,
      slideshowImageLinks: slideNames.map((name) => pictureUrlOf(video, name)),
      mediaUrls: [],
      videoMeta: { ...nothing, height: 0, width: 0, duration: 0, coverUrl },
    };
  }
  const best = [...gears].sort((one, other) => other.bitrate - one.bitrate);
  const subtitle = { language: 'eng-US', downloadLink: subtitleUrlOf(video) };
  return {
    isSlideshow: false,
    slideshowImageLinks: [],
    mediaUrls: [mediaUrlOf(video, 'play'), ...best.map(({ name }) => mediaUrlOf(video, name))],
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

function mentionOf(world: World, { mentioned }: Video): Mention[] {
  if (mentioned === null) return [];
  const { id, name, nickname } = userOf(world, mentioned);
  return [{ id, name, nickName: nickname, profileUrl: `https://www.tiktok.com/@${name}` }];
}
