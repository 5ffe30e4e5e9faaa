/** What stands in the way of an answer, as the reference has it. */
import { expect, test } from 'vitest';
import { parseProductPage, parseProfilePage, parseVideoList, parseVideoPage } from '../src/index.ts';
import { api, captured, itemList, siteUrl, universal, userDetail } from './samples.ts';

const wall = `<html><head><title>Please wait...</title></head><body><p id="cs"></p><p id="wci"></p><p id="rci"></p>
<p id="rs"></p><script>document.cookie='_wafchallengeid=x'</script></body></html>`;
const securityCheck = '<html><head><title>Security Check</title></head><body></body></html>';
const overlay = '<html><body><img src="https://verify.example.org/captcha/get?x=1"></body></html>';
const page = universal({ 'webapp.user-detail': userDetail }).body;

test.each([
  ['an empty page', captured(''), 'blocked'],
  ['a page of blanks', captured(' \n'), 'blocked'],
  ['403', captured('Access denied', undefined, 403), 'blocked'],
  ['429', captured('', undefined, 429), 'rate_limited'],
  ['502', captured('<html></html>', undefined, 502), 'unavailable'],
  ['401', captured('', undefined, 401), 'login_required'],
  ['404', captured('<html></html>', undefined, 404), 'not_found'],
  ['410', captured('<html></html>', undefined, 410), 'removed'],
  ['451', captured('<html></html>', undefined, 451), 'geo_blocked'],
  ['a redirect that was not followed', captured('', undefined, 302), 'changed'],
  ['the WAF page', captured(wall), 'blocked'],
  ['the Shop’s captcha', captured(securityCheck), 'captcha'],
  ['a captcha over no page', captured(overlay), 'captcha'],
  ['a login', captured(page, `${siteUrl}/login?redirect_url=%2F%40amber`), 'login_required'],
  ['a login in a language', captured(page, `${siteUrl}/login/phone`), 'login_required'],
  ['where dead short links lead', captured(page, `${siteUrl}/?_r=1`), 'not_found'],
  ['a page cut off in its data', captured(page.slice(0, page.indexOf('uniqueId'))), 'incomplete'],
  ['a page cut off before its data', captured(page.slice(0, 30)), 'incomplete'],
  ['a page without its data', captured('<html><body>New!</body></html>'), 'changed'],
])('[obstacle-1] of a page: %s', (_name, response, kind) => {
  expect(parseProfilePage(response)).toMatchObject({ kind });
});

test('each page names the data that it lacks', () => {
  const bare = captured('<html><body>New!</body></html>');
  expect(parseProfilePage(bare)).toMatchObject({ path: '#__UNIVERSAL_DATA_FOR_REHYDRATION__' });
  expect(parseProductPage(bare)).toMatchObject({ path: '#__MODERN_ROUTER_DATA__' });
  expect(parseVideoPage(universal({}))).toMatchObject({ path: '__DEFAULT_SCOPE__.webapp.video-detail' });
  expect(parseProfilePage(universal({}))).toMatchObject({ path: '__DEFAULT_SCOPE__.webapp.user-detail' });
});

test('a page with its data is read, whatever covers it', () => {
  const covered = captured(page.replace('<body>', '<body><div class="captcha-verify-container"></div>'));
  expect(parseProfilePage(covered)).toMatchObject({ kind: 'found' });
  const text = { ...(userDetail.userInfo as object), shareMeta: { title: '_wafchallengeid "/captcha/get"' } };
  const quoting = universal({ 'webapp.user-detail': { ...userDetail, userInfo: text } });
  expect(parseProfilePage(quoting)).toMatchObject({ kind: 'found' });
});

test.each([
  ['an empty response', captured('', `${siteUrl}/api/post/item_list/`), 'blocked'],
  ['404 of an endpoint', captured('{}', `${siteUrl}/api/post/item_list/`, 404), 'changed'],
  ['a captcha', api({ code: 10000, message: 'verify' }), 'captcha'],
  ['a captcha by its event', api({ verify_event: 'x' }), 'captcha'],
  ['half of a response', captured(JSON.stringify(itemList).slice(0, 200)), 'incomplete'],
  ['a page instead of a response', captured('<html><body>Hello</body></html>'), 'changed'],
  ['the WAF page instead of a response', captured(wall), 'blocked'],
  ['a text', captured('ok'), 'changed'],
  ['a list where an object belongs', api([]), 'changed'],
  ['null', api(null), 'changed'],
])('[obstacle-1] of a list: %s', (_name, response, kind) => {
  expect(parseVideoList(response)).toMatchObject({ kind });
});

test('a page of many script start tags is read quickly', () => {
  const startMs = performance.now();
  expect(parseProfilePage(captured('<script id="'.repeat(20_000)))).toMatchObject({ kind: 'incomplete' });
  expect(performance.now() - startMs).toBeLessThan(5000);
});
