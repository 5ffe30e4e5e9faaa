import { below, countBelow, pickOf } from './chance.ts';
import { idOf, numberOf } from './ids.ts';
import { videoOf } from './video.ts';
import { languages, phrases } from './words.ts';
import type { World } from './world.ts';

/** The data of a comment. Ordinals number a video's comments; `reply` numbers the replies to one, from 1. */
export interface Comment {
  readonly number: number;
  readonly video: number;
  readonly id: string;
  /** The comment that it replies to. */
  readonly parentId: string | null;
  readonly text: string;
  readonly language: string;
  readonly createTimeSecs: number;
  readonly likes: number;
  readonly likedByAuthor: boolean;
  readonly pinned: boolean;
  readonly replies: number;
  readonly user: number;
  readonly mentioned: number | null;
  readonly hasImage: boolean;
  readonly hasLabel: boolean;
}

const maxComments = 1000;
const maxReplies = 50;

const commentNumberOf = (video: number, ordinal: number, reply = 0): number =>
  (video * maxComments + ordinal) * maxReplies + reply;

export function commentOf(world: World, number: number): Comment {
  const { seed, userCount } = world;
  const [thread, reply] = [Math.floor(number / maxReplies), number % maxReplies];
  const [video, ordinal] = [Math.floor(thread / maxComments), thread % maxComments];
  const any = (end: number, label: string): number => below(end, seed, 'comment', label, number);
  return {
    number,
    video,
    id: idOf(seed, 'comment', number),
    parentId: reply === 0 ? null : idOf(seed, 'comment', thread * maxReplies),
    text: pickOf(phrases, seed, 'comment', 'text', number),
    language: pickOf(languages, seed, 'comment', 'language', number),
    createTimeSecs: videoOf(world, video).createTimeSecs + 60 + any(1_000_000, 'time'),
    likes: Math.max(0, countBelow(1_000_000, seed, 'comment', 'likes', number)),
    likedByAuthor: any(10, 'liked') === 0,
    pinned: reply === 0 && ordinal === 0 && any(2, 'pinned') === 0,
    replies: reply === 0 ? repliesTo(world, number) : 0,
    user: any(userCount, 'user'),
    mentioned: any(8, 'mention') === 0 ? any(userCount, 'mentioned') : null,
    hasImage: any(7, 'image') === 0,
    hasLabel: any(9, 'label') === 0,
  };
}

export const commentImageOf = ({ id }: Comment): string => `https://img.example.org/c/${id}.webp`;

/** The comments on a video, or the replies to one of them. */
export const commentsOf = (world: World, video: number): number[] =>
  Array.from({ length: videoOf(world, video).comments }, (_, ordinal) => commentNumberOf(video, ordinal));

export const repliesOf = (world: World, comment: number): number[] =>
  Array.from({ length: repliesTo(world, comment) }, (_, reply) => comment + reply + 1);

/** @returns undefined for an id that no comment on a video has */
export function threadOfId(world: World, id: string): number | undefined {
  const number = numberOf(world.seed, 'comment', id);
  if (number === undefined || number % maxReplies !== 0) return undefined;
  const thread = number / maxReplies;
  return thread % maxComments < videoOf(world, Math.floor(thread / maxComments)).comments ? number : undefined;
}

const repliesTo = ({ seed }: World, comment: number): number => pickOf([0, 0, 0, 2, 7, 31], seed, 'replies', comment);
