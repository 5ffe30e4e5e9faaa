import { maxPostCount, postCountOf, userOf } from './user.ts';
import { videoOf } from './video.ts';
import type { World } from './world.ts';

/** Codes of the app's short links, for posts and for accounts. */
export const videoLinkCode = (video: number): string => `ZMv${video.toString(36)}`;
export const profileLinkCode = (user: number): string => `ZMu${user.toString(36)}`;

/** The target of a short link; undefined if there is none. */
export function shortLinkTarget(world: World, code: string): string | undefined {
  const [, kind, digits = ''] = /^ZM([uv])([0-9a-z]{1,7})$/.exec(code) ?? [];
  const number = Number.parseInt(digits, 36);
  if (kind === 'u' && number < world.userCount) return `/@${userOf(world, number).name}?_t=stand-in&_r=1`;
  const user = Math.floor(number / maxPostCount);
  if (kind !== 'v' || user >= world.userCount || number % maxPostCount >= postCountOf(world, user)) return undefined;
  return `/@${userOf(world, user).name}/video/${videoOf(world, number).id}?_t=stand-in&_r=1`;
}
