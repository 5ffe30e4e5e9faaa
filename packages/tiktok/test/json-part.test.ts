/** A part of a JSON text is found without parsing the rest, and is what parsing all of it gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseProfilePage, parseVideoPage } from '../src/index.ts';
import { partAt } from '../src/json/json-part.ts';
import * as samples from './samples.ts';

const partOf = (text: string, keys: readonly string[]): unknown => {
  const part = partAt(text, 0, keys);
  return part === null ? undefined : JSON.parse(text.slice(part.start, part.end));
};

/** Texts with all that could be mistaken for the end of a string or of a value. */
const difficult = fc.oneof(fc.string(), fc.constantFrom('"', '\\', '\\"', '}', ']', '{"x":', 'a\\\\', ',"wanted":1'));
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    difficult,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, null, [], {}),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(difficult, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const keys = fc.constantFrom('wanted', 'webapp.user-detail', 'a', '', '__DEFAULT_SCOPE__');

test('[json-part-1] the value at some keys is what parsing the whole text gives', () => {
  const entries = fc.array(fc.tuple(difficult, values), { maxLength: 4 });
  fc.assert(
    fc.property(entries, keys, values, entries, fc.constantFrom(0, 1, '\t'), (before, key, value, after, space) => {
      const others = [...before, ...after].filter(([name]) => name !== key);
      const inner = Object.fromEntries([
        ...others.slice(0, before.length),
        [key, value],
        ...others.slice(before.length),
      ]);
      const text = JSON.stringify({ ...Object.fromEntries(before), outer: inner }, undefined, space);
      const whole = (JSON.parse(text) as { outer: Record<string, unknown> }).outer;
      expect(partOf(text, ['outer', key])).toEqual(whole[key]);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['', ['a']],
  ['[{"a":1}]', ['a']],
  ['{"b":1}', ['a']],
  ['{"b":{"a":1}}', ['a']],
  ['{"b":"\\"a\\":1"}', ['a']],
  ['{"a":{"b":1}', ['a', 'c']],
  ['{"a":[{"b":1}]}', ['a', 'b']],
  ['{"a":{"b":[1,2', ['a', 'b']],
  ['{"a":"cut \\"', ['a']],
  ['{"a" 1}', ['a']],
  ['{a:1}', ['a']],
  ['{}', ['a']],
])('[json-part-1] %s has no part at %j', (text, path) => {
  expect(partAt(text, 0, path)).toBeNull();
});

/** The keys of the scope in this form are not found as text, so that all of the page is parsed. */
const escaped = (page: ReturnType<typeof samples.universal>) => ({
  ...page,
  body: page.body.replace('"__DEFAULT_SCOPE__"', '"\\u005f_DEFAULT_SCOPE__"'),
});

test.each([
  [
    'a profile',
    { 'webapp.user-detail': { statusCode: 0, userInfo: { user: samples.user, stats: samples.userStats } } },
  ],
  ['nobody', { 'webapp.user-detail': { statusCode: 10221 } }],
  ['no detail', { other: { 'webapp.user-detail': { userInfo: { user: samples.user, stats: samples.userStats } } } }],
  ['an empty detail', { 'webapp.user-detail': {} }],
  ['a text', { 'webapp.user-detail': 'text' }],
])('a page of %s is read as if all of it was parsed', (_what, scope) => {
  const page = samples.universal(scope);
  expect(escaped(page).body).not.toBe(page.body);
  expect(parseProfilePage(page)).toEqual(parseProfilePage(escaped(page)));
});

test('a page of a video is read as if all of it was parsed', () => {
  for (const name of ['webapp.video-detail', 'webapp.reflow.video.detail']) {
    const page = samples.universal({ [name]: { statusCode: 0, itemInfo: { itemStruct: samples.item } } });
    expect(parseVideoPage(page)).toMatchObject({ kind: 'found' });
    expect(parseVideoPage(page)).toEqual(parseVideoPage(escaped(page)));
  }
});
