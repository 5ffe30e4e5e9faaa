/** What the site does only if an option says so. */
import { type List, parseSoundRanks, readerOf, requestOf, requestUrlOf } from '@wherry/tiktok';
import { expect, test } from 'vitest';
import { startTikTokSite, type TikTokSite } from '../src/index.ts';

async function ask(site: TikTokSite, list: List, cursor: string, visitor: string) {
  const url = requestUrlOf(requestOf(list, { cursor, token: null }), site.url);
  const response = await fetch(url, { headers: { cookie: `tt_chain_token=${visitor}` } });
  return { url, statusCode: response.status, body: await response.text() };
}

/** A user whose followers fill more than a page. */
const followed = ({ truth }: TikTokSite): number =>
  Array.from({ length: 50 }, (_, number) => number).find((number) => truth.followersOf(number).length > 60)!;

test.each([
  ['posts', (site: TikTokSite): List => ({ kind: 'posts', secUid: site.truth.user(2).secUid, sort: 'popular' })],
  ['a search', (): List => ({ kind: 'search', section: 'video', keyword: 'tea' })],
  ['followers', (site: TikTokSite): List => ({ kind: 'followers', secUid: site.truth.user(followed(site)).secUid })],
])('bound positions in %s are valid only for the visitor who received them', async (_name, listOf) => {
  await using site = await startTikTokSite({ seed: 7, unavailableRate: 0, cursorsAreBound: true });
  const list = listOf(site);
  const read = async (cursor: string, visitor: string) =>
    readerOf(list).parse(await ask(site, list, cursor, visitor), { cursor, token: null });
  const first = await read('0', 'one');
  if (first.kind !== 'found') throw new Error(first.message);
  const { cursor } = first.value.next!;
  expect(await read(cursor, 'another')).toMatchObject({ kind: 'blocked' });
  expect(await read(cursor, 'one')).toMatchObject({ kind: 'found' });
  await read('0', 'another');
  expect(await read(cursor, 'another')).toMatchObject({ kind: 'found' });
});

test('the ranking of sounds can be switched off', async () => {
  const list: List = { kind: 'sound_ranks', periodDays: 7, countryCode: 'US' };
  await using site = await startTikTokSite({ soundRanksAreOff: true });
  expect(parseSoundRanks(await ask(site, list, '1', 'one'))).toMatchObject({ kind: 'changed', path: 'data' });
});
