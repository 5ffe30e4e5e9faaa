import type { Place } from '../json/place.ts';
import { type Author, type AuthorCounts, noAuthor, profileUrlOf, readAuthor } from './author.ts';
import { CountTables } from './counts.ts';

/** A user with the counts that TikTok's page shows. A count is null if the site writes that it is unknown. */
export type Profile = Author;

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

/** Reads `userInfo` of an embedded page, which has only some of the fields. Its counts are rounded. */
export function readEmbeddedUser(info: Place): Profile {
  const name = info.requireObject().at('uniqueId').requireText();
  return {
    ...noAuthor,
    id: info.at('id').requireId(),
    name,
    profileUrl: profileUrlOf(name),
    nickName: info.at('nickname').text(),
    secUid: info.firstText('secUid'),
    verified: info.at('verified').flag(),
    signature: info.at('signature').text(),
    bioLink: info.at('bioLink', 'link').text(),
    avatar: info.firstText('avatarMediumUrl', 'avatarThumbUrl'),
    originalAvatarUrl: info.firstText('avatarLargerUrl'),
    privateAccount: info.at('privateAccount').flag(),
    following: info.at('followingCount').count(),
    fans: info.at('followerCount').present().count(),
    heart: info.firstOf('heartCount', 'heart').count(),
    video: info.at('videoCount').count(),
  };
}

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
