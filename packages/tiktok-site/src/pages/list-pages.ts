/** Pages that consist of a list and little else. */
import { challengeInfoPayload } from '../payloads/hashtag-payload.ts';
import { soundInfoPayload } from '../payloads/sound-payload.ts';
import { hashtagNumberOfName, hashtagOf, soundNumberOfId, soundOf } from '../world/topic.ts';
import type { World } from '../world/world.ts';
import { escaped, htmlOf, type PageList, scrollList, universalData } from './shell.ts';

interface ListPage {
  /** The data in the page, beside the list. */
  readonly scope?: Readonly<Record<string, unknown>>;
  readonly region?: string;
  readonly controls?: string;
}

const listPage = (
  title: string,
  lists: readonly PageList[],
  { scope = {}, region = 'US', controls = '' }: ListPage = {},
): string =>
  htmlOf({
    title: `${title} | TikTok`,
    scripts: universalData(scope, region),
    lists,
    body: `<h1>${escaped(title)}</h1>${controls}`,
  });

/** The script first requests the hashtag itself, as a list of one page, and then its posts. Some pages have the hashtag. */
export function hashtagPage(world: World, name: string): string {
  const number = hashtagNumberOfName(world, name);
  const detail = scrollList('/api/challenge/detail/', { challengeName: name }, null);
  if (number === undefined) return listPage(`#${name}`, [detail]);
  const { id } = hashtagOf(world, number);
  const posts = scrollList('/api/challenge/item_list/', { challengeID: id, count: '30' });
  if (number % 3 !== 0) return listPage(`#${name}`, [detail, posts]);
  const challengeInfo = challengeInfoPayload(world, number);
  const scope = { 'webapp.challenge-detail': { challengeInfo, statusCode: 0, statusMsg: '' } };
  return listPage(`#${name}`, [posts], { scope });
}

export function soundPage(world: World, id: string): string {
  const number = soundNumberOfId(world, id);
  const detail = scrollList('/api/music/detail/', { musicId: id }, null);
  const posts = scrollList('/api/music/item_list/', { musicID: id, count: '30' });
  if (number === undefined || number % 3 !== 0) return listPage('sound', [detail, posts]);
  const data = soundOf(world, number).removed
    ? { statusCode: 10219 }
    : { musicInfo: soundInfoPayload(world, number), statusCode: 0 };
  return listPage('sound', [posts], { scope: { 'webapp.music-detail': data } });
}

export const feedPage = ({ visitorCountry: region }: World, name: 'foryou' | 'explore'): string =>
  listPage(
    name,
    [
      name === 'foryou'
        ? scrollList('/api/recommend/item_list/', { count: '30', from_page: 'fyp', pullType: '1' }, null)
        : scrollList('/api/explore/item_list/', { count: '30' }, null),
    ],
    { region },
  );

/** The texts of the buttons that narrow a search, and their parameters. They are in a panel that a button opens. */
const searchChoices: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Relevance: { sort_type: '0' },
  'Most liked': { sort_type: '1' },
  'Date posted': { sort_type: '2' },
  'All time': { publish_time: '0' },
  'Past 24 hours': { publish_time: '1' },
  'This week': { publish_time: '7' },
  'This month': { publish_time: '30' },
  'Last 3 months': { publish_time: '90' },
  'Last 6 months': { publish_time: '180' },
};

const choiceButtons = (texts: readonly string[]): string =>
  texts.map((text, index) => `<button id="choice-${index}">${text}</button>`).join('');

const choicesOf = (choices: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
  Object.values(choices).map((query, index) => ({ click: `#choice-${index}`, query }));

export function searchPage({ visitorCountry: region }: World, section: string, keyword: string): string {
  const path = { '': '/api/search/general/full/', video: '/api/search/item/full/', user: '/api/search/user/full/' }[
    section
  ];
  if (path === undefined) return listPage('search', []);
  if (section === 'user') return listPage(keyword, [scrollList(path, { keyword }, 'cursor')], { region });
  const panel = `<div data-panel hidden>${choiceButtons(Object.keys(searchChoices))}</div>`;
  const list = { ...scrollList(path, { keyword }, 'offset'), choices: choicesOf(searchChoices) };
  return listPage(keyword, [list], { region, controls: `<button data-opens-panel>Filters</button>${panel}` });
}

export function soundTrendPage({ period, countryCode }: { period: string; countryCode: string }): string {
  const query = { period, limit: '20', country_code: countryCode, rank_type: 'popular', commercial_music: 'false' };
  const choices = { 'Approved for business use': { commercial_music: 'true' } };
  const path = '/creative_radar_api/v1/popular_trend/sound/rank_list';
  const list = { ...scrollList(path, query, 'page'), choices: choicesOf(choices) };
  return listPage('Trending sounds', [list], { controls: choiceButtons(Object.keys(choices)) });
}
