import { idOf } from '../world/ids.ts';
import { rankedSound } from '../world/ranks.ts';
import { soundOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';
import { coverOf } from './sound-payload.ts';

export function soundRankPayload(world: World, countryCode: string, periodDays: number, rank: number) {
  const ranked = rankedSound(world, countryCode, periodDays, rank);
  const { sound: number, rankDiff, promoted, related } = ranked;
  const sound = soundOf(world, number);
  return {
    song_id: sound.id,
    clip_id: idOf(world.seed, 'sound', number),
    title: sound.title,
    author: sound.authorName,
    duration: sound.durationSecs,
    rank,
    rank_diff: rankDiff,
    rank_diff_type: rankDiff > 0 ? 1 : 2,
    cover: coverOf(sound),
    link: `https://www.tiktok.com/music/-${sound.id}`,
    promoted,
    ...(ranked.forBusiness !== null && { if_cml: ranked.forBusiness }),
    ...(ranked.userCount !== null && { user_count: ranked.userCount }),
    trend: ranked.curve.map(({ timeSecs, value }) => ({ time: timeSecs, value })),
    related_items: related.map((video) => ({ item_id: idOf(world.seed, 'video', video), cover_uri: '' })),
  };
}
