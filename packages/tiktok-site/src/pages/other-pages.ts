import { postsOf } from '../world/lists.ts';
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

/** `/embed/@name`: the ten newest videos. */
export function embedPage(world: World, number: number): string {
  const { name } = userOf(world, number);
  const videoList = postsOf(world, number, 'latest')
    .slice(0, 10)
    .map((each) => ({ id: videoOf(world, each).id }));
  const data = { [`/embed/@${name}`]: { isReady: true, videoList } };
  return htmlOf({ title: name, scripts: { __FRONTITY_CONNECT_STATE__: { source: { data } } }, lists: [], body: name });
}
