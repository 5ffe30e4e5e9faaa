/** The form of a response, of those that TikTok uses. The data is the same in each. */
import { below, fractionOf } from './chance.ts';
import type { World } from './world.ts';

export interface Forms {
  /** The older page, with `SIGI_STATE`. */
  readonly isLegacyPage: boolean;
  /** Without `statsV2`; `stats` is exact then. */
  readonly hasOnlyStats: boolean;
  /** Ids are numbers beyond what JavaScript holds. */
  readonly hasBareIds: boolean;
  /** Lists omit the author. */
  readonly lacksAuthor: boolean;
  /** The page of the account comes without its data. Its script requests them. */
  readonly isShell: boolean;
  /** What a post's text refers to is in `contents`, and nowhere else. */
  readonly hasExtrasInContents: boolean;
  /** Mentions name accounts only by their ids. */
  readonly mentionsById: boolean;
  /** The detail is one object deeper in the page. */
  readonly isDeep: boolean;
}

export function formsOf({ seed, shellRate }: World, kind: 'user' | 'video', number: number): Forms {
  const oneIn = (chances: number, label: string): boolean => below(chances, seed, 'form', label, kind, number) === 0;
  const isLegacyPage = oneIn(20, 'legacy');
  return {
    isLegacyPage,
    hasOnlyStats: isLegacyPage || oneIn(20, 'stats'),
    hasBareIds: oneIn(20, 'ids'),
    lacksAuthor: kind === 'video' && oneIn(60, 'author'),
    isShell: kind === 'user' && !isLegacyPage && fractionOf(seed, 'form', 'shell', number) < shellRate,
    hasExtrasInContents: kind === 'video' && oneIn(8, 'contents'),
    mentionsById: kind === 'video' && oneIn(4, 'mentions'),
    isDeep: kind === 'video' && oneIn(20, 'depth'),
  };
}

/** `stats` rounds large counts. */
export function roundedCount(count: number): number {
  if (count < 10_000) return count;
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.floor(count / unit) * unit;
}

/** A count in 32 bits, as some tables have it: from 2^31 on it is negative. Larger counts are not shown in this form. */
export const overflown = (count: number): number => (count >= 2 ** 31 && count < 2 ** 32 ? count | 0 : count);
