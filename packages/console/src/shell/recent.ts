/** What was chosen in the palette last, by its id in the palette: names are not kept in the browser. */
import { withRecent } from '../model/palette.ts';

const storageKey = 'wherry-recent';

export function recentIds(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

export const remember = (id: string): void =>
  localStorage.setItem(storageKey, JSON.stringify(withRecent(recentIds(), id)));

/** The next user of the browser does not see them. */
export const forgetRecent = (): void => localStorage.removeItem(storageKey);
