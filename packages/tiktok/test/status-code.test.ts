/** Each row of the table of codes that TikTok's own page has. */
import { expect, test } from 'vitest';
import {
  type FailureKind,
  failureKinds,
  parseCommentList,
  parseHashtagDetail,
  parseProductPage,
  parseProfilePage,
  parseSoundDetail,
  parseSoundRanks,
  parseUserDetail,
  parseUserList,
  parseVideoList,
  parseVideoPage,
  remedyOf,
} from '../src/index.ts';
import { api, item, productComponent, productPage, universal, userInfo } from './samples.ts';

const rows: readonly (readonly [FailureKind, readonly number[]])[] = [
  ['not_found', [10202, 10221, 10223, 10102, 100002]],
  ['private', [10222]],
  ['removed', [10204, 10215, 10217, 10240, 10241, 10242]],
  ['private', [10216, 2040001]],
  ['geo_blocked', [10231]],
  ['private', [203005]],
  ['not_found', [10205, 10209, 10211, 10212]],
  ['not_found', [10203, 10218]],
  ['removed', [10219]],
  ['not_found', [205001, 205002, 205003]],
  ['login_required', [10101, 209002]],
  ['captcha', [10000]],
  ['private', [3002060]],
  ['blocked', [40101]],
];

const cases = rows.flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const));

test.each(cases)('[outcome-2] %i is %s, in pages and in responses', (code, kind) => {
  const expected = { kind, code };
  expect(parseProfilePage(universal({ 'webapp.user-detail': { statusCode: code, statusMsg: '' } }))).toMatchObject(
    expected,
  );
  expect(parseVideoPage(universal({ 'webapp.video-detail': { statusCode: `${code}` } }))).toMatchObject(expected);
  expect(parseUserDetail(api({ statusCode: code }))).toMatchObject(expected);
  expect(parseVideoList(api({ status_code: code }))).toMatchObject(expected);
  expect(parseCommentList(api({ status_code: code, comments: null, has_more: 0 }))).toMatchObject(expected);
  expect(parseSoundRanks(api({ code, msg: 'no' }))).toMatchObject(expected);
});

test.each([10229, 10230])('%i comes with the item, and is a success', (statusCode) => {
  const page = universal({ 'webapp.video-detail': { statusCode, itemInfo: { itemStruct: item } } });
  expect(parseVideoPage(page)).toMatchObject({ kind: 'found', value: { id: item.id } });
});

test('a refused form of a request, and an unknown code, are changes of the site', () => {
  expect(parseVideoList(api({ statusCode: 10201 }))).toMatchObject({
    kind: 'changed',
    code: 10201,
    path: 'statusCode',
  });
  expect(parseVideoList(api({ statusCode: 999 }))).toMatchObject({ kind: 'changed', code: 999, path: 'statusCode' });
  expect(parseVideoList(api({ statusCode: 'none' }))).toMatchObject({
    kind: 'changed',
    code: null,
    path: 'statusCode',
  });
});

test('a success in one field does not hide a failure in another', () => {
  expect(parseUserList(api({ statusCode: 0, status_code: 10101 }))).toMatchObject({ kind: 'login_required' });
});

test('the page of a missing account may name other accounts, which are not found', () => {
  const page = universal({
    'webapp.user-detail': { statusCode: 10221, statusMsg: '' },
    'webapp.updated-items': [{ author: { nickname: 'Somebody else' } }],
  });
  expect(parseProfilePage(page)).toEqual({
    kind: 'not_found',
    code: 10221,
    message: 'the account is not available',
  });
});

test('a private account is found if the page shows it, as private', () => {
  const detail = { statusCode: 10222, userInfo };
  for (const outcome of [parseProfilePage(universal({ 'webapp.user-detail': detail })), parseUserDetail(api(detail))]) {
    expect(outcome).toMatchObject({ kind: 'found', value: { name: 'amber', privateAccount: true } });
  }
  expect(parseUserDetail(api({ statusCode: 10222 }))).toMatchObject({ kind: 'private', code: 10222 });
});

test('a video with an age limit needs a login', () => {
  const { video: _, ...withoutVideo } = item;
  const detail = { statusCode: 0, itemInfo: { itemStruct: { ...withoutVideo, isContentClassified: true } } };
  expect(parseVideoPage(universal({ 'webapp.video-detail': detail }))).toMatchObject({ kind: 'login_required' });
});

test('a product that is not sold here', () => {
  const config = {
    ...productComponent(null),
    global_data: { product_info: { error_code: 23002102, product_info: null } },
  };
  expect(parseProductPage(productPage(config))).toMatchObject({ kind: 'geo_blocked', code: 23002102 });
});

test('a ranking that was switched off is not an empty list', () => {
  expect(parseSoundRanks(api({ code: 0, msg: 'deprecated' }))).toMatchObject({ kind: 'changed', path: 'data' });
});

test('an empty response with the code of success is not found', () => {
  for (const parse of [parseUserDetail, parseHashtagDetail, parseSoundDetail, parseVideoList, parseCommentList]) {
    expect(parse(api({ statusCode: 0 }))).toMatchObject({ kind: 'changed' });
    expect(parse(api({}))).toMatchObject({ kind: 'changed' });
  }
});

test('each kind of failure has its remedy', () => {
  expect(Object.fromEntries(failureKinds.map((kind) => [kind, remedyOf(kind)]))).toMatchObject({
    not_found: 'nothing',
    captcha: 'new_session',
    blocked: 'new_session',
    rate_limited: 'wait',
    changed: 'report',
  });
});
