/**
 * The last answer of a list that was committed, kept so that a fresh page can be shown it in place of all that came
 * before: the page's own script then asks for what follows, in its own way and with its own signature.
 *
 * [shown-1] it is the site's own answer, with all but a few of its entries left out; where the next page begins stays as it was.
 */
import type { List, Position } from '@wherry/tiktok';
import { parseRaw, textOfId } from './raw-json.ts';

/** Whether a page's script counts its pages, and no answer says which one it is. */
export const hasNumberedPages = ({ kind }: List): boolean => kind === 'reviews';

/**
 * Where an answer may have its entries; names below each other have dots between. Null for lists whose next page does not
 * depend on the last one.
 */
export function entriesPathsOf(list: List): readonly string[] | null {
  switch (list.kind) {
    case 'posts':
    case 'creator_posts':
    case 'hashtag_posts':
    case 'sound_posts':
      return ['itemList'];
    case 'search':
      return [{ general: 'data', video: 'item_list', user: 'user_list' }[list.section]];
    case 'comments':
    case 'replies':
      return ['comments'];
    case 'followers':
    case 'following':
      return ['userList'];
    case 'shop_search':
    case 'shop_products':
      return ['data.products'];
    case 'reviews':
      return ['product_reviews', 'data.product_reviews'];
    case 'sound_ranks':
      return ['data.sound_list'];
    case 'related_posts':
    case 'recommended':
    case 'explored':
      return null;
  }
}

type Answer = Record<string, unknown>;

/** One that is larger is kept without entries: it goes into each commit. */
const maxLength = 50_000;

/** [shown-1], with the last entry, for a page that is shown an empty list may show that there is nothing. */
export function shortened(body: string, list: List): string | null {
  const paths = entriesPathsOf(list);
  if (paths === null) return null;
  const text = withEntries(body, paths, (entries) => entries.slice(-1));
  return text.length <= maxLength ? text : withEntries(body, paths, () => []);
}

/** The entries of an answer whose ids these are, each as JSON. */
export function entriesById(body: string, list: List, idName: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  withEntries(body, entriesPathsOf(list) ?? [], (entries) => {
    for (const entry of entries) found.set(textOfId((entry as Answer)[idName]), JSON.stringify(entry));
    return entries;
  });
  return found;
}

/** What a page is shown: the kept answer, with these entries besides its own, and what the next request must name. */
export function shownAnswer(kept: string, list: List, { token }: Position, entries: readonly string[] = []): string {
  const shown = withEntries(kept, entriesPathsOf(list) ?? [], (own) =>
    entries.length === 0 ? own : entries.map((entry) => parseRaw(entry)),
  );
  return list.kind === 'search' && token !== null ? withSearchId(shown, token) : shown;
}

function withEntries(body: string, paths: readonly string[], change: (entries: unknown[]) => unknown[]): string {
  const answer = parseRaw(body) as Answer;
  for (const path of paths) {
    const [name = '', ...above] = path.split('.').reverse();
    const parent = above.reduceRight<Answer>((place, each) => (place[each] ?? {}) as Answer, answer);
    if (Array.isArray(parent[name])) parent[name] = change(parent[name] as unknown[]);
  }
  return JSON.stringify(answer);
}

/** A search has the id of its first answer; the page takes it from the first one that it is shown. */
function withSearchId(body: string, searchId: string): string {
  const answer = parseRaw(body) as Answer;
  return JSON.stringify({ ...answer, log_pb: { ...(answer.log_pb as object | undefined), impr_id: searchId } });
}
