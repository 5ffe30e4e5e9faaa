import { expect, test } from 'vitest';
import { type Entry, foundEntries, fuzzyScore, withRecent } from '../src/model/palette.ts';

const entry = (kind: Entry['kind'], title: string, more: Partial<Entry> = {}): Entry => ({
  id: `${kind}-${title}`,
  kind,
  title,
  path: `/${title}`,
  ...more,
});

const entries: readonly Entry[] = [
  entry('Page', 'Overview'),
  entry('Page', 'Request queues'),
  entry('Actor', 'site-crawler', { words: ['aaaaaaaaaaaaaaaaa'] }),
  entry('Actor', 'news crawler'),
  entry('Task', 'crawl the news'),
  entry('Action', 'Start site-crawler', { isHidden: true }),
  entry('Action', 'Sign out'),
];

const titles = (typed: string, recent: readonly string[] = []) =>
  foundEntries(entries, typed, recent).flatMap(({ items }) => items.map(({ title }) => title));

test('letters have to be there in their order', () => {
  expect(fuzzyScore('stcr', 'site-crawler')).toBeGreaterThan(0);
  expect(fuzzyScore('crst', 'site-crawler')).toBeUndefined();
  expect(fuzzyScore('sitez', 'site-crawler')).toBeUndefined();
  expect(fuzzyScore('ab', 'xaxb a')).toBeGreaterThan(0);
  expect(fuzzyScore('', 'anything')).toBe(0);
});

test.each([
  ['craw', 'crawler', 'site-scrawler'],
  ['rq', 'Request queues', 'Barrel aqua'],
  ['news', 'news crawler', 'nightly e-w-s'],
  ['kvs', 'Key value stores', 'Kavos'],
  ['myActor', 'myActor', 'my other Actor'],
])('%s fits %j better than %j', (typed, better, worse) => {
  expect(fuzzyScore(typed, better)).toBeGreaterThan(fuzzyScore(typed, worse)!);
});

test('what fits best comes first, in groups', () => {
  expect(foundEntries(entries, 'news', []).map(({ value }) => value)).toEqual(['Actors', 'Tasks']);
  expect(titles('sc')).toEqual(expect.arrayContaining(['site-crawler', 'Start site-crawler']));
  expect(titles('rq')[0]).toBe('Request queues');
  expect(titles('no such thing at all')).toEqual([]);
});

test('at first there are the recent ones, pages and actions, and none of them twice', () => {
  const groups = foundEntries(entries, ' ', ['Action-Start site-crawler', 'gone', 'Page-Overview']);
  expect(groups.map(({ value, items }) => [value, items.map(({ title }) => title)])).toEqual([
    ['Recent', ['Start site-crawler', 'Overview']],
    ['Pages', ['Request queues']],
    ['Actions', ['Sign out']],
  ]);
});

test('an id finds what has it, and is offered as that of whatever has pages', () => {
  expect(titles('aaaaaaaaaaaaaaaaa')).toContain('site-crawler');
  expect(foundEntries([], 'WC6ZHEG5abcdefghi', []).map(({ items }) => items[0]!.path)).toEqual(
    [
      '/runs/WC6ZHEG5abcdefghi',
      '/actors/WC6ZHEG5abcdefghi',
      '/datasets/WC6ZHEG5abcdefghi',
      '/key-value-stores/WC6ZHEG5abcdefghi',
      '/request-queues/WC6ZHEG5abcdefghi',
    ].toSorted((one, other) => one.length - other.length),
  );
  expect(foundEntries([], 'WC6ZHEG5/../../abc', [])).toEqual([]);
});

test('of many that fit, the best of each kind are shown', () => {
  const many = Array.from({ length: 1000 }, (_, index) => entry('Actor', `crawler ${index}`));
  const [group] = foundEntries(many, 'crawler 77', []);
  expect(group!.items).toHaveLength(6);
  expect(group!.items[0]!.title).toBe('crawler 77');
});

test('any text may be typed', () => {
  for (const typed of ['(', '\\', '[a', '💥', '\u202e', 'İ', 'ß', 'W'.repeat(10_000)]) {
    expect(() => foundEntries([...entries, entry('Actor', typed)], typed, [])).not.toThrow();
    expect(titles(typed)).toEqual([]);
  }
});

test('eight recent ones are kept, each once', () => {
  const ids = Array.from({ length: 12 }, (_, index) => `${index}`);
  const recent = ids.reduce<readonly string[]>(withRecent, []);
  expect(recent).toEqual(['11', '10', '9', '8', '7', '6', '5', '4']);
  expect(withRecent(recent, '7')).toEqual(['7', '11', '10', '9', '8', '6', '5', '4']);
});
