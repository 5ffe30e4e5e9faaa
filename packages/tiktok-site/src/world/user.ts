import { below, countBelow, fractionOf, pickOf } from './chance.ts';
import { idOf, numberOf } from './ids.ts';
import { adjectives, languages, nouns, phrases, regions } from './words.ts';
import { type World, worldTimeSecs } from './world.ts';

export type UserState = 'public' | 'private' | 'removed' | 'renamed';

/** The data of a user, independent of the form of a response. */
export interface User {
  readonly number: number;
  readonly state: UserState;
  readonly id: string;
  readonly secUid: string;
  readonly name: string;
  /** The old name; the same unless the user was renamed. */
  readonly formerName: string;
  readonly nickname: string;
  readonly signature: string;
  readonly verified: boolean;
  readonly bioLink: string | null;
  readonly category: string | null;
  readonly createTimeSecs: number;
  readonly language: string;
  readonly region: string | null;
  readonly seller: boolean;
  readonly organization: boolean;
  readonly counts: UserCounts;
}

interface UserCounts {
  readonly followers: number;
  readonly following: number;
  readonly hearts: number;
  readonly likes: number;
  readonly friends: number;
  /** The number of posts, including those that are not shown. */
  readonly posts: number;
}

export function userOf(world: World, number: number): User {
  const { seed } = world;
  const pick = <T>(choices: readonly T[], label: string): T => pickOf(choices, seed, 'user', label, number);
  const oneIn = (chances: number, label: string): boolean => below(chances, seed, 'user', label, number) === 0;
  const count = (end: number, label: string): number => Math.max(0, countBelow(end, seed, 'user', label, number));
  const state = userStateOf(world, number);
  const formerName = nameOf(world, number);
  return {
    number,
    state,
    id: idOf(seed, 'user', number),
    secUid: secUidOf(world, number),
    name: state === 'renamed' ? `${formerName.replace(/\d+$/, '')}new${number}` : formerName,
    formerName,
    nickname: `${pick(adjectives, 'nick')} ${pick(['', '✨', '"quoted"', '日本'], 'ornament')}`.trim(),
    signature: pick(phrases, 'signature'),
    verified: oneIn(20, 'verified'),
    bioLink: oneIn(3, 'link') ? `https://example.org/${formerName}?a=1&b=2` : null,
    category: oneIn(8, 'category') ? 'Personal Blog' : null,
    createTimeSecs: worldTimeSecs - below(200_000_000, seed, 'user', 'made', number) - 130_000_000,
    language: pick(languages, 'language'),
    region: oneIn(2, 'region') ? pick(regions, 'country') : null,
    seller: oneIn(15, 'seller'),
    organization: oneIn(30, 'organization'),
    counts: {
      followers: count(200_000_000, 'followers'),
      following: count(9_000, 'following'),
      hearts: count(9_000_000_000, 'hearts'),
      likes: count(90_000, 'likes'),
      friends: count(500, 'friends'),
      posts: postCountOf(world, number),
    },
  };
}

export const userNumberOfId = (world: World, id: string): number | undefined =>
  within(world, numberOf(world.seed, 'user', id));

/** By the present name. */
export function userNumberOfName(world: World, name: string): number | undefined {
  const digits = Number(/(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  const number = within(world, /^\d+$/.test(name) ? digits - firstOfDigits : digits);
  if (number === undefined) return undefined;
  return userOf(world, number).name.toLowerCase() === name.toLowerCase() ? number : undefined;
}

export function userNumberOfSecUid(world: World, secUid: string): number | undefined {
  const number = within(world, Number.parseInt(secUid.slice(secUidStart.length, secUidStart.length + 6), 36));
  return number !== undefined && secUidOf(world, number) === secUid ? number : undefined;
}

const within = ({ userCount }: World, number: number | undefined): number | undefined =>
  number !== undefined && number >= 0 && number < userCount ? number : undefined;

/** One account in 97 has a name of digits, as some old accounts do: it could be an id. */
const hasDigits = (number: number): boolean => number % 97 === 22;
const firstOfDigits = 100_000;

function nameOf({ seed }: World, number: number): string {
  if (hasDigits(number)) return `${firstOfDigits + number}`;
  const adjective = pickOf(adjectives, seed, 'name', 'adjective', number);
  const separator = pickOf(['', '_', '.'], seed, 'name', 'separator', number);
  return `${adjective}${separator}${pickOf(nouns, seed, 'name', 'noun', number)}${number}`;
}

const secUidStart = 'MS4wLjABAAAA';

function secUidOf({ seed }: World, number: number): string {
  const rest = [...Array(8).keys()].map((part) =>
    below(36 ** 6, seed, 'secUid', part, number)
      .toString(36)
      .padStart(6, '0'),
  );
  return `${secUidStart}${number.toString(36).padStart(6, '0')}${rest.join('-')}`;
}

export function userStateOf({ seed, unavailableRate }: World, number: number): UserState {
  const states: UserState[] = ['private', 'removed', 'renamed'];
  const chance = fractionOf(seed, 'user', 'state', number);
  return chance < unavailableRate ? states[Math.floor((chance / unavailableRate) * 3)]! : 'public';
}

/** Ten users in a row have made 1,000 posts together: some none, some hundreds. */
const sharedPosts = [0, 1, 5, 20, 40, 60, 90, 130, 204, 450];
export const maxPostCount = 1000;

export function postCountOf({ seed }: World, number: number): number {
  const shift = below(10, seed, 'posts', Math.floor(number / 10));
  return sharedPosts[(number + shift) % 10]!;
}
