/**
 * Ids of 19 digits, like TikTok's. The number of an object can be computed from its id, so nothing is kept in memory.
 */
import { below } from './chance.ts';

const bases = {
  user: 6_800_000_000_000_000_000n,
  hashtag: 1_600_000_000_000_000_000n,
  product: 1_729_000_000_000_000_000n,
  seller: 7_495_000_000_000_000_000n,
  review: 7_100_000_000_000_000_000n,
  sound: 7_000_000_000_000_000_000n,
  video: 7_200_000_000_000_000_000n,
  comment: 7_300_000_000_000_000_000n,
} as const;

export type IdKind = keyof typeof bases;

const step = 100_000;

export const idOf = (seed: number, kind: IdKind, number: number): string =>
  (bases[kind] + BigInt(number) * BigInt(step) + BigInt(below(step, seed, 'id', kind, number))).toString();

/** @returns undefined for an id of no object of the site */
export function numberOf(seed: number, kind: IdKind, id: string): number | undefined {
  if (!/^\d{19}$/.test(id)) return undefined;
  const number = Number((BigInt(id) - bases[kind]) / BigInt(step));
  return number >= 0 && Number.isSafeInteger(number) && idOf(seed, kind, number) === id ? number : undefined;
}
