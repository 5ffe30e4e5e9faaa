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
    videoCount: videos.length,
  };
}

const readItemIds = (items: Place): string[] =>
  items
    .list()
    .map((item) => item.firstOf('item_id', 'id').id())
    .filter((id) => id !== null);
