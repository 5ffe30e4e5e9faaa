import { below, countBelow, hashOf } from './chance.ts';
import { soundPosts } from './lists.ts';
import { type World, worldTimeSecs } from './world.ts';

const rankCount = 100;

export interface RankedSound {
  readonly sound: number;
  readonly rankDiff: number;
  readonly promoted: boolean;
  readonly related: readonly number[];
  /** Whether it may be used in advertising. Null if the site does not say it. */
  readonly forBusiness: boolean | null;
  /** How often it was used. Null if the site does not say it. */
  readonly userCount: number | null;
  /** How popular it was on each of the last days, from 0 to 1. */
  readonly curve: readonly { readonly timeSecs: number; readonly value: number }[];
}

/** The ranks of a ranking, or of those of its sounds that may be used in advertising. */
export function ranksOf(world: World, countryCode: string, periodDays: number, forBusiness: boolean): number[] {
  const all = Array.from({ length: rankCount }, (_, index) => index + 1);
  if (!forBusiness) return all;
  return all.filter((rank) => rankedSound(world, countryCode, periodDays, rank).forBusiness === true);
}

const daySecs = 86_400;

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
    forBusiness: sound % 7 === 0 ? null : below(2, seed, 'business', sound) === 0,
    userCount: sound % 2 === 0 ? null : countBelow(5_000_000, seed, 'users', sound) + 1,
    curve: Array.from({ length: Math.min(7, sound % 9) }, (_, day) => ({
      timeSecs: worldTimeSecs - (7 - day) * daySecs,
      value: below(101, seed, 'curve', sound, day) / 100,
    })),
  };
}
