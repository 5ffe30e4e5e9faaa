import { below, hashOf } from './chance.ts';
import { soundPosts } from './lists.ts';
import type { World } from './world.ts';

export const rankCount = 100;

export interface RankedSound {
  readonly sound: number;
  readonly rankDiff: number;
  readonly promoted: boolean;
  readonly related: readonly number[];
}

/** `rank` counts from 1. */
export function rankedSound(world: World, countryCode: string, periodDays: number, rank: number): RankedSound {
  const { seed, soundCount } = world;
  const first = hashOf(seed, 'ranks', countryCode, periodDays) % soundCount;
  const sound = (first + rank * 3) % soundCount;
  return {
    sound,
    rankDiff: below(20, seed, 'rank diff', countryCode, periodDays, rank) - 10,
    promoted: below(10, seed, 'promoted', sound) === 0,
    related: soundPosts(world, sound).slice(0, 3),
  };
}
