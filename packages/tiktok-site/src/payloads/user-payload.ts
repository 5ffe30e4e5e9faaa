import { formsOf, overflown, roundedCount } from '../world/form.ts';
import type { User } from '../world/user.ts';
import type { World } from '../world/world.ts';
import { bare } from './bare.ts';

export const avatarOf = ({ number }: User, size: string): string =>
  `https://img.example.org/a/${number}-${size}.jpeg?x=1&y=2`;

/** A user in pages and in lists of users. */
export function userPayload(world: World, user: User): Record<string, unknown> {
  const { hasBareIds } = formsOf(world, 'user', user.number);
  return {
    id: hasBareIds ? bare(user.id) : user.id,
    shortId: '',
    uniqueId: user.name,
    nickname: user.nickname,
    avatarLarger: avatarOf(user, 'L'),
    avatarMedium: avatarOf(user, 'M'),
    avatarThumb: avatarOf(user, 'S'),
    signature: user.signature,
    createTime: user.createTimeSecs,
    verified: user.verified,
    secUid: user.secUid,
    ...(user.bioLink !== null && { bioLink: { link: user.bioLink, risk: 3 } }),
    ...(user.category !== null && { commerceUserInfo: { commerceUser: true, category: user.category } }),
    ftc: false,
    relation: 0,
    openFavorite: false,
    privateAccount: user.state === 'private',
    secret: false,
    ttSeller: user.seller,
    isOrganization: user.organization ? 1 : 0,
    roomId: '',
    language: user.language,
    ...(user.region !== null && { region: user.region }),
    followingVisibility: 1,
    commentSetting: 0,
    duetSetting: 0,
    stitchSetting: 0,
    downloadSetting: 0,
  };
}

/** A user as the author of a video, with fewer fields. */
export const authorPayload = (user: User): Record<string, unknown> => ({
  id: user.id,
  uniqueId: user.name,
  nickname: user.nickname,
  secUid: user.secUid,
  signature: user.signature,
  avatarLarger: avatarOf(user, 'L'),
  avatarMedium: avatarOf(user, 'M'),
  avatarThumb: avatarOf(user, 'S'),
  verified: user.verified,
  privateAccount: user.state === 'private',
  secret: false,
  ftc: false,
  relation: 0,
  ttSeller: user.seller,
  openFavorite: false,
  commentSetting: 0,
  duetSetting: 0,
  stitchSetting: 0,
});

/** The number of posts on the page, which does not count those of a private account. */
export const shownPosts = ({ state, counts }: User): number => (state === 'private' ? 0 : counts.posts);

type Shown = (value: number) => unknown;

/** `heartCount` has 32 bits in some tables, and `heart` in some of these. */
function countsOf(user: User, count: Shown, hearts: Record<'heart' | 'heartCount', number>): Record<string, unknown> {
  const { followers, following, likes, friends } = user.counts;
  return {
    followerCount: count(followers),
    followingCount: count(following),
    heart: count(hearts.heart),
    heartCount: count(hearts.heartCount),
    videoCount: count(shownPosts(user)),
    diggCount: count(likes),
    friendCount: count(friends),
  };
}

/** Whether both of an account's numbers of hearts have 32 bits. */
export const heartsOverflow = ({ number }: User): boolean => number % 2 === 0;

/** The tables of counts, under the names that the place gives them: `stats`, which is rounded, and `statsV2`. */
export function userCounts(world: World, user: User, name = 'stats'): Record<string, unknown> {
  const { hearts } = user.counts;
  const narrow = { heart: heartsOverflow(user) ? overflown(hearts) : hearts, heartCount: overflown(hearts) };
  if (formsOf(world, 'user', user.number).hasOnlyStats) return { [name]: countsOf(user, (value) => value, narrow) };
  const wide = { heart: hearts, heartCount: hearts };
  return {
    [name]: countsOf(user, (value) => (value < 0 ? value : roundedCount(value)), narrow),
    [`${name}V2`]: countsOf(user, String, wide),
  };
}

export const userInfoPayload = (world: World, user: User): Record<string, unknown> => ({
  user: userPayload(world, user),
  ...userCounts(world, user),
});

/** A user in a search. */
export const foundUserPayload = (user: User): Record<string, unknown> => ({
  user_info: {
    uid: user.id,
    unique_id: user.name,
    sec_uid: user.secUid,
    nickname: user.nickname,
    signature: user.signature,
    follower_count: user.counts.followers,
    total_favorited: user.counts.hearts,
    // A company has another check mark than a person.
    custom_verify: user.verified && !user.organization ? 'Verified account' : '',
    enterprise_verify_reason: user.verified && user.organization ? 'Institution account' : '',
    avatar_thumb: { url_list: [avatarOf(user, 'S')] },
  },
});

/** The account in its page for other sites, which has fewer fields and rounds its counts. */
export const embeddedUserPayload = (user: User): Record<string, unknown> => ({
  code: 200,
  id: user.id,
  uniqueId: user.name,
  nickname: user.nickname,
  signature: user.signature,
  avatarThumbUrl: avatarOf(user, 'S'),
  verified: user.verified,
  privateAccount: user.state === 'private',
  followerCount: roundedCount(user.counts.followers),
  followingCount: roundedCount(user.counts.following),
  heartCount: roundedCount(user.counts.hearts),
  videoCount: shownPosts(user),
});
