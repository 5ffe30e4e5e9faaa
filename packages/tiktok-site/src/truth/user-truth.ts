import type { Author, Profile, ShownProfile } from '@wherry/tiktok';
import { avatarOf, heartsOverflow, shownPosts } from '../payloads/user-payload.ts';
import { formsOf, roundedCount } from '../world/form.ts';
import type { User } from '../world/user.ts';
import type { World } from '../world/world.ts';

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

const countsOf = (world: World, user: User) => ({
  following: user.counts.following,
  friends: user.counts.friends,
  fans: user.counts.followers,
  heart: heartsOf(world, user),
  video: shownPosts(user),
  digg: user.counts.likes,
});

/** Null if all that the site has of it is a number that did not fit. */
function heartsOf(world: World, user: User): number | null {
  const { hearts } = user.counts;
  const isTooLarge = hearts >= 2 ** 31 && hearts < 2 ** 32;
  return formsOf(world, 'user', user.number).hasOnlyStats && heartsOverflow(user) && isTooLarge ? null : hearts;
}

/** The expected record of an account's page for other sites. */
export const embeddedTruth = (user: User): ShownProfile => ({
  ...unknown,
  ...known(user),
  secUid: null,
  avatar: avatarOf(user, 'S'),
  originalAvatarUrl: null,
  privateAccount: user.state === 'private',
  following: roundedCount(user.counts.following),
  friends: null,
  fans: roundedCount(user.counts.followers),
  heart: roundedCount(user.counts.hearts),
  video: shownPosts(user),
  digg: null,
  source: 'embed',
});

/** The expected record of a profile's page, and of an entry in a list of users. */
export const profileTruth = (world: World, user: User): Profile => ({
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
  ...countsOf(world, user),
});

/** The expected record of a video's author. */
export const authorTruth = (world: World, user: User): Author => ({
  ...unknown,
  ...known(user),
  avatar: avatarOf(user, 'M'),
  originalAvatarUrl: avatarOf(user, 'L'),
  privateAccount: user.state === 'private',
  ttSeller: user.seller,
  ...countsOf(world, user),
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
