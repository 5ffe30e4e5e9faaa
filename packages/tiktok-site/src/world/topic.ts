/** Hashtags and sounds. */
import { below, countBelow, pickOf } from './chance.ts';
import { idOf, numberOf } from './ids.ts';
import { adjectives, nouns, phrases } from './words.ts';
import type { World } from './world.ts';

export interface Hashtag {
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly commerce: boolean;
  readonly views: number;
  readonly videos: number;
}

export function hashtagOf({ seed }: World, number: number): Hashtag {
  const word = pickOf(nouns, seed, 'hashtag', number);
  return {
    number,
    id: idOf(seed, 'hashtag', number),
    name: `${beginnings[number % 9] ?? word}${number}`,
    description: pickOf(phrases, seed, 'hashtag', 'text', number),
    commerce: below(20, seed, 'hashtag', 'commerce', number) === 0,
    views: Math.max(0, countBelow(900_000_000_000, seed, 'hashtag', 'views', number)),
    videos: Math.max(0, countBelow(9_000_000_000, seed, 'hashtag', 'videos', number)),
  };
}

/** Some hashtags are not of Latin letters: of another script, with the flag of a country or a region, with joined emoji. */
const beginnings: Readonly<Record<number, string>> = {
  0: '日本',
  4: 'cup🇩🇪',
  5: '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  7: '👩🏽‍🚀',
};

export function hashtagNumberOfName(world: World, name: string): number | undefined {
  const number = Number(/(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  if (!(number < world.hashtagCount)) return undefined;
  return hashtagOf(world, number).name.toLowerCase() === name.toLowerCase() ? number : undefined;
}

export const hashtagNumberOfId = (world: World, id: string): number | undefined =>
  within(world.hashtagCount, numberOf(world.seed, 'hashtag', id));

export interface Sound {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly authorName: string;
  /** The author, if the sound was made for a video. */
  readonly user: number | null;
  readonly album: string;
  readonly durationSecs: number;
  readonly copyrighted: boolean;
  /** Whether it was removed, as its page says. */
  readonly removed: boolean;
  readonly videos: number;
}

export function soundOf({ seed, userCount }: World, number: number): Sound {
  const adjective = pickOf(adjectives, seed, 'sound', 'adjective', number);
  const original = below(2, seed, 'sound', 'original', number) === 0;
  return {
    number,
    id: idOf(seed, 'sound', number),
    title: `${adjective} ${original ? 'original sound' : 'song'}`,
    authorName: `${pickOf(nouns, seed, 'sound', 'author', number)} & friends`,
    user: original ? below(userCount, seed, 'sound', 'user', number) : null,
    album: original ? '' : `${adjective} album`,
    durationSecs: 5 + below(200, seed, 'sound', 'duration', number),
    copyrighted: !original && below(2, seed, 'sound', 'copyright', number) === 0,
    removed: below(50, seed, 'sound', 'removed', number) === 0,
    videos: Math.max(0, countBelow(50_000_000, seed, 'sound', 'videos', number)),
  };
}

export const soundNumberOfId = (world: World, id: string): number | undefined =>
  within(world.soundCount, numberOf(world.seed, 'sound', id));

const within = (count: number, number: number | undefined): number | undefined =>
  number !== undefined && number < count ? number : undefined;
