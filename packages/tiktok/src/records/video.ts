import type { Place } from '../json/place.ts';
import { isoOf } from '../json/scalar.ts';
import { type Author, readAuthor } from './author.ts';
import { CountTables } from './counts.ts';
import { readAuthorCounts } from './profile.ts';
import { type MusicMeta, readMusicMeta } from './sound.ts';
import { type HashtagName, type Mention, namesOf, readHashtagNames, readMentions, textExtrasOf } from './text-extra.ts';
import { readVideoExtras, type VideoExtras } from './video-extras.ts';
import { type MediaFormat, readMediaFormats, readSlideshowUrls, readVideoMeta, type VideoMeta } from './video-media.ts';

/** A post: a video, or pictures (`isSlideshow`). Counts and times are null if the site writes that they are unknown. */
export interface Video extends VideoExtras {
  readonly id: string;
  readonly text: string;
  readonly textLanguage: string | null;
  readonly createTime: number | null;
  readonly createTimeISO: string | null;
  readonly isAd: boolean | null;
  /** Null if the response does not name the author. */
  readonly authorMeta: Author | null;
  readonly musicMeta: MusicMeta | null;
  readonly webVideoUrl: string;
  /** The best one first: the highest, then the widest, then the one with the most bits per second. */
  readonly mediaUrls: readonly string[];
  /** What each of `mediaUrls` is, in the same order. */
  readonly mediaFormats: readonly MediaFormat[];
  readonly videoMeta: VideoMeta;
  readonly diggCount: number | null;
  readonly shareCount: number | null;
  readonly playCount: number | null;
  readonly commentCount: number | null;
  readonly collectCount: number | null;
  readonly repostCount: number | null;
  readonly mentions: readonly string[];
  readonly detailedMentions: readonly Mention[];
  readonly hashtags: readonly HashtagName[];
  readonly effectStickers: readonly EffectSticker[];
  readonly isSlideshow: boolean;
  readonly slideshowImageLinks: readonly string[];
  readonly isPinned: boolean;
  readonly isSponsored: boolean | null;
  readonly locationCreated: string | null;
}

export interface EffectSticker {
  readonly id: string | null;
  readonly name: string | null;
  /** How many posts use it. */
  readonly useCount: number | null;
}

/** @param authorOf finds the author by name, if the video has only the name (`SIGI_STATE`) */
export function readVideo(item: Place, authorOf: (name: string) => Place | null = () => null): Video {
  const id = item.requireObject().at('id').requireId();
  const createTime = item.at('createTime').requireTimeSecs();
  const authorMeta = readItemAuthor(item, authorOf);
  const textExtras = textExtrasOf(item);
  const detailedMentions = readMentions(textExtras);
  const mediaFormats = readMediaFormats(item.at('video'));
  const slideshowImageLinks = readSlideshowUrls(item.at('imagePost'));
  const isSlideshow = slideshowImageLinks.length > 0;
  return {
    id,
    text: item.at('desc').text() ?? '',
    textLanguage: item.at('textLanguage').text(),
    createTime,
    createTimeISO: isoOf(createTime),
    isAd: item.at('isAd').flag(),
    authorMeta,
    musicMeta: readMusicMeta(item.at('music')),
    webVideoUrl: webUrlOf(id, authorMeta?.name ?? '', isSlideshow),
    mediaUrls: mediaFormats.map(({ url }) => url),
    mediaFormats,
    videoMeta: readVideoMeta(item.at('video')),
    ...readCounts(item),
    mentions: namesOf(detailedMentions),
    detailedMentions,
    hashtags: readHashtagNames(item.at('challenges'), textExtras),
    effectStickers: readStickers(item.at('effectStickers')),
    isSlideshow,
    slideshowImageLinks,
    isPinned: item.at('isPinnedItem').flag() ?? false,
    isSponsored: item.at('isAd').flag(),
    locationCreated: item.at('locationCreated').text(),
    ...readVideoExtras(item),
  };
}

/** TikTok also opens a post whose path has no name. */
const webUrlOf = (id: string, name: string, isSlideshow: boolean): string =>
  `https://www.tiktok.com/@${name}/${isSlideshow ? 'photo' : 'video'}/${id}`;

function readCounts(item: Place) {
  const tables = CountTables.of(item);
  return {
    diggCount: tables.require('diggCount'),
    shareCount: tables.require('shareCount'),
    playCount: tables.require('playCount'),
    commentCount: tables.require('commentCount'),
    collectCount: tables.get('collectCount'),
    repostCount: tables.get('repostCount'),
  };
}

function readItemAuthor(item: Place, authorOf: (name: string) => Place | null): Author | null {
  const author = item.at('author');
  if (!author.isThere || author.value === '') return null;
  if (author.isObject) return readAuthor(author, readAuthorCounts(item));
  const known = authorOf(author.requireText());
  return known === null ? null : readAuthor(known, readAuthorCounts(item));
}

const readStickers = (stickers: Place): EffectSticker[] =>
  stickers.list().map((each) => ({
    id: each.firstOf('ID', 'id').id(),
    name: each.at('name').text(),
    useCount: each.at('stickerStats', 'useCount').count(),
  }));
