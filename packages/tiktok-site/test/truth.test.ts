/** What the parsers read from the site's pages equals the truth, field by field, for at least 200 records of each kind. */
import * as tiktok from '@wherry/tiktok';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';
import { askList, capture, expectSame, found, inTurn, type ReadList, readList } from './asking.ts';

let site: TikTokSite;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 7 });
});
afterAll(() => site[Symbol.asyncDispose]());

const enough = 200;
const numbers = Array.from({ length: 300 }, (_, number) => number);
const usersThat = (isWanted: (user: ReturnType<TikTokSite['truth']['user']>) => boolean) =>
  numbers.filter((number) => isWanted(site.truth.user(number)));
const publicUsers = () => usersThat(({ state }) => state === 'public');
const idOfVideo = ({ id }: tiktok.Video) => id;
function expectWhole<T>({ items, reason }: ReadList<T>, truth: readonly T[]): void {
  expectSame(items, truth);
  expect(reason).toBe('end');
}
const byId = (one: tiktok.Video, other: tiktok.Video) => (one.id < other.id ? -1 : 1);

test('profiles, by their pages and by user/detail', async () => {
  const users = publicUsers();
  expect(users.length).toBeGreaterThan(enough);
  for (const number of users) {
    const { name, secUid } = site.truth.user(number);
    const page = tiktok.parseProfilePage(await capture(`${site.url}/@${name}`));
    if (site.truth.isShell(number)) expect(page).toMatchObject({ kind: 'withheld' });
    else expectSame(found(page), site.truth.profile(number));
    const detail = await capture(`${site.url}/api/user/detail/?uniqueId=&secUid=${secUid}`);
    expectSame(found(tiktok.parseUserDetail(detail)), site.truth.profile(number, 'detail'));
  }
});

test('accounts whose page comes without their data are in their page for other sites', async () => {
  const shells = publicUsers().filter(site.truth.isShell);
  expect(shells.length).toBeGreaterThan(2);
  for (const number of shells) {
    const page = await capture(`${site.url}/embed/@${site.truth.user(number).name}`);
    const profile = found(tiktok.parseEmbeddedProfile(page));
    expectSame(profile, site.truth.profile(number));
    expect(profile).toMatchObject({ source: 'embed', secUid: null, createTime: null });
  }
  const missing = await capture(`${site.url}/embed/@nobody.here`);
  expect(tiktok.parseEmbeddedProfile(missing)).toMatchObject({ kind: 'not_found', code: 404 });
});

test('private accounts are found, removed and renamed ones are not, and a secUid outlives a name', async () => {
  const pages = async (state: string) =>
    inTurn(
      usersThat((user) => user.state === state),
      async (number) => {
        const { formerName, secUid } = site.truth.user(number);
        const byName = tiktok.parseProfilePage(await capture(`${site.url}/@${formerName}`));
        const bySecUid = tiktok.parseProfilePage(await capture(`${site.url}/@${secUid}`));
        return { number, byName, bySecUid };
      },
    );
  const [hidden, removed, renamed] = [await pages('private'), await pages('removed'), await pages('renamed')];
  expect(Math.min(hidden.length, removed.length, renamed.length)).toBeGreaterThan(0);
  for (const { number, byName } of hidden) {
    expectSame(found(byName), site.truth.profile(number));
    expect(found(byName)).toMatchObject({ privateAccount: true, video: 0 });
  }
  for (const { byName, bySecUid } of removed) {
    expect([byName.kind, bySecUid.kind]).toEqual(['not_found', 'not_found']);
  }
  for (const { number, byName, bySecUid } of renamed) {
    expect(byName).toMatchObject({ kind: 'not_found', code: 10221 });
    expectSame(found(bySecUid), site.truth.profile(number, 'secUid'));
  }
});

test.each(['latest', 'popular', 'oldest'] as const)('the %s posts of users', async (sort) => {
  const users = publicUsers().slice(0, 12);
  let count = 0;
  for (const number of users) {
    const { secUid } = site.truth.user(number);
    const truth = site.truth.videosOf(number, sort);
    const read = await readList(site, { kind: 'posts', secUid, sort }, tiktok.parseVideoList, idOfVideo);
    expect(read.reason).toBe('end');
    if (sort === 'latest') expectSame([...read.items].sort(byId), [...truth].sort(byId));
    else expectSame(read.items, truth);
    count += truth.length;
  }
  expect(count).toBeGreaterThan(enough);
});

test('posts by creator/item_list, whose cursor is the time of the last post', async () => {
  const number = publicUsers().find((each) => site.truth.videosOf(each).length > enough)!;
  const { secUid } = site.truth.user(number);
  const read = await readList(site, { kind: 'creator_posts', secUid }, tiktok.parseCreatorList, idOfVideo);
  expectSame(read.items, site.truth.videosOf(number));
});

test('videos, by their pages', async () => {
  const videos = publicUsers().flatMap((number) => site.truth.videosOf(number, 'latest', 2));
  expect(videos.length).toBeGreaterThan(enough);
  for (const { id } of videos) {
    const page = await capture(`${site.url}/@/video/${id}`);
    expectSame(found(tiktok.parseVideoPage(page)), site.truth.video(id));
  }
});

test('hashtags and their posts', async () => {
  const { hashtagCount } = site.truth.world;
  const names = Array.from({ length: hashtagCount }, (_, number) => site.truth.hashtagName(number));
  expect(names.length).toBeGreaterThan(enough);
  for (const name of names) {
    const detail = await capture(`${site.url}/api/challenge/detail/?challengeName=${encodeURIComponent(name)}`);
    expectSame(found(tiktok.parseHashtagDetail(detail)), site.truth.hashtag(name));
    const page = tiktok.parseHashtagPage(await capture(`${site.url}/tag/${encodeURIComponent(name)}`));
    if (page.kind === 'found') expectSame(found(page), site.truth.hashtag(name));
    else expect(page.kind).toBe('withheld');
  }
  const truth = site.truth.hashtagVideos(names[9]!);
  expect(truth.length).toBeGreaterThan(enough);
  const hashtagId = site.truth.hashtag(names[9]!).id;
  const read = await readList(site, { kind: 'hashtag_posts', hashtagId }, tiktok.parseVideoList, idOfVideo);
  expectWhole(read, truth);
});

test('sounds and their posts', async () => {
  const ids = Array.from({ length: 300 }, (_, number) => site.truth.soundId(number));
  const outcomes = await inTurn(ids, async (id) =>
    tiktok.parseSoundDetail(await capture(`${site.url}/api/music/detail/?musicId=${id}`)),
  );
  const sounds = outcomes.filter(({ kind }) => kind === 'found').map(found);
  expect(sounds.length).toBeGreaterThan(enough);
  expectSame(
    sounds,
    sounds.map(({ musicId }) => site.truth.sound(musicId)),
  );
  expect(outcomes).toContainEqual(expect.objectContaining({ kind: 'removed', code: 10219 }));
  const truth = site.truth.soundVideos(ids[5]!);
  expect(truth.length).toBeGreaterThan(enough);
  const read = await readList(site, { kind: 'sound_posts', soundId: ids[5]! }, tiktok.parseVideoList, idOfVideo);
  expectWhole(read, truth);
});

test('comments and the replies to them', async () => {
  const videos = publicUsers().flatMap((number) => site.truth.videosOf(number, 'latest', 2));
  const talkedAbout = videos.filter(({ commentCount }) => commentCount! > 100).slice(0, 3);
  const idOf = ({ cid }: tiktok.Comment) => cid;
  const replies: tiktok.Comment[] = [];
  for (const { id: videoId } of talkedAbout) {
    const truth = site.truth.commentsOf(videoId);
    const read = await readList(site, { kind: 'comments', videoId }, tiktok.parseCommentList, idOf);
    expectWhole(read, truth);
    for (const { cid, replyCommentTotal } of truth.filter((each) => each.replyCommentTotal! > 0).slice(0, 20)) {
      const list = { kind: 'replies', videoId, commentId: cid } as const;
      const replyList = await readList(site, list, tiktok.parseCommentList, idOf);
      expectSame(replyList.items, site.truth.repliesOf(cid));
      expect(replyList.items).toHaveLength(replyCommentTotal!);
      expect(replyList.items.every(({ repliesToId }) => repliesToId === cid)).toBe(true);
      replies.push(...replyList.items);
    }
  }
  expect(talkedAbout).toHaveLength(3);
  expect(replies.length).toBeGreaterThan(enough);
});

test('what is searched for: videos, users', async () => {
  const search = { kind: 'search', keyword: 'kettle corn' } as const;
  const videos = site.truth.foundVideos('kettle corn');
  const users = site.truth.foundUsers('kettle corn');
  const general = await readList(site, { ...search, section: 'general' }, tiktok.parseGeneralSearch, idOfVideo);
  expectWhole(general, videos);
  const items = await readList(site, { ...search, section: 'video' }, tiktok.parseVideoSearch, idOfVideo);
  expectWhole(items, videos);
  const people = await readList(site, { ...search, section: 'user' }, tiktok.parseUserSearch, ({ id }) => id);
  expectWhole(people, users);
  expect(Math.min(videos.length, users.length)).toBeGreaterThan(100);
});

test('a search that finds nothing is an empty page that says so', async () => {
  const list = { kind: 'search', keyword: 'nothing at all', section: 'general' } as const;
  const page = await askList(site, list, tiktok.parseGeneralSearch);
  expect(page).toMatchObject({ kind: 'found', value: { items: [], hasMore: false, next: null } });
});

test('the feed: each page of a visitor brings new videos, and it dries up', async () => {
  const feed = await readList(site, { kind: 'explored' }, tiktok.parseFeed, idOfVideo, { memory: 2000 });
  const truth = Array.from({ length: 40 }, (_, page) => site.truth.feed('explored', page)).flat();
  const byTheirIds = new Map(truth.map((video) => [video.id, video]));
  expectSame(feed, { items: [...byTheirIds.values()], reason: 'repeated', pageCount: 43 });
  expect(feed.items.length).toBeGreaterThan(enough);
});

test('followers and those whom a user follows', async () => {
  const idOf = ({ id }: tiktok.Profile) => id;
  let count = 0;
  for (const number of publicUsers().slice(0, 12)) {
    const { secUid } = site.truth.user(number);
    const followers = await readList(site, { kind: 'followers', secUid }, tiktok.parseUserList, idOf);
    expectWhole(followers, site.truth.followersOf(number));
    count += followers.items.length;
    const truth = site.truth.followingOf(number);
    const first = await askList(site, { kind: 'following', secUid }, tiktok.parseUserList);
    if (truth === null) {
      expect(first).toMatchObject({ kind: 'private', code: 3002060 });
      continue;
    }
    const following = await readList(site, { kind: 'following', secUid }, tiktok.parseUserList, idOf);
    expectWhole(following, truth);
  }
  expect(count).toBeGreaterThan(enough);
});

test('products of both generations of the page', async () => {
  const kinds = new Set<string>();
  for (const number of numbers) {
    const outcome = tiktok.parseProductPage(await capture(`${site.url}/view/product/${site.truth.productId(number)}`));
    kinds.add(outcome.kind);
    if (!site.truth.isSoldHere(number)) expect(outcome).toMatchObject({ kind: 'geo_blocked', code: 23002102 });
    else expectSame(found(outcome), site.truth.product(number));
  }
  expect([...kinds].sort()).toEqual(['found', 'geo_blocked']);
});

test('products of a search, in its page and after it, and their reviews', async () => {
  const truth = site.truth.foundProducts('mug');
  const page = found(tiktok.parseShopSearchPage(await capture(`${site.url}/shop/s/mug`)));
  expectSame(page.items, truth.slice(0, 30));
  const list = await readList(
    site,
    { kind: 'shop_search', keyword: 'mug' },
    tiktok.parseProductList,
    (each) => each.productId,
  );
  expectWhole(list, truth);
  const reviewed = numbers.find((number) => site.truth.product(number).reviewCount === 210)!;
  const productId = site.truth.productId(reviewed);
  const reviews = await readList(
    site,
    { kind: 'reviews', productId },
    tiktok.parseReviewList,
    ({ reviewId }) => reviewId,
  );
  expectWhole(reviews, site.truth.reviewsOf(productId));
  expect(reviews.items).toHaveLength(210);
});

test('the products of a store, in its page and after it', async () => {
  const shop = site.truth.shop(7);
  const products = site.truth.shopProducts(7);
  expect(products).toHaveLength(125);
  for (const path of [`/shop/store/any-words/${shop.sellerId}`, `/us/store/any-words/${shop.sellerId}`]) {
    const page = found(tiktok.parseStorePage(await capture(`${site.url}${path}`)));
    expectSame(page.shop, shop);
    expectSame(page.products.items, products.slice(0, 30));
    expect(page.products).toMatchObject({ hasMore: true, next: { cursor: '30' } });
  }
  const list = { kind: 'shop_products', sellerId: shop.sellerId! } as const;
  expectWhole(await readList(site, list, tiktok.parseProductList, ({ productId }) => productId), products);
  const missing = await capture(`${site.url}/shop/store/any-words/7495999999999999999`);
  expect(tiktok.parseStorePage(missing)).toMatchObject({ kind: 'not_found' });
  const search = found(tiktok.parseShopSearchPage(await capture(`${site.url}/us/s?q=mug`)));
  expectSame(search.items, site.truth.foundProducts('mug').slice(0, 30));
});

test('trending sounds', async () => {
  for (const countryCode of ['US', 'DE', 'JP']) {
    const list = { kind: 'sound_ranks', periodDays: 7, countryCode } as const;
    const ranks = await readList(site, list, tiktok.parseSoundRanks, ({ rank }) => `${rank}`);
    expectWhole(ranks, site.truth.soundRanks(countryCode, 7));
    expect(ranks.items).toHaveLength(100);
  }
});

test('short links, shared links, ids and embedded profiles lead to what they name', async () => {
  const [number] = publicUsers().filter(
    (each) => each % 2 === 0 && !site.truth.isShell(each) && site.truth.videosOf(each, 'latest', 1).length > 0,
  );
  const profile = site.truth.profile(number!);
  const [video] = site.truth.videosOf(number!, 'latest', 1);
  for (const path of [site.truth.profileLink(number!), `/share/user/${profile.id}`, `/@${profile.id}`]) {
    const page = await capture(site.url + path);
    expectSame(found(tiktok.parseProfilePage(page)), profile);
    expect(tiktok.isProfileOf({ kind: 'profile_of_id', userId: profile.id }, profile)).toBe(true);
  }
  for (const path of [site.truth.videoLink(video!.id), `/share/video/${video!.id}`, `/embed/${video!.id}`]) {
    const page = await capture(site.url + path);
    expect(found(tiktok.parseVideoPage(page)).id).toBe(video!.id);
  }
  const landing = await capture(site.url + site.truth.videoLink(video!.id));
  expect(tiktok.checkLanding(landing.url, 'video', { siteUrl: site.url })).toMatchObject({
    address: { videoId: video!.id },
  });
  const embed = found(tiktok.parseEmbedPage(await capture(`${site.url}/embed/@${profile.name}`)));
  expectSame(embed, site.truth.videosOf(number!, 'latest', 10).map(idOfVideo));
  expect(tiktok.parseVideoPage(await capture(`${site.url}/t/ZMv0nowhere`)).kind).toBe('not_found');
});

test('videos that are not shown say why', async () => {
  const codes = new Map<string, Set<string>>();
  for (const number of publicUsers()) {
    for (const { id, state } of site.truth.hiddenVideosOf(number)) {
      const { kind } = tiktok.parseVideoPage(await capture(`${site.url}/@/video/${id}`));
      codes.set(state, (codes.get(state) ?? new Set()).add(kind));
    }
  }
  expect(Object.fromEntries([...codes].map(([state, kinds]) => [state, [...kinds]]))).toEqual({
    removed: ['removed'],
    private: ['private'],
    geo_blocked: ['geo_blocked'],
    classified: ['login_required'],
  });
});
