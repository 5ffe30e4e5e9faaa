/** The data of one user and of one video, in pages and for their scripts. */
import { type ItemPlace, itemPayload } from '../payloads/item-payload.ts';
import { userInfoPayload } from '../payloads/user-payload.ts';
import { userNumberOfName, userNumberOfSecUid, userOf } from '../world/user.ts';
import { type VideoState, videoNumberOfId, videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { envelope } from './lists/list-response.ts';
import type { Query } from './query.ts';

const userGone = 10221;
const userPrivate = 10222;

/** `webapp.user-detail`, and the response of `user/detail`. */
export function userDetailPayload(world: World, number: number | undefined): Record<string, unknown> {
  const user = number === undefined ? undefined : userOf(world, number);
  if (user === undefined || user.state === 'removed') return { statusCode: userGone, statusMsg: '' };
  return {
    userInfo: { ...userInfoPayload(world, user), itemList: [] },
    shareMeta: { title: `${user.nickname} on TikTok`, desc: `@${user.name}` },
    statusCode: user.state === 'private' ? userPrivate : 0,
    statusMsg: '',
  };
}

export function userDetail(world: World, query: Query): Record<string, unknown> {
  const [secUid, name] = [query.text('secUid'), query.text('uniqueId')];
  const number = secUid === '' ? userNumberOfName(world, name) : userNumberOfSecUid(world, secUid);
  const payload = userDetailPayload(world, number);
  return envelope(payload.statusCode as number, payload);
}

const videoCodes: Record<Exclude<VideoState, 'public' | 'classified'>, number> = {
  removed: 10204,
  private: 10216,
  geo_blocked: 10231,
};

/** The code of a post's page. The state of the account takes precedence over that of the post. */
function videoCodeOf(world: World, number: number | undefined): number {
  if (number === undefined) return videoCodes.removed;
  const video = videoOf(world, number);
  const author = userOf(world, video.user).state;
  if (author === 'removed') return videoCodes.removed;
  if (author === 'private') return videoCodes.private;
  return video.state === 'public' || video.state === 'classified' ? 0 : videoCodes[video.state];
}

/** `webapp.video-detail`, and the response of `item/detail`. */
export function videoDetailPayload(
  world: World,
  number: number | undefined,
  place: ItemPlace,
): Record<string, unknown> {
  const code = videoCodeOf(world, number);
  if (code !== 0) return { statusCode: code, statusMsg: 'item is not available' };
  const item = itemPayload(world, number!, place);
  return { itemInfo: { itemStruct: item }, shareMeta: { title: '', desc: '' }, statusCode: 0, statusMsg: '' };
}

export function itemDetail(world: World, query: Query): Record<string, unknown> {
  const payload = videoDetailPayload(world, videoNumberOfId(world, query.text('itemId')), 'list');
  return envelope(payload.statusCode as number, payload);
}
