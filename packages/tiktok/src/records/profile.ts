import type { Place } from '../json/place.ts';
import { type Author, type AuthorCounts, readAuthor } from './author.ts';
import { CountTables } from './counts.ts';

type RequiredCounts = 'following' | 'fans' | 'heart' | 'video';

/** A user with the counts that TikTok's page shows. */
export type Profile = Author & { readonly [Count in RequiredCounts]: number } & { readonly secUid: string };

export function readProfile(user: Place, tables: CountTables): Profile {
  const secUid = user.requireObject().at('secUid').requireText();
  const counts = {
    following: tables.require('followingCount'),
    friends: tables.get('friendCount'),
    fans: tables.require('followerCount'),
    heart: tables.require('heartCount', 'heart'),
    video: tables.require('videoCount'),
    digg: tables.get('diggCount'),
  };
  return { ...readAuthor(user, counts), ...counts, secUid };
}

/** Reads `{ user, stats, statsV2 }`. */
export const readUserInfo = (userInfo: Place): Profile => readProfile(userInfo.at('user'), CountTables.of(userInfo));

/** The counts of a video's author, which may be missing. */
export function readAuthorCounts(video: Place): AuthorCounts {
  const tables = CountTables.of(video, 'authorStats');
  return {
    following: tables.get('followingCount'),
    friends: tables.get('friendCount'),
    fans: tables.get('followerCount'),
    heart: tables.get('heartCount', 'heart'),
    video: tables.get('videoCount'),
    digg: tables.get('diggCount'),
  };
}

export const noCounts: AuthorCounts = {
  following: null,
  friends: null,
  fans: null,
  heart: null,
  video: null,
  digg: null,
};
