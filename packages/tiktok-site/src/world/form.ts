/** The form of a response, of those that TikTok uses. The data is the same in each. */
import { below } from './chance.ts';
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
}

export function formsOf({ seed }: World, kind: 'user' | 'video', number: number): Forms {
  const oneIn = (chances: number, label: string): boolean => below(chances, seed, 'form', label, kind, number) === 0;
  const isLegacyPage = oneIn(20, 'legacy');
  return {
    isLegacyPage,
    hasOnlyStats: isLegacyPage || oneIn(20, 'stats'),
    hasBareIds: oneIn(20, 'ids'),
    lacksAuthor: kind === 'video' && oneIn(60, 'author'),
  };
}

/** `stats` rounds large counts. */
export function roundedCount(count: number): number {
  if (count < 10_000) return count;
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.floor(count / unit) * unit;
}
