import { below, countBelow, fractionOf, pickOf } from './chance.ts';
import { idOf, numberOf } from './ids.ts';
import { maxPostCount, postCountOf, userStateOf } from './user.ts';
import { languages, phrases, regions } from './words.ts';
import { type World, worldTimeSecs } from './world.ts';

export type VideoState = 'public' | 'removed' | 'private' | 'geo_blocked' | 'classified';

/** The data of a post, independent of the form of a response. Ordinal 0 is the user's newest. */
export interface Video {
  readonly number: number;
  readonly user: number;
  readonly ordinal: number;
  readonly state: VideoState;
  readonly id: string;
  readonly text: string;
  readonly language: string;
  readonly createTimeSecs: number;
  readonly hashtags: readonly number[];
  /** Hashtags that are only in the text. */
  readonly looseHashtag: string | null;
  readonly mentioned: number | null;
  readonly sound: number;
  readonly isSlideshow: boolean;
  readonly isAd: boolean;
  readonly isPinned: boolean;
  readonly region: string | null;
  readonly sticker: string | null;
  readonly subtitles: boolean;
  readonly durationSecs: number;
  readonly counts: VideoCounts;
  readonly comments: number;
}

interface VideoCounts {
  readonly plays: number;
  readonly likes: number;
  readonly shares: number;
  readonly collects: number;
  readonly reposts: number;
}

export const videoNumberOf = (user: number, ordinal: number): number => user * maxPostCount + ordinal;

export function videoOf(world: World, number: number): Video {
  const { seed } = world;
  const [user, ordinal] = [Math.floor(number / maxPostCount), number % maxPostCount];
  const oneIn = (chances: number, label: string): boolean => below(chances, seed, 'video', label, number) === 0;
  const pick = <T>(choices: readonly T[], label: string): T => pickOf(choices, seed, 'video', label, number);
  return {
    number,
    user,
    ordinal,
    state: videoStateOf(world, number),
    id: idOf(seed, 'video', number),
    text: pick(phrases, 'text'),
    language: pick(languages, 'language'),
    createTimeSecs: createTimeOf(world, user, ordinal),
    hashtags: hashtagsOf(world, user, ordinal),
    looseHashtag: oneIn(5, 'loose') ? 'LooseTag' : null,
    mentioned: oneIn(6, 'mention') ? below(world.userCount, seed, 'video', 'mentioned', number) : null,
    sound: soundOf(world, user, ordinal),
    isSlideshow: oneIn(12, 'slideshow'),
    isAd: oneIn(25, 'ad'),
    isPinned: isPinned(world, user, ordinal),
    region: oneIn(2, 'region') ? pick(regions, 'country') : null,
    sticker: oneIn(10, 'sticker') ? pick(['Green Screen', 'Slow Zoom'], 'stickerName') : null,
    subtitles: oneIn(4, 'subtitles'),
    durationSecs: 1 + below(600, seed, 'video', 'duration', number),
    counts: countsOf(world, number),
    comments: pick([0, 0, 3, 25, 61, 120, 240], 'comments'),
  };
}

/** @returns undefined if no post has the id, or its account shows no posts */
export function videoNumberOfId(world: World, id: string): number | undefined {
  const number = numberOf(world.seed, 'video', id);
  if (number === undefined) return undefined;
  const [user, ordinal] = [Math.floor(number / maxPostCount), number % maxPostCount];
  return user < world.userCount && ordinal < postCountOf(world, user) ? number : undefined;
}

/** Whether lists show it. */
export const isListed = (world: World, number: number): boolean => videoStateOf(world, number) === 'public';

/** Whether the user shows posts at all. */
export const showsPosts = (world: World, user: number): boolean =>
  ['public', 'renamed'].includes(userStateOf(world, user));

function videoStateOf({ seed, unavailableRate }: World, number: number): VideoState {
  const states: VideoState[] = ['removed', 'private', 'geo_blocked', 'classified'];
  const chance = fractionOf(seed, 'video', 'state', number);
  return chance < unavailableRate ? states[Math.floor((chance / unavailableRate) * 4)]! : 'public';
}

/** Times strictly decrease with the ordinal, so that a time is a position in the list. */
function createTimeOf({ seed }: World, user: number, ordinal: number): number {
  const spacingSecs = 20_000 + below(200_000, seed, 'spacing', user);
  const jitterSecs = below(spacingSecs / 2, seed, 'jitter', videoNumberOf(user, ordinal));
  return worldTimeSecs - below(1_000_000, seed, 'newest', user) - ordinal * spacingSecs - jitterSecs;
}

/** One in three users has pinned a post that is not the newest. */
function isPinned(world: World, user: number, ordinal: number): boolean {
  const posts = postCountOf(world, user);
  return (
    posts > 5 &&
    below(3, world.seed, 'pins', user) === 0 &&
    ordinal === 3 + below(posts - 4, world.seed, 'pinned', user)
  );
}

/** Each user has at most one post with a hashtag. It can be computed from either of the two. */
export const hashtagStride = 7;
export const hashtagsOf = ({ hashtagCount }: World, user: number, ordinal: number): number[] =>
  ordinal % 4 === 3 ? [] : [(user * hashtagStride + ordinal) % hashtagCount];

export const soundStride = 13;
const soundOf = ({ soundCount }: World, user: number, ordinal: number): number =>
  (user * soundStride + ordinal) % soundCount;

function countsOf({ seed }: World, number: number): VideoCounts {
  const plays = countBelow(3_000_000_000, seed, 'plays', number);
  const share = (label: string, part: number): number => Math.floor(plays * part * fractionOf(seed, label, number));
  return {
    plays,
    likes: share('likes', 0.2),
    shares: share('shares', 0.02),
    collects: share('collects', 0.05),
    reposts: share('reposts', 0.005),
  };
}
