import type { Place } from '../json/place.ts';
import type { Video } from './video.ts';

/** A sound in a ranking. `source`: ranked by TikTok, or counted in videos of the feed. */
export interface TrendingSound {
  readonly source: 'rank_list' | 'derived';
  readonly rank: number;
  readonly musicId: string;
  readonly clipId: string | null;
  readonly musicName: string | null;
  readonly musicAuthor: string | null;
  readonly duration: number | null;
  readonly rankDiff: number | null;
  readonly rankDiffType: number | null;
  readonly coverUrl: string | null;
  readonly link: string | null;
  readonly relatedVideoIds: readonly string[];
  readonly promoted: boolean | null;
  /** Whether it may be used in advertising. */
  readonly isForBusiness: boolean | null;
  /** How often it was used, if the ranking says it. */
  readonly userCount: number | null;
  /** How popular it was, from 0 to 1, at times in seconds since 1970. */
  readonly popularity: readonly { readonly time: number; readonly value: number }[];
  /** The number of videos with the sound; null if TikTok ranked it. */
  readonly videoCount: number | null;
}

export function readRankedSound(sound: Place): TrendingSound {
  return {
    source: 'rank_list',
    rank: sound.requireObject().at('rank').requireCount(),
    musicId: sound.at('song_id').requireId(),
    clipId: sound.at('clip_id').id(),
    musicName: sound.at('title').text(),
    musicAuthor: sound.at('author').text(),
    duration: sound.at('duration').positive(),
    rankDiff: sound.at('rank_diff').number(),
    rankDiffType: sound.at('rank_diff_type').count(),
    coverUrl: sound.at('cover').text(),
    link: sound.at('link').text(),
    relatedVideoIds: readItemIds(sound.at('related_items')),
    promoted: sound.at('promoted').flag(),
    isForBusiness: sound.at('if_cml').flag(),
    userCount: sound.at('user_count').count(),
    popularity: readCurve(sound.at('trend')),
    videoCount: null,
  };
}

/** Ranks the sounds of videos, for use when TikTok's own ranking is not available. Repeated videos count once. */
export function derivedTrend(videos: readonly Video[]): TrendingSound[] {
  const bySound = new Map<string, Map<string, Video>>();
  for (const video of videos) {
    const musicId = video.musicMeta?.musicId;
    if (!musicId) continue;
    const known = bySound.get(musicId) ?? new Map<string, Video>();
    bySound.set(musicId, known.set(video.id, video));
  }
  const ranked = [...bySound].sort(([, one], [, other]) => other.size - one.size || playsOf(other) - playsOf(one));
  return ranked.map(([musicId, itsVideos], index) => derivedSound(musicId, [...itsVideos.values()], index + 1));
}

const playsOf = (videos: ReadonlyMap<string, Video>): number =>
  [...videos.values()].reduce((sum, { playCount }) => sum + (playCount ?? 0), 0);

function derivedSound(musicId: string, videos: readonly Video[], rank: number): TrendingSound {
  const music = videos[0]!.musicMeta!;
  return {
    source: 'derived',
    rank,
    musicId,
    clipId: null,
    musicName: music.musicName,
    musicAuthor: music.musicAuthor,
    duration: music.duration,
    rankDiff: null,
    rankDiffType: null,
    coverUrl: music.coverMediumUrl,
    link: `https://www.tiktok.com/music/-${musicId}`,
    relatedVideoIds: videos.map(({ id }) => id),
    promoted: null,
    isForBusiness: null,
    userCount: null,
    popularity: [],
    videoCount: videos.length,
  };
}

/** A point that cannot be read is left out. */
function readCurve(points: Place): { readonly time: number; readonly value: number }[] {
  const read = points.list().map((point) => ({ time: point.at('time').timeSecs(), value: point.at('value').number() }));
  return read.flatMap(({ time, value }) => (time === null || value === null ? [] : [{ time, value }]));
}

const readItemIds = (items: Place): string[] =>
  items
    .list()
    .map((item) => item.firstOf('item_id', 'id').id())
    .filter((id) => id !== null);
