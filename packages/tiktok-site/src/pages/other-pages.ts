import { hashtagPosts, postsOf } from '../world/lists.ts';
import { hashtagOf } from '../world/topic.ts';
import { userOf } from '../world/user.ts';
import { videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { htmlOf } from './shell.ts';

export const loginPage = (): string =>
  htmlOf({ title: 'Log in | TikTok', scripts: {}, lists: [], body: '<h1>Log in to TikTok</h1>' });

export const homePage = (): string =>
  htmlOf({ title: 'TikTok - Make Your Day', scripts: {}, lists: [], body: '<a href="/foryou">For You</a>' });

export const missingPage = (): string =>
  htmlOf({ title: 'TikTok', scripts: {}, lists: [], body: '<p>There is no such page.</p>' });

/** A stream has a page of its own, without the data of the account's page. */
export const livePage = (name: string): string =>
  htmlOf({ title: `${name} is LIVE`, scripts: {}, lists: [], body: '<p>LIVE has ended</p>' });

/** `/embed/tag/NAME`: the newest videos of a hashtag. */
export function embedTagPage(world: World, hashtag: number): string {
  const { name } = hashtagOf(world, hashtag);
  const videoList = hashtagPosts(world, hashtag)
    .slice(0, 10)
    .map((each) => ({ id: videoOf(world, each).id }));
  const data = { [`/embed/tag/${name}`]: { isReady: true, videoList } };
  return htmlOf({ title: name, scripts: { __FRONTITY_CONNECT_STATE__: { source: { data } } }, lists: [], body: name });
}

/** `/embed/@name`: the ten newest videos. */
export function embedPage(world: World, number: number): string {
  const { name } = userOf(world, number);
  const videoList = postsOf(world, number, 'latest')
    .slice(0, 10)
    .map((each) => ({ id: videoOf(world, each).id }));
  const data = { [`/embed/@${name}`]: { isReady: true, videoList } };
  return htmlOf({ title: name, scripts: { __FRONTITY_CONNECT_STATE__: { source: { data } } }, lists: [], body: name });
}
