import { maxPostCount, postCountOf, userOf } from './user.ts';
import { videoOf } from './video.ts';
import type { World } from './world.ts';

/** Hosts of short links, and the second letter of the codes that each of them knows. */
const letters: Readonly<Record<string, string>> = {
  'vm.tiktok.com': 'M',
  'vt.tiktok.com': 'S',
  'lite.tiktok.com': 'S',
  'www.tiktok.com': 'MT',
};

/** Codes of the app's short links, for posts and for accounts. */
export const videoLinkCode = (video: number, host = 'vm.tiktok.com'): string =>
  `Z${letters[host]![0]}v${video.toString(36)}`;
export const profileLinkCode = (user: number, host = 'vm.tiktok.com'): string =>
  `Z${letters[host]![0]}u${user.toString(36)}`;

/** The target of a short link; undefined if there is none. */
export function shortLinkTarget(world: World, code: string, host: string): string | undefined {
  const [, letter = '', kind, digits = ''] = /^Z([MST])([uv])([0-9a-z]{1,7})$/.exec(code) ?? [];
  if (letter === '' || !letters[host]?.includes(letter)) return undefined;
  const number = Number.parseInt(digits, 36);
  if (kind === 'u' && number < world.userCount) return `/@${userOf(world, number).name}?_t=stand-in&_r=1`;
  const user = Math.floor(number / maxPostCount);
  if (kind !== 'v' || user >= world.userCount || number % maxPostCount >= postCountOf(world, user)) return undefined;
  const { id } = videoOf(world, number);
  // Some landings do not name the account.
  const name = number % 3 === 0 ? '' : userOf(world, user).name;
  return `/@${name}/video/${id}?_t=stand-in&_r=1`;
}
