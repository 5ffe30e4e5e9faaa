import type { Author, Profile } from '@wherry/tiktok';
import { avatarOf, shownPosts } from '../payloads/user-payload.ts';
import type { User } from '../world/user.ts';

const known = (user: User) => ({
  id: user.id,
  name: user.name,
  profileUrl: `https://www.tiktok.com/@${user.name}`,
  nickName: user.nickname,
  secUid: user.secUid,
  verified: user.verified,
  signature: user.signature,
});

const unknown = {
  bioLink: null,
  commerceUserInfo: null,
  privateAccount: null,
  region: null,
  language: null,
  roomId: null,
  ttSeller: null,
  isOrganization: null,
  createTime: null,
  createTimeISO: null,
};

const countsOf = (user: User) => ({
  following: user.counts.following,
  friends: user.counts.friends,
  fans: user.counts.followers,
  heart: user.counts.hearts,
  video: shownPosts(user),
  digg: user.counts.likes,
});

/** The expected record of a profile's page, and of an entry in a list of users. */
export const profileTruth = (user: User): Profile => ({
  ...known(user),
  bioLink: user.bioLink,
  avatar: avatarOf(user, 'M'),
  originalAvatarUrl: avatarOf(user, 'L'),
  commerceUserInfo: user.category === null ? null : { commerceUser: true, category: user.category },
  privateAccount: user.state === 'private',
  region: user.region,
  language: user.language,
  roomId: null,
  ttSeller: user.seller,
  isOrganization: user.organization,
  createTime: user.createTimeSecs,
  createTimeISO: new Date(user.createTimeSecs * 1000).toISOString(),
  ...countsOf(user),
});

/** The expected record of a video's author. */
export const authorTruth = (user: User): Author => ({
  ...unknown,
  ...known(user),
  avatar: avatarOf(user, 'M'),
  originalAvatarUrl: avatarOf(user, 'L'),
  privateAccount: user.state === 'private',
  ttSeller: user.seller,
  ...countsOf(user),
});

/** The expected record of a user in a search. */
export const foundUserTruth = (user: User): Author => ({
  ...unknown,
  ...known(user),
  avatar: avatarOf(user, 'S'),
  originalAvatarUrl: null,
  following: null,
  friends: null,
  fans: user.counts.followers,
  heart: user.counts.hearts,
  video: null,
  digg: null,
});
