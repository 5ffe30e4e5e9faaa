/** docs/tiktok.md says of each field that an item may have where it is read and what confirms it. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { derivedTrend } from '../packages/tiktok/src/index.ts';
import { startTikTokSite, type TikTokSite } from '../packages/tiktok-site/src/index.ts';

const guide = readFileSync(new URL('../docs/tiktok.md', import.meta.url), 'utf8');
const fields = guide.slice(guide.indexOf('## Output fields'), guide.indexOf('## The stand-in site'));

/** The rows of the table under a heading in bold letters: the names of fields, and the cells after them. */
function rowsOf(heading: string): { names: Set<string>; source: string; confirmed: string }[] {
  const from = fields.indexOf(`**${heading}`);
  const to = fields.indexOf('\n**', from);
  const lines = fields.slice(from, to === -1 ? undefined : to).split('\n');
  return lines
    .filter((line) => line.startsWith('| ') && !line.startsWith('| field'))
    .map((line) => {
      const [, name = '', source = '', confirmed = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const names = [...name.matchAll(/`([^`]+)`/g)].flatMap(([, text]) => text!.split(/\W+/));
      return { names: new Set(names), source, confirmed };
    });
}

let site: TikTokSite;
let videos: ReturnType<TikTokSite['truth']['videosOf']>;
beforeAll(async () => {
  site = await startTikTokSite({ seed: 3, unavailableRate: 0 });
  videos = [1, 2, 3].flatMap((number) => site.truth.videosOf(number, 'latest', 30));
});
afterAll(() => site[Symbol.asyncDispose]());

const product = () =>
  Array.from({ length: 200 }, (_, number) => number).find(
    (number) => site.truth.isSoldHere(number) && site.truth.reviewsOf(site.truth.productId(number)).length > 0,
  )!;

test.each<[string, string, () => object]>([
  ['a profile', 'Profiles', () => site.truth.profile(1)],
  ['a post', 'Posts', () => ({ fromProfileSection: null, ...videos[0] })],
  ['the video of a post', 'Posts', () => videos[0]!.videoMeta],
  ['the sound of a post', 'Posts', () => videos[0]!.musicMeta!],
  ['a related video', 'Posts', () => site.truth.relatedVideos(videos[0]!.id)[0]!],
  ['a hashtag', 'Hashtags and sounds', () => site.truth.hashtag(site.truth.hashtagName(1))],
  ['a sound', 'Hashtags and sounds', () => site.truth.sound(site.truth.soundId(1))],
  ['a comment', 'Comments', () => site.truth.commentsOf(videos.find(({ commentCount }) => commentCount! > 0)!.id)[0]!],
  ['a product', 'Products, shops, reviews', () => site.truth.product(product())],
  ['a shop', 'Products, shops, reviews', () => site.truth.shop(1)],
  ['a review', 'Products, shops, reviews', () => site.truth.reviewsOf(site.truth.productId(product()))[0]!],
  ['a ranked sound', 'Trending sounds', () => site.truth.soundRanks('DE', 7)[0]!],
  ['a counted sound', 'Trending sounds', () => derivedTrend(videos)[0]!],
])('every field of %s has its source', (_what, heading, record) => {
  const named = new Set(rowsOf(heading).flatMap(({ names }) => [...names]));
  expect(Object.keys(record()).filter((name) => !named.has(name))).toEqual([]);
});

test('each row says what confirms it, or is made of other fields', () => {
  for (const heading of ['Profiles', 'Posts', 'Hashtags', 'Comments', 'Products', 'Trending']) {
    const rows = rowsOf(heading);
    expect(rows.length, heading).toBeGreaterThan(2);
    for (const { names, source, confirmed } of rows) {
      expect(confirmed === '' ? source : confirmed, [...names].join()).toMatch(
        /20\d\d|guess|captures?|readers?|the same|the inventory|made of|derived/,
      );
    }
  }
});

const actors = readdirSync(new URL('../actors', import.meta.url)).filter((name) => name.startsWith('tiktok-'));

test.each(actors)('%s: the guide says which items it has, and names what its views show', (actor) => {
  expect(fields).toContain(`\`${actor}\``);
  const url = new URL(`../actors/${actor}/.actor/dataset_schema.json`, import.meta.url);
  const { views } = JSON.parse(readFileSync(url, 'utf8')) as {
    views: Record<string, { transformation: { fields?: string[] } }>;
  };
  const shown = Object.entries(views).flatMap(([name, view]) =>
    name === 'failed' ? [] : (view.transformation.fields ?? []),
  );
  const names = new Set([...fields.matchAll(/`([^`]+)`/g)].flatMap(([, text]) => text!.split(/\W+/)));
  // What a failed input has is in the READMEs.
  const ofFailures = ['error', 'errorCode'];
  const missing = shown
    .flatMap((path) => path.split('.'))
    .filter((name) => !names.has(name) && !ofFailures.includes(name));
  expect(missing).toEqual([]);
});
