/** The site answers the addresses that people paste, and what a target's address leads to is what was meant. */
import * as tiktok from '@wherry/tiktok';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';
import { capture, found } from './asking.ts';

let site: TikTokSite;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 11, unavailableRate: 0 });
});
afterAll(() => site[Symbol.asyncDispose]());

/** The first even user with posts; the site knows the ids of even ones. */
const author = (): number =>
  Array.from({ length: 50 }, (_, each) => each * 2).find((each) => site.truth.videosOf(each, 'latest', 1).length > 0)!;
const videoId = (): string => site.truth.videosOf(author(), 'latest', 1)[0]!.id;

/** Opens the page of a target as an Actor does. */
async function open(
  text: string,
  wanted: tiktok.TargetKind,
): Promise<{ address: tiktok.Address; page: tiktok.Captured }> {
  const siteUrl = site.url;
  const reading = tiktok.parseTarget(text, wanted, { siteUrl });
  if (reading.kind !== 'target') throw new Error(`${text}: ${reading.message}`);
  const page = await capture(tiktok.pageUrlsOf(reading.address, siteUrl)[0]!);
  if (reading.address.kind !== 'short_link') return { address: reading.address, page };
  const landing = tiktok.checkLanding(page.url, wanted, { siteUrl });
  if (landing.kind !== 'target') throw new Error(`${text}: ${landing.message}`);
  return { address: landing.address, page };
}

/** Where the site itself leads from an address of TikTok. The stand-in has other hosts than the main one under their names. */
const visit = (url: string): Promise<tiktok.Captured> =>
  capture(url.replace(/^https:\/\/(www\.tiktok\.com)?/, `${site.url}/`).replace(/([^:])\/\//, '$1/'));

test('each form of a post leads to the post, by its address and on the site', async () => {
  const id = videoId();
  const { name } = site.truth.user(author());
  const forms = [
    `https://www.tiktok.com/@${name}/video/${id}`,
    `https://www.tiktok.com/video/${id}`,
    `https://www.tiktok.com/foryou?is_copy_url=1&item_id=${id}`,
    `https://www.tiktok.com/trending?shareId=${id}`,
    `https://www.tiktok.com/?share_item_id=${id}`,
    `https://www.tiktok.com/share/video/${id}`,
    `https://t.tiktok.com/i18n/share/video/${id}/?_d=0`,
    `https://m.tiktok.com/h5/share/video/${id}.html`,
    `https://m.tiktok.com/v/${id}.html`,
    `https://vm.tiktok.com/v/${id}`,
    `https://lite.tiktok.com/@${name}/video/${id}`,
    `https://vm.tiktok.com/${site.truth.videoCode(id)}/`,
    `https://vt.tiktok.com/${site.truth.videoCode(id, 'vt.tiktok.com')}/`,
    `https://lite.tiktok.com/t/${site.truth.videoCode(id, 'lite.tiktok.com')}/`,
    `https://www.tiktok.com/t/${site.truth.videoCode(id, 'www.tiktok.com')}`,
  ];
  for (const form of forms) {
    const { address, page } = await open(form, 'video');
    const video = found(tiktok.parseVideoPage(page));
    expect(tiktok.isVideoOf(address, video) && video.id === id, form).toBe(true);
    expect(found(tiktok.parseVideoPage(await visit(form))).id, form).toBe(id);
  }
});

test('a short link is followed on its own host: another one does not know its code', async () => {
  const code = site.truth.videoCode(videoId(), 'vt.tiktok.com');
  for (const url of [`https://vm.tiktok.com/${code}`, `https://www.tiktok.com/t/${code}`]) {
    const page = await visit(url);
    expect(tiktok.parseVideoPage(page).kind, url).toBe('not_found');
  }
});

test('each form of an account leads to its profile', async () => {
  const number = author();
  const { name, id, secUid } = site.truth.user(number);
  const forms = [
    name,
    `@${name}`,
    `https://www.tiktok.com/@${name}/live`,
    `https://www.tiktok.com/login?redirect_url=${encodeURIComponent(`https://www.tiktok.com/@${name}`)}`,
    `https://www.tiktok.com/embed/@${name}`,
    `https://m.tiktok.com/h5/share/usr/${id}.html`,
    `https://m.tiktok.com/h5/share/usr/1234567.html?sec_uid=${secUid}`,
    `https://www.tiktok.com/share/user/${id}`,
    id,
    secUid,
    `https://vm.tiktok.com/${site.truth.profileCode(number)}`,
    `https://vt.tiktok.com/${site.truth.profileCode(number, 'vt.tiktok.com')}`,
  ];
  for (const form of forms) {
    const { address, page } = await open(form, 'profile');
    const profile = found(tiktok.parseProfilePage(page));
    expect(tiktok.isProfileOf(address, profile) && profile.id === id, form).toBe(true);
  }
});

test('digits are the name of an account, or the id of one', async () => {
  const named = 22;
  const { name, id } = site.truth.user(named);
  expect(name).toMatch(/^\d{6}$/);
  for (const form of [name, `@${name}`, `https://www.tiktok.com/@${name}`, id, `@${id}`]) {
    const { address, page } = await open(form, 'profile');
    const profile = found(tiktok.parseProfilePage(page));
    expect(tiktok.isProfileOf(address, profile) && profile.id === id, form).toBe(true);
  }
  const { address, page } = await open('987654', 'profile');
  expect(tiktok.parseProfilePage(page).kind).toBe('not_found');
  expect(tiktok.notShown(address)).toMatch(/name or the id 987654; .*give the account's name/);
});

test('each form of a hashtag has the page of the hashtag, with flags and joined emoji in its name', async () => {
  for (const number of [1, 4, 5, 7, 9]) {
    const name = site.truth.hashtagName(number);
    const { id } = site.truth.hashtag(name);
    const forms = [
      name,
      `#${name}`,
      `# ${name}.`,
      `https://www.tiktok.com/embed/tag/${name}`,
      `https://m.tiktok.com/h5/share/tag/${id}.html?name=${name}`,
    ];
    for (const form of forms) {
      const { page } = await open(form, 'hashtag');
      expect(page.body, form).toContain(`"challengeID":"${id}"`);
    }
    const shared = await visit(`https://m.tiktok.com/h5/share/tag/${id}.html?name=${encodeURIComponent(name)}`);
    expect(shared.body).toContain(`"challengeID":"${id}"`);
    const embedded = await visit(`https://www.tiktok.com/embed/tag/${encodeURIComponent(name)}`);
    expect(embedded.body).toContain(site.truth.hashtagVideos(name)[0]!.id);
  }
});

test('each form of a sound has its page', async () => {
  const id = site.truth.soundId(3);
  for (const form of [
    id,
    `a-song-${id}`,
    `https://www.tiktok.com/share/music/${id}`,
    `https://m.tiktok.com/h5/share/music/${id}.html`,
  ]) {
    const { page } = await open(form, 'sound');
    expect(page.body, form).toContain(`"musicID":"${id}"`);
    if (form.startsWith('https')) expect((await visit(form)).body, form).toContain(`"musicID":"${id}"`);
  }
});

test('a product is shown in its region only, and its URLs keep the region', async () => {
  const number = Array.from({ length: 200 }, (_, each) => each).find((each) => !site.truth.isSoldHere(each))!;
  const id = site.truth.productId(number);
  const regional = [
    `https://shop.tiktok.com/gb/pdp/a-cup/${id}`,
    `https://www.tiktok.com/gb/pdp/${id}`,
    `https://www.tiktok.com/shop/gb/pdp/a-cup/${id}`,
    `https://www.tiktok.com/view/product/${id}?region=GB`,
    `https://shop.tiktok.com/view/product/${id}?region=GB&locale=en`,
  ];
  for (const form of regional) {
    const { page } = await open(form, 'product');
    expect(found(tiktok.parseProductPage(page)).productId, form).toBe(id);
    expect(found(tiktok.parseProductPage(await visit(form))).productId, form).toBe(id);
  }
  for (const form of [id, `https://shop.tiktok.com/us/pdp/a-cup/${id}`]) {
    const { page } = await open(form, 'product');
    expect(tiktok.parseProductPage(page).kind, form).toBe('geo_blocked');
  }
});

test('keywords and categories of the shop have their products', async () => {
  const search = site.truth.foundProducts('green tea').slice(0, 30);
  for (const form of [
    'https://www.tiktok.com/shop/us/k/green-tea',
    'https://shop.tiktok.com/us/k/green-tea',
    'green tea',
  ]) {
    const { page } = await open(form, 'shop_search');
    expect(found(tiktok.parseShopSearchPage(page)).items, form).toEqual(search);
  }
  const category = site.truth.categoryProducts(3).slice(0, 30);
  expect(category.length).toBeGreaterThan(0);
  for (const form of [
    `https://www.tiktok.com${site.truth.categoryPath(3)}`,
    `https://shop.tiktok.com${site.truth.categoryPath(3).replace('/shop', '/us')}`,
  ]) {
    for (const page of [(await open(form, 'shop_search')).page, await visit(form)]) {
      expect(found(tiktok.parseShopSearchPage(page)), form).toMatchObject({ items: category, hasMore: false });
    }
  }
});
