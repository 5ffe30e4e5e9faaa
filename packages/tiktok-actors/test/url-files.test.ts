import { expect, test } from 'vitest';
import { downloadUrlOf, urlsIn } from '../src/input/url-files.ts';

const one = 'https://www.tiktok.com/@one';
const two = 'https://www.tiktok.com/@two?lang=en';

test.each([
  ['lines', `${one}\r\n${two}\n`, [one, two]],
  ['a list in a line', `${one},${two}; ${one}\t${two}`, [one, two, one, two]],
  [
    'a table with a header, quotes and other columns',
    `name,url\n"One, the ""first""",${one}\ntwo,"${two}"\n`,
    [one, two],
  ],
  ['a quoted URL with a comma', `"https://www.tiktok.com/search?q=a,b",x`, ['https://www.tiktok.com/search?q=a,b']],
  ['a quoted list', `"${one},${two}"`, [one, two]],
  [
    'without a protocol',
    `tiktok.com/@one\nwww.tiktok.com/@two\nm.tiktok.com/@two`,
    ['tiktok.com/@one', 'www.tiktok.com/@two', 'm.tiktok.com/@two'],
  ],
  ['a text around, with a quote that is not closed', `5" of <${one}> (${two}) and "more`, [`${one}>`, `${two})`]],
  ['words', 'one, two\nthree', []],
])('%s', (_what, text, urls) => {
  expect(urlsIn(text)).toEqual(urls);
});

const table = 'https://docs.google.com/spreadsheets/d/1AbC_d-9';
const published = 'https://docs.google.com/spreadsheets/d/e/2PACX-1vQ';

test.each([
  [`${table}/edit?usp=sharing`, `${table}/gviz/tq?tqx=out:csv`],
  [`${table}/edit#gid=77`, `${table}/gviz/tq?tqx=out:csv&gid=77`],
  [`${table}/edit?gid=77#gid=77`, `${table}/gviz/tq?tqx=out:csv&gid=77`],
  [table, `${table}/gviz/tq?tqx=out:csv`],
  [`${table}/gviz/tq?tqx=out:csv&sheet=a`, `${table}/gviz/tq?tqx=out:csv&sheet=a`],
  [`${table}/export?format=csv&gid=3`, `${table}/export?format=csv&gid=3`],
  [`${published}/pubhtml?gid=5&single=true`, `${published}/pub?output=csv&gid=5`],
  [`${published}/pub?output=csv`, `${published}/pub?output=csv`],
  ['https://a.example/list.csv?gid=4', 'https://a.example/list.csv?gid=4'],
])('the file of %s is at %s', (url, file) => {
  expect(downloadUrlOf(url)).toBe(file);
});
