import type { TargetKind } from '@wherry/tiktok';
import { expect, test } from 'vitest';
import { searchesOf } from '../src/browser/list-jobs.ts';
import { keyOf, targetsByKind, targetsOf, urlOf } from '../src/input/targets.ts';

test('inputs with the same meaning are one target, under the first', () => {
  const same = ['Some.Name', '@some.name', 'https://www.tiktok.com/@some.name?lang=en', 'Some.Name'];
  expect(targetsOf(same, 'profile')).toEqual([
    { input: 'Some.Name', wanted: 'profile', address: { kind: 'profile', name: 'Some.Name' } },
  ]);
});

test('ids that differ only in case are different', () => {
  const codes = ['https://vm.tiktok.com/ZMabcd/', 'https://vm.tiktok.com/ZMABCD/'];
  expect(targetsOf(codes, 'profile')).toHaveLength(2);
});

test('an invalid input is kept with the reason', () => {
  const [refused, readable] = targetsOf(['two words', 'a.name'], 'profile');
  expect(refused).toMatchObject({ input: 'two words', refusal: expect.stringMatching(/cannot be read/) });
  expect(readable).not.toHaveProperty('refusal');
  expect(urlOf(readable!)).toBe('https://www.tiktok.com/@a.name');
});

test('a post is the same by its id and by its URLs', () => {
  const id = '7200000000002037325';
  const same = [id, `https://www.tiktok.com/@a.name/video/${id}`, `https://www.tiktok.com/@/photo/${id}`];
  expect(targetsOf(same, 'video')).toHaveLength(1);
});

test('an input may name several targets, and each is told apart by the part that names it', () => {
  const targets = targetsOf(['@a.name, https://www.tiktok.com/@b.name\nc.name', 'two words', '#tag'], 'profile');
  expect(targets.map(({ input }) => input)).toEqual([
    '@a.name',
    'https://www.tiktok.com/@b.name',
    'c.name',
    'two words',
    '#tag',
  ]);
  expect(targets.filter((target) => 'refusal' in target)).toHaveLength(2);
});

test('an input with one target in a text is the input, as the user wrote it', () => {
  const text = 'My cups: https://www.tiktok.com/@a.name.';
  expect(targetsOf([text, 'https://www.tiktok.com/@A.NAME'], 'profile')).toEqual([
    { input: text, wanted: 'profile', address: { kind: 'profile', name: 'a.name' } },
  ]);
});

test('forms of the same target are one target', () => {
  const id = '7200000000002037325';
  const same: [TargetKind, string[]][] = [
    [
      'video',
      [`https://t.tiktok.com/i18n/share/video/${id}/`, `tiktok.com/foryou?item_id=${id}`, `see @x.y/video/${id}`],
    ],
    ['hashtag', ['#Cup', 'cup', 'https://www.tiktok.com/embed/tag/CUP', '# cup']],
    ['sound', [id, `https://m.tiktok.com/h5/share/music/${id}.html`, `a-song-${id}`]],
    ['search', ['tea  cup', 'Tea cup', 'https://www.tiktok.com/search?q=tea%20cup']],
    ['shop_search', ['https://shop.tiktok.com/us/k/tea-cup', 'https://www.tiktok.com/shop/us/s/Tea%20cup']],
  ];
  for (const [wanted, inputs] of same) expect(targetsOf(inputs, wanted), wanted).toHaveLength(1);
});

test('a product without a region is the one with its region; two regions are two targets', () => {
  const id = '1729000000000000001';
  const [us, gb] = ['us', 'gb'].map((region) => `https://shop.tiktok.com/${region}/pdp/a-cup/${id}`);
  const region = (inputs: string[]) =>
    targetsOf(inputs, 'product').map((target) => urlOf(target).replace('https://shop.tiktok.com', ''));
  expect(region([id, us!, `https://www.tiktok.com/view/product/${id}`])).toEqual([`/us/pdp/${id}`]);
  expect(region([us!, gb!])).toEqual([`/us/pdp/${id}`, `/gb/pdp/${id}`]);
  expect(new Set(targetsOf([us!, gb!], 'product').map(keyOf)).size).toBe(2);
});

test('words are searched in the section of the input, and the URL of a search in its own', () => {
  const inputs = ['\u200etea, cup ', 'green tea\nhttps://www.tiktok.com/search/user?q=lamp'];
  const lists = searchesOf(targetsOf(inputs, 'search'), { section: 'video' });
  expect(lists).toMatchObject([
    { source: { section: 'video' }, address: { keyword: 'tea, cup' } },
    { source: { section: 'video' }, address: { keyword: 'green tea' } },
    { source: { section: 'user' }, address: { keyword: 'lamp' } },
  ]);
});

test('inputs of several kinds: each is of the first kind that it can be read as, and a mixed list is divided', () => {
  const id = '1729000000000000001';
  const store = `https://www.tiktok.com/shop/store/cups-co/${id}`;
  const search = 'See https://shop.tiktok.com/us/k/tea-cup.';
  const category = 'https://www.tiktok.com/shop/c/cups/601234';
  const link = 'https://vm.tiktok.com/ZMabcdef1/';
  const other = 'https://www.tiktok.com/@a.name';
  const inputs = [id, store, search, `${category}, ${store}\n${id}`, link, other];
  expect(targetsByKind(inputs, ['product', 'shop', 'shop_search'])).toEqual({
    product: [id, id, link, other],
    shop: [store, store],
    shop_search: [search, category],
  });
});
