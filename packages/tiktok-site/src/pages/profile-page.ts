import { userDetailPayload } from '../http/single-responses.ts';
import { userCounts, userPayload } from '../payloads/user-payload.ts';
import { formsOf } from '../world/form.ts';
import { isShell, userOf } from '../world/user.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, type PageList, scrollList, universalData } from './shell.ts';

/**
 * `/@name`. For an undefined number, the page that says that there is no such account.
 * @param isByName some accounts have no data in the page of their name
 */
export function profilePage(world: World, number: number | undefined, isByName: boolean): string {
  const detail = userDetailPayload(world, number);
  if (number === undefined || !('userInfo' in detail)) return missingPage(detail);
  const user = userOf(world, number);
  const isLegacy = user.state !== 'private' && formsOf(world, 'user', number).isLegacyPage;
  const isBare = isByName && isShell(world, number);
  const data = isBare ? {} : { 'webapp.user-detail': detail, 'webapp.updated-items': [] };
  return htmlOf({
    title: `${user.nickname} (@${user.name}) | TikTok`,
    scripts: isLegacy ? legacyData(world, number) : universalData(data),
    lists: [
      ...(isBare ? [scrollList('/api/user/detail/', { uniqueId: user.name, secUid: user.secUid }, null)] : []),
      ...(user.state === 'private' ? [] : listsOf(user.secUid, user.id)),
    ],
    body: `<h1 data-e2e="user-title">${escaped(user.name)}</h1><h2>${escaped(user.nickname)}</h2>
<span data-e2e="following">Following</span> <span data-e2e="followers">Followers</span>
${['Latest', 'Popular', 'Oldest'].map((sort) => `<button id="sort-${sort.toLowerCase()}">${sort}</button>`).join(' ')}`,
    overlays: world,
  });
}

const missingPage = (detail: Record<string, unknown>): string =>
  htmlOf({
    title: 'TikTok - Make Your Day',
    scripts: universalData({
      'webapp.user-detail': detail,
      'webapp.updated-items': [{ author: { nickname: 'Somebody else' } }],
    }),
    lists: [],
    body: "<p>Couldn't find this account</p>",
  });

function legacyData(world: World, number: number): Record<string, unknown> {
  const user = userOf(world, number);
  const { stats } = userCounts(world, user);
  return {
    SIGI_STATE: {
      UserModule: { users: { [user.name]: userPayload(world, user) }, stats: { [user.name]: stats } },
      UserPage: { statusCode: 0 },
      ItemModule: {},
    },
  };
}

const postQuery = { count: '35', coverFormat: '2', needPinnedItemIds: 'true' };

function listsOf(secUid: string, uid: string): PageList[] {
  const posts = (type: string): PageList =>
    scrollList('/api/post/item_list/', { secUid, ...postQuery, post_item_list_request_type: type });
  const users = (scene: string, click: string): PageList => ({
    ...scrollList('/api/user/list/', { secUid, uid, scene, count: '30', maxCursor: '0', minCursor: '0' }, 'minCursor'),
    trigger: { click: `[data-e2e="${click}"]` },
    isDialog: true,
  });
  return [
    posts('0'),
    { ...posts('1'), trigger: { click: '#sort-popular' } },
    { ...posts('2'), trigger: { click: '#sort-oldest' } },
    users('21', 'following'),
    users('67', 'followers'),
  ];
}
