import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';

let site: TikTokSite;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 3, servesMedia: true, mediaFaultRate: 0.3 });
});
afterAll(() => site[Symbol.asyncDispose]());

const visitor = { headers: { cookie: 'tt_chain_token=visitor-1' } };

/** The addresses of the videos and covers of some posts. */
function addresses(kind: 'videos' | 'covers'): string[] {
  const posts = [0, 1, 2, 3, 4].flatMap((number) => site.truth.videosOf(number, 'latest', 30));
  const shown = site.withMedia(posts).filter(({ isSlideshow }) => !isSlideshow);
  return shown.flatMap(({ mediaUrls, videoMeta }) =>
    kind === 'videos' ? mediaUrls.slice(0, 1) : [videoMeta.coverUrl!],
  );
}

/** The content at an address; null if the connection breaks off. */
const ask = async (url: string): Promise<Buffer | null> =>
  fetch(url, visitor)
    .then(async (response) => Buffer.from(await response.arrayBuffer()))
    .catch(() => null);

test('[media-1] videos are for visitors, and some of their addresses have expired', async () => {
  const statuses = new Set<number>();
  for (const url of addresses('videos').slice(0, 60)) {
    expect((await fetch(url)).status).toBe(403);
    const { status } = await fetch(url, visitor).catch(() => ({ status: 200 }));
    expect(status).toBe(site.fileAt(url) === null ? 410 : 200);
    statuses.add(status);
  }
  expect([...statuses].sort()).toEqual([200, 410]);
});

test('[media-2] a file that breaks off is whole the next time, and the same', async () => {
  const covers = [...new Set(addresses('covers'))];
  const first = await Promise.all(covers.map(ask));
  expect(first.filter((content) => content === null).length).toBeGreaterThan(0);
  expect(first.filter((content) => content !== null).length).toBeGreaterThan(0);
  for (const [index, url] of covers.entries()) {
    const content = site.fileAt(url)!;
    if (first[index] !== null) expect(content.equals(first[index]!), url).toBe(true);
    expect(content.equals((await ask(url))!), url).toBe(true);
  }
});

test('a site that serves no files names addresses that lead nowhere', async () => {
  await using other = await startTikTokSite({ seed: 3 });
  const [post] = other.truth.videosOf(0, 'latest', 1);
  const page = await (await fetch(`${other.url}/@x/video/${post!.id}`)).text();
  expect(page).not.toContain('/pictures/');
  expect((await fetch(`${other.url}/pictures/1-cover.webp`)).status).toBe(404);
});
