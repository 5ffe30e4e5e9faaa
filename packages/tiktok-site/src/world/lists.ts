/** The posts and users of each list, in order. They are computed on request, and not stored. */
import { below, hashOf } from './chance.ts';
import { centsOf, productOf } from './product.ts';
import { maxPostCount, postCountOf } from './user.ts';
import { hashtagStride, hashtagsOf, isListed, showsPosts, soundStride, videoNumberOf, videoOf } from './video.ts';
import { type World, worldTimeSecs } from './world.ts';

export type Sort = 'latest' | 'popular' | 'oldest';

/** The posts on a user's page, as numbers of videos. */
export function postsOf(world: World, user: number, sort: Sort): number[] {
  if (!showsPosts(world, user)) return [];
  const numbers = Array.from({ length: postCountOf(world, user) }, (_, ordinal) => videoNumberOf(user, ordinal));
  const listed = numbers.filter((number) => isListed(world, number));
  if (sort === 'oldest') return listed.reverse();
  if (sort === 'latest') return listed;
  const plays = new Map(listed.map((number) => [number, videoOf(world, number).counts.plays]));
  return listed.sort((one, other) => plays.get(other)! - plays.get(one)! || one - other);
}

export const hashtagPosts = (world: World, hashtag: number): number[] =>
  spreadPosts(world, hashtag, world.hashtagCount, hashtagStride).filter((number) =>
    hashtagsOf(world, Math.floor(number / maxPostCount), number % maxPostCount).includes(hashtag),
  );

export const soundPosts = (world: World, sound: number): number[] =>
  spreadPosts(world, sound, world.soundCount, soundStride);

/** For each user, the post whose ordinal leads to `wanted`, if there is one. */
function spreadPosts(world: World, wanted: number, count: number, stride: number): number[] {
  const numbers: number[] = [];
  for (let user = 0; user < world.userCount; user++) {
    const ordinal = (((wanted - user * stride) % count) + count) % count;
    if (ordinal >= postCountOf(world, user)) continue;
    const number = videoNumberOf(user, ordinal);
    if (isListed(world, number) && showsPosts(world, user)) numbers.push(number);
  }
  return numbers;
}

/** How a search is ordered and narrowed. */
export interface Narrowing {
  readonly sort: 'relevant' | 'most_liked' | 'latest';
  /** 0 for all times. */
  readonly withinDays: number;
}

/** What is found depends on the country. */
const placeLabel = (country: string): string => (country === 'US' ? '' : ` in ${country}`);

/** Keywords without results. */
const isFruitless = (keyword: string): boolean => /^(nothing|zzz)/i.test(keyword);

const resultCountOf = ({ seed }: World, keyword: string): number =>
  isFruitless(keyword) ? 0 : 120 + below(280, seed, 'results', keyword.toLowerCase());

/** What the site shows beside a post. In one of three such lists the post itself is the first. */
export function relatedVideos(world: World, number: number): number[] {
  const found = foundVideos(world, `beside ${number}`, unnarrowed).filter((each) => each !== number);
  return (number % 3 === 0 ? [number, ...found] : found).slice(0, relatedCount);
}

const relatedCount = 16;

/** Different users for a keyword: goes through all users from a position that depends on the keyword. */
export function foundUsers(world: World, keyword: string): number[] {
  return usersFrom(world, keyword, (user) => showsPosts(world, user));
}

/** One post of each of several users. */
export function foundVideos(world: World, keyword: string, { sort, withinDays }: Narrowing = unnarrowed): number[] {
  const found = relevantVideos(world, keyword);
  const isNew = (number: number) => videoOf(world, number).createTimeSecs >= worldTimeSecs - withinDays * 86_400;
  const kept = withinDays === 0 ? found : found.filter(isNew);
  if (sort === 'relevant') return kept;
  const time = (number: number) => videoOf(world, number).createTimeSecs;
  const likes = (number: number) => videoOf(world, number).counts.likes;
  return sortedDown(kept, sort === 'latest' ? time : likes);
}

const unnarrowed: Narrowing = { sort: 'relevant', withinDays: 0 };

const sortedDown = (numbers: readonly number[], weightOf: (number: number) => number): number[] => {
  const weights = new Map(numbers.map((number) => [number, weightOf(number)]));
  return [...numbers].sort((one, other) => weights.get(other)! - weights.get(one)! || one - other);
};

function relevantVideos(world: World, keyword: string): number[] {
  const postOf = (user: number) =>
    listedFrom(world, user, below(postCountOf(world, user), world.seed, 'found', keyword.toLowerCase(), user));
  return usersFrom(world, `${keyword} videos`, (user) => postOf(user) !== undefined).map((user) => postOf(user)!);
}

/** The first post from an ordinal on that lists show. */
function listedFrom(world: World, user: number, ordinal: number): number | undefined {
  if (!showsPosts(world, user)) return undefined;
  for (let each = ordinal; each < postCountOf(world, user); each++) {
    if (isListed(world, videoNumberOf(user, each))) return videoNumberOf(user, each);
  }
  return undefined;
}

function usersFrom(world: World, keyword: string, isWanted: (user: number) => boolean): number[] {
  const wanted = resultCountOf(world, keyword);
  const place = placeLabel(world.visitorCountry);
  const first = hashOf(world.seed, 'found', `${keyword.toLowerCase()}${place}`) % world.userCount;
  const found: number[] = [];
  for (let step = 0; step < world.userCount && found.length < wanted; step++) {
    const user = (first + step) % world.userCount;
    if (isWanted(user)) found.push(user);
  }
  return found;
}

/** The users whom the site lists, fewer than the counts say. */
export function connectedUsers(world: World, user: number, kind: 'followers' | 'following'): number[] {
  const wanted = below(400, world.seed, kind, user);
  const first = hashOf(world.seed, kind, 'first', user) % world.userCount;
  const candidates = Array.from(
    { length: Math.min(wanted, world.userCount) },
    (_, step) => (first + step) % world.userCount,
  );
  return candidates.filter((each) => each !== user && showsPosts(world, each));
}

/** One in five users hides the accounts that it follows. */
export const hidesFollowing = ({ seed }: World, user: number): boolean => below(5, seed, 'hides', user) === 0;

export type ProductOrder = 'relevant' | 'best_sellers' | 'price_asc' | 'price_desc';

/** `country`: the one whose shop is searched, by its page's path. */
export function foundProducts(
  world: World,
  keyword: string,
  { country = 'US', order = 'relevant' }: { readonly country?: string; readonly order?: ProductOrder } = {},
): number[] {
  const first = hashOf(world.seed, 'products', `${keyword.toLowerCase()}${placeLabel(country)}`);
  const count = Math.min(resultCountOf(world, keyword), world.productCount);
  const found = Array.from({ length: count }, (_, step) => (first + step) % world.productCount);
  if (order === 'relevant') return found;
  const sold = (number: number) => productOf(world, number).sold;
  const price = (number: number) => centsOf(world, number) * (order === 'price_asc' ? -1 : 1);
  return sortedDown(found, order === 'best_sellers' ? sold : price);
}

/** The feed: each page has new posts, and begins with some posts of the page before, until there are no new ones. */
const feedPageSize = 30;
const feedOverlap = 6;
const feedPages = 40;

export function feedPage(world: World, feed: string, ordinal: number): number[] {
  const start = Math.min(ordinal, feedPages - 1) * (feedPageSize - feedOverlap);
  const first = hashOf(world.seed, `${feed}${placeLabel(world.visitorCountry)}`) % world.userCount;
  const found: number[] = [];
  for (let step = 0; step < world.userCount && found.length < start + feedPageSize; step++) {
    const newest = listedFrom(world, (first + step) % world.userCount, 0);
    if (newest !== undefined) found.push(newest);
  }
  return found.slice(start);
}
