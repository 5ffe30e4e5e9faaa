import type { Hashtag, Sound, TrendingSound } from '@wherry/tiktok';
import { hashtagCoverOf } from '../payloads/hashtag-payload.ts';
import { coverOf } from '../payloads/sound-payload.ts';
import { idOf } from '../world/ids.ts';
import { rankedSound } from '../world/ranks.ts';
import { hashtagOf, soundOf } from '../world/topic.ts';
import { userOf } from '../world/user.ts';
import type { World } from '../world/world.ts';
import { musicTruth } from './video-truth.ts';

export function hashtagTruth(world: World, number: number): Hashtag {
  const { id, name, description, commerce, videos, views } = hashtagOf(world, number);
  return {
    id,
    name,
    description,
    isCommerce: commerce,
    coverUrl: hashtagCoverOf(number) || null,
    url: `https://www.tiktok.com/tag/${encodeURIComponent(name)}`,
    videoCount: videos,
    viewCount: views,
  };
}

export function soundTruth(world: World, number: number): Sound {
  const sound = soundOf(world, number);
  const artist = sound.user === null ? undefined : userOf(world, sound.user);
  return {
    ...musicTruth(sound),
    musicId: sound.id,
    musicName: sound.title,
    isCopyrighted: sound.copyrighted,
    private: false,
    artists: artist === undefined ? [] : [{ id: artist.id, name: artist.name, nickName: artist.nickname }],
    videoCount: sound.videos,
  };
}

export function rankTruth(world: World, countryCode: string, periodDays: number, rank: number): TrendingSound {
  const ranked = rankedSound(world, countryCode, periodDays, rank);
  const { sound: number, rankDiff, promoted, related } = ranked;
  const sound = soundOf(world, number);
  return {
    source: 'rank_list',
    rank,
    musicId: sound.id,
    clipId: sound.id,
    musicName: sound.title,
    musicAuthor: sound.authorName,
    duration: sound.durationSecs,
    rankDiff,
    rankDiffType: rankDiff > 0 ? 1 : 2,
    coverUrl: coverOf(sound),
    link: `https://www.tiktok.com/music/-${sound.id}`,
    promoted,
    isForBusiness: ranked.forBusiness,
    userCount: ranked.userCount,
    popularity: ranked.curve.map(({ timeSecs, value }) => ({ time: timeSecs, value })),
    videoCount: null,
    relatedVideoIds: related.map((video) => idOf(world.seed, 'video', video)),
  };
}
