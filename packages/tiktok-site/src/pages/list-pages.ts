/** Pages that consist of a list and little else. */
import { hashtagNumberOfName, hashtagOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, type PageList, scrollList, universalData } from './shell.ts';

const listPage = (title: string, lists: readonly PageList[]): string =>
  htmlOf({ title: `${title} | TikTok`, scripts: universalData({}), lists, body: `<h1>${escaped(title)}</h1>` });

/** The script first requests the hashtag itself, as a list of one page, and then its posts. */
export function hashtagPage(world: World, name: string): string {
  const number = hashtagNumberOfName(world, name);
  const detail = scrollList('/api/challenge/detail/', { challengeName: name }, null);
  if (number === undefined) return listPage(`#${name}`, [detail]);
  const { id } = hashtagOf(world, number);
  return listPage(`#${name}`, [detail, scrollList('/api/challenge/item_list/', { challengeID: id, count: '30' })]);
}

export const soundPage = (id: string): string =>
  listPage('sound', [
    scrollList('/api/music/detail/', { musicId: id }, null),
    scrollList('/api/music/item_list/', { musicID: id, count: '30' }),
  ]);

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
