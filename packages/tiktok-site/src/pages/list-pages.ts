/** Pages that consist of a list and little else. */
import { challengeInfoPayload } from '../payloads/hashtag-payload.ts';
import { soundInfoPayload } from '../payloads/sound-payload.ts';
import { hashtagNumberOfName, hashtagOf, soundNumberOfId, soundOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, type PageList, scrollList, universalData } from './shell.ts';

type Scope = Readonly<Record<string, unknown>>;

const listPage = (title: string, lists: readonly PageList[], scope: Scope = {}): string =>
  htmlOf({ title: `${title} | TikTok`, scripts: universalData(scope), lists, body: `<h1>${escaped(title)}</h1>` });

/** The script first requests the hashtag itself, as a list of one page, and then its posts. Some pages have the hashtag. */
export function hashtagPage(world: World, name: string): string {
  const number = hashtagNumberOfName(world, name);
  const detail = scrollList('/api/challenge/detail/', { challengeName: name }, null);
  if (number === undefined) return listPage(`#${name}`, [detail]);
  const { id } = hashtagOf(world, number);
  const posts = scrollList('/api/challenge/item_list/', { challengeID: id, count: '30' });
  if (number % 3 !== 0) return listPage(`#${name}`, [detail, posts]);
  const challengeInfo = challengeInfoPayload(world, number);
  return listPage(`#${name}`, [posts], { 'webapp.challenge-detail': { challengeInfo, statusCode: 0, statusMsg: '' } });
}

export function soundPage(world: World, id: string): string {
  const number = soundNumberOfId(world, id);
  const detail = scrollList('/api/music/detail/', { musicId: id }, null);
  const posts = scrollList('/api/music/item_list/', { musicID: id, count: '30' });
  if (number === undefined || number % 3 !== 0) return listPage('sound', [detail, posts]);
  const data = soundOf(world, number).removed
    ? { statusCode: 10219 }
    : { musicInfo: soundInfoPayload(world, number), statusCode: 0 };
  return listPage('sound', [posts], { 'webapp.music-detail': data });
}

export const feedPage = (name: 'foryou' | 'explore'): string =>
  listPage(name, [
    name === 'foryou'
      ? scrollList('/api/recommend/item_list/', { count: '30', from_page: 'fyp', pullType: '1' }, null)
      : scrollList('/api/explore/item_list/', { count: '30' }, null),
  ]);

export function searchPage(section: string, keyword: string): string {
  const path = { '': '/api/search/general/full/', video: '/api/search/item/full/', user: '/api/search/user/full/' }[
    section
  ];
  if (path === undefined) return listPage('search', []);
  return listPage(keyword, [scrollList(path, { keyword }, section === 'user' ? 'cursor' : 'offset')]);
}

export const soundTrendPage = (query: { period: string; countryCode: string }): string =>
  listPage('Trending sounds', [
    scrollList(
      '/creative_radar_api/v1/popular_trend/sound/rank_list',
      { period: query.period, limit: '20', country_code: query.countryCode, rank_type: 'popular' },
      'page',
    ),
  ]);
