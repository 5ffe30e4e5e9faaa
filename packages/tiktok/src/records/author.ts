import type { Place } from '../json/place.ts';
import { isoOf } from '../json/scalar.ts';

/** The author of a video, or an account in a list. Counts are null if the response has none. */
export interface Author {
  readonly id: string;
  /** The name in the profile's URL; TikTok's `uniqueId`. */
  readonly name: string;
  readonly profileUrl: string;
  readonly nickName: string | null;
  readonly secUid: string | null;
  readonly verified: boolean | null;
  readonly signature: string | null;
  readonly bioLink: string | null;
  readonly avatar: string | null;
  readonly originalAvatarUrl: string | null;
  readonly commerceUserInfo: CommerceUserInfo | null;
  readonly privateAccount: boolean | null;
  readonly region: string | null;
  readonly language: string | null;
  readonly roomId: string | null;
  readonly ttSeller: boolean | null;
  readonly isOrganization: boolean | null;
  readonly createTime: number | null;
  readonly createTimeISO: string | null;
  readonly following: number | null;
  readonly friends: number | null;
  readonly fans: number | null;
  readonly heart: number | null;
  readonly video: number | null;
  readonly digg: number | null;
}

export interface CommerceUserInfo {
  readonly commerceUser: boolean | null;
  readonly category: string | null;
}

export const profileUrlOf = (name: string): string => `https://www.tiktok.com/@${name}`;

/** Reads a user in camel case, as in pages and lists of videos. Its counts are in separate tables. */
export function readAuthor(user: Place, counts: AuthorCounts): Author {
  const name = user.requireObject().at('uniqueId').requireText();
  const createTime = user.at('createTime').timeSecs();
  return {
    id: user.at('id').requireId(),
    name,
    profileUrl: profileUrlOf(name),
    nickName: user.at('nickname').text(),
    secUid: user.at('secUid').text(),
    verified: user.at('verified').flag(),
    signature: user.at('signature').text(),
    bioLink: user.at('bioLink', 'link').text(),
    avatar: user.firstText('avatarMedium', 'avatarThumb'),
    originalAvatarUrl: user.at('avatarLarger').text(),
    commerceUserInfo: readCommerce(user.at('commerceUserInfo')),
    privateAccount: user.at('privateAccount').flag(),
    region: user.at('region').text(),
    language: user.at('language').text(),
    roomId: user.at('roomId').id(),
    ttSeller: user.at('ttSeller').flag(),
    isOrganization: user.at('isOrganization').flag(),
    createTime,
    createTimeISO: isoOf(createTime),
    ...counts,
  };
}

export type AuthorCounts = Pick<Author, 'following' | 'friends' | 'fans' | 'heart' | 'video' | 'digg'>;

/** For records from places that have only some of the fields. */
export const noAuthor = {
  nickName: null,
  secUid: null,
  verified: null,
  signature: null,
  bioLink: null,
  avatar: null,
  originalAvatarUrl: null,
  commerceUserInfo: null,
  privateAccount: null,
  region: null,
  language: null,
  roomId: null,
  ttSeller: null,
  isOrganization: null,
  createTime: null,
  createTimeISO: null,
  following: null,
  friends: null,
  fans: null,
  heart: null,
  video: null,
  digg: null,
} satisfies Partial<Author>;

function readCommerce(info: Place): CommerceUserInfo | null {
  if (!info.isObject) return null;
  return { commerceUser: info.at('commerceUser').flag(), category: info.at('category').text() };
}
