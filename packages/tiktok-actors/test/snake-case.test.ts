import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../../tiktok-site/src/index.ts';
import { commentItem, hashtagItem, productItem, profileItem, soundItem, videoItem } from '../src/items/item.ts';
import { snakeCaseItem, snakeNameOf } from '../src/output/snake-case.ts';

let site: TikTokSite;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 4, unavailableRate: 0 });
});
afterAll(() => site[Symbol.asyncDispose]());

const names = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.flatMap(names)
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, each]) => [name, ...names(each)])
      : [];

/** No value is invented: every text and number of the app's form is in the record, but for milliseconds and marks. */
const values = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(values) : [value];

test('[snake-1] a post has the names of the app, the values of the record, and no other', () => {
  for (const number of [0, 1, 2, 3, 4, 5]) {
    for (const video of site.truth.videosOf(number, 'latest', 20)) {
      const item = videoItem(video, 'tea');
      const aweme = snakeCaseItem(item);
      expect(aweme).toMatchObject({
        type: 'video',
        input: 'tea',
        aweme_id: video.id,
        desc: video.text,
        statistics: { play_count: video.playCount, digg_count: video.diggCount },
        author:
          video.authorMeta === null
            ? null
            : { unique_id: video.authorMeta.name, follower_count: video.authorMeta.fans },
        added_sound_music_info: { title: video.musicMeta!.musicName },
        video: {
          play_addr: { url_list: video.mediaUrls },
          bit_rate: video.mediaFormats.map(({ url, codec }) => ({ codec_type: codec, play_addr: { url_list: [url] } })),
        },
        cha_list: video.challenges.map(({ id, name }) => ({ cid: id, cha_name: name })),
      });
      expect(names(aweme).filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
      const known = new Set([...values(item), null, 0, 1, 150, (video.videoMeta.duration ?? 0) * 1000]);
      expect(values(aweme).filter((value) => !known.has(value as never))).toEqual([]);
    }
  }
});

test('[snake-1] the other kinds of items', () => {
  const { truth } = site;
  const [related] = truth.relatedVideos(truth.videosOf(1)[0]!.id);
  expect(snakeCaseItem(videoItem(related!, 'tea'))).toMatchObject({ related_to: related!.relatedTo });
  const profile = truth.profile(1);
  expect(snakeCaseItem(profileItem(profile, 'a'))).toMatchObject({
    uid: profile.id,
    aweme_count: profile.video,
    source: 'page',
  });
  const post = [0, 1, 2, 3, 4, 5]
    .flatMap((number) => truth.videosOf(number, 'latest', 40))
    .find(({ commentCount }) => (commentCount ?? 0) > 0)!;
  const [comment] = truth.commentsOf(post.id);
  expect(snakeCaseItem(commentItem(comment!, 'a'))).toMatchObject({
    cid: comment!.cid,
    aweme_id: post.id,
    user: { unique_id: comment!.uniqueId },
  });
  const hashtag = truth.hashtag(truth.hashtagName(1));
  expect(snakeCaseItem(hashtagItem(hashtag, 'a'))).toMatchObject({
    cha_name: hashtag.name,
    view_count: hashtag.viewCount,
  });
  const sound = truth.sound(truth.soundId(1));
  expect(snakeCaseItem(soundItem(sound, 'a'))).toMatchObject({ mid: sound.musicId, user_count: sound.videoCount });
  const product = truth.product(1);
  expect(snakeCaseItem(productItem(product, 'a'))).toMatchObject({
    product_id: product.productId,
    sku_ids: product.skuIds,
  });
});

test.each([
  ['playCount', 'play_count'],
  ['createTimeISO', 'create_time_iso'],
  ['rankDiffType', 'rank_diff_type'],
  ['isAIGCLabel', 'is_aigc_label'],
  ['skuIds', 'sku_ids'],
  ['url', 'url'],
])('%s becomes %s', (name, snake) => {
  expect(snakeNameOf(name)).toBe(snake);
});
