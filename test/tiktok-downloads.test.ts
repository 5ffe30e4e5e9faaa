/** Files of posts are in the key-value store, each once and complete, whatever happens to the run and to the servers of the files. */
import type { ActorRun } from 'apify-client';
import { describe, expect, test } from 'vitest';
import { chromiumPath } from './support/browser.ts';
import { until } from './support/until.ts';
import { type ActorFixture, type StoredItem, startActorFixture } from './tiktok/actor-runs.ts';
import { postInputs } from './tiktok/post-inputs.ts';

interface StoredFile {
  readonly key: string | null;
  readonly url: string | null;
  readonly bytes: number | null;
  readonly errorCode: string | null;
  readonly error: string | null;
}

interface Downloads {
  readonly storeId: string;
  readonly video: StoredFile | null;
  readonly cover: StoredFile | null;
  readonly subtitles: readonly (StoredFile & { language: string })[];
}

type Post = StoredItem & { downloads: Downloads; mediaUrls: string[]; videoMeta: { downloadAddr: string | null } };

const all = { shouldDownloadVideos: true, shouldDownloadCovers: true, shouldDownloadSubtitles: true };
const site = { seed: 19, unavailableRate: 0.1, servesMedia: true };

const inputOf = (fixture: ActorFixture, accounts: number) => ({
  postURLs: postInputs(fixture.site, accounts).map(({ text }) => text),
});

async function postsOf(fixture: ActorFixture, run: ActorRun): Promise<Post[]> {
  await fixture.succeeded(run);
  return (await fixture.itemsOf(run)).filter(({ type }) => type === 'video') as Post[];
}

/** The truth of a post, whose file has the content of the best address that has not expired. */
async function expectFiles(fixture: ActorFixture, posts: readonly Post[]): Promise<void> {
  for (const post of posts) {
    const truth = fixture.site.withMedia(fixture.site.truth.video(post.id as string));
    const { videoMeta, mediaUrls } = truth;
    const { downloads } = post;
    await expectFile(fixture, downloads, downloads.video, [...mediaUrls, videoMeta.downloadAddr]);
    await expectFile(fixture, downloads, downloads.cover, [videoMeta.coverUrl, videoMeta.originalCoverUrl]);
    expect(downloads.subtitles.map(({ language }) => language)).toEqual(
      videoMeta.subtitleLinks.map(({ language }) => language),
    );
    for (const [index, file] of downloads.subtitles.entries())
      await expectFile(fixture, downloads, file, [videoMeta.subtitleLinks[index]!.downloadLink]);
    expect(post.mediaUrls).toEqual(mediaUrls);
    expect(post.videoMeta.downloadAddr).toEqual(downloads.video?.url ?? videoMeta.downloadAddr);
  }
}

async function expectFile(
  { client, site, call }: ActorFixture,
  { storeId }: Downloads,
  file: StoredFile | null,
  addresses: readonly (string | null)[],
): Promise<void> {
  const contents = addresses.filter((each) => each !== null).map((each) => site.fileAt(each));
  if (contents.length === 0) return expect(file).toBeNull();
  const content = contents.find((each) => each !== null) ?? null;
  if (content === null) {
    expect(file).toMatchObject({ key: null, errorCode: 'expired', error: expect.stringContaining('410') });
    return;
  }
  const record = await client.keyValueStore(storeId).getRecord(file!.key!, { buffer: true });
  expect(file).toMatchObject({ bytes: content.length, errorCode: null, error: null });
  expect(content.equals(record!.value as Buffer), file!.key!).toBe(true);
  // The address in the item is one that others can open too, as far as the store's access allows.
  const answer = await call('GET', new URL(file!.url!).pathname);
  expect(answer.status).toBe(200);
}

const fileVisits = ({ site: { visits } }: ActorFixture): [string, number][] =>
  [...visits.entries()].filter(([path]) => /^\/(media|pictures)\//.test(path));

test('[download-1], [download-2], [download-4] the files of posts are stored, and the items name their records', async () => {
  await using fixture = await startActorFixture('tiktok-scraper', site);
  const posts = await postsOf(fixture, await fixture.run({ ...inputOf(fixture, 3), ...all, maxConcurrency: 8 }));
  expect(posts.length).toBeGreaterThan(30);
  expect(posts.filter(({ downloads }) => downloads.video?.errorCode === 'expired').length).toBeGreaterThan(0);
  expect(posts.filter(({ downloads }) => downloads.video === null).length).toBeGreaterThan(0);
  expect(posts.filter(({ downloads }) => downloads.subtitles.length > 0).length).toBeGreaterThan(0);
  await expectFiles(fixture, posts);
  // Each address once: none is asked for again after a success.
  expect(fileVisits(fixture).filter(([, count]) => count > 1)).toEqual([]);
});

test('[download-1], [download-2], [download-5] a run that is moved gives each result and stores each file once', async () => {
  let isMoving = false;
  const latencyMs = () => (isMoving ? 500 : 5);
  await using fixture = await startActorFixture('tiktok-scraper', { ...site, mediaFaultRate: 0.2, latencyMs });
  const wanted = { isDownloadVideo: true, isDownloadVideoCover: true, shouldDownloadSubtitles: true };
  const run = await fixture.run({ ...inputOf(fixture, 3), ...wanted });
  for (const [index, mode] of ['warm', 'lost', 'cold'].entries()) {
    const count = 8 * (index + 1);
    await until(`the run has given ${count} results`, async () => (await fixture.itemCountOf(run)) >= count);
    isMoving = true;
    await fixture.migrate(run.id, mode);
    isMoving = false;
  }
  const posts = await postsOf(fixture, run);
  expect(new Set(posts.map(({ id }) => id)).size).toBe(posts.length);
  await expectFiles(fixture, posts);
  const { chargedEventCounts } = (await fixture.client.run(run.id).get())!;
  expect(chargedEventCounts).toMatchObject({ result: posts.length });
});

test('[download-3] neither a file nor a run exceeds its limit, and the items say why', async () => {
  await using fixture = await startActorFixture('tiktok-scraper', site);
  const input = { ...inputOf(fixture, 4), shouldDownloadVideos: true, maxFileMbytes: 1, maxDownloadMbytes: 3 };
  const posts = await postsOf(fixture, await fixture.run({ ...input, videoKvStoreIdOrName: 'tea-videos' }));
  const errors = new Set(posts.map(({ downloads }) => downloads.video?.errorCode));
  expect(errors).toContain('run_limit');
  const store = await fixture.client.keyValueStores().getOrCreate('tea-videos');
  expect(new Set(posts.map(({ downloads }) => downloads.storeId))).toEqual(new Set([store.id]));
  const { items } = await fixture.client.keyValueStore(store.id).listKeys();
  expect(Math.max(...items.map(({ size }) => size))).toBeLessThanOrEqual(1e6);
  expect(items.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(3e6);
  expect(items.length).toBe(posts.filter(({ downloads }) => downloads.video?.key).length);
});

test('with a budget for three results the files of three posts are stored', async () => {
  await using fixture = await startActorFixture('tiktok-scraper', { ...site, latencyMs: 20 });
  const input = { ...inputOf(fixture, 2), shouldDownloadCovers: true, maxConcurrency: 10 };
  const run = await fixture.run(input, { maxTotalChargeUsd: 0.003 });
  const posts = await postsOf(fixture, run);
  expect(posts).toHaveLength(3);
  expect(fileVisits(fixture)).toHaveLength(3);
});

describe.skipIf(chromiumPath === undefined)('with a browser', () => {
  test('[download-1] files of the posts of a list are stored before its page is committed', async () => {
    await using fixture = await startActorFixture('tiktok-user', { ...site, unavailableRate: 0 });
    const name = fixture.site.truth.user(3).name;
    const run = await fixture.run({ profiles: [name], resultsPerPage: 40, shouldDownloadVideos: true });
    await until('the run has given a page', async () => (await fixture.itemCountOf(run)) > 0);
    await fixture.migrate(run.id, 'lost');
    const posts = await postsOf(fixture, run);
    expect(posts.map(({ id }) => id)).toEqual(fixture.site.truth.videosOf(3, 'latest', 40).map(({ id }) => id));
    for (const { id, downloads } of posts) {
      const { mediaUrls, videoMeta } = fixture.site.withMedia(fixture.site.truth.video(id as string));
      await expectFile(fixture, downloads, downloads.video, [...mediaUrls, videoMeta.downloadAddr]);
      expect(downloads.cover).toBeNull();
    }
  });
});
