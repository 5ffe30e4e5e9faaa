/**
 * The last response of a list that was committed. It is stored so that a new page can get it instead of all pages before: the
 * page's own script then requests what follows, with its own signature.
 *
 * [shown-1] It is the site's own response with most of its entries removed. The position of the next page is not changed.
 */
import type { List, Position } from '@wherry/tiktok';

/** Whether the page's script numbers the pages of the list, and the responses do not contain the number. */
export const hasNumberedPages = ({ kind }: List): boolean => kind === 'reviews';

/**
 * The possible paths of a response's entries, with dots between the names. Null for lists whose next page does not depend on
 * the last one.
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

type ListResponse = Record<string, unknown>;

/** A larger response is stored without entries, since each commit contains it. */
const maxLength = 50_000;

/** Keeps only the last entry [shown-1]: for an empty list a page may show that there is nothing. */
export function shortened(body: string, list: List): string | null {
  const paths = entriesPathsOf(list);
  if (paths === null) return null;
  const text = withEntries(body, paths, (entries) => entries.slice(-1));
  return text.length <= maxLength ? text : withEntries(body, paths, () => []);
}

/** The entries of a response by their ids, each as JSON. */
export function entriesById(body: string, list: List, idName: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  withEntries(body, entriesPathsOf(list) ?? [], (entries) => {
    for (const entry of entries) found.set(textOfId((entry as ListResponse)[idName]), JSON.stringify(entry));
    return entries;
  });
  return found;
}

/** The response that a page gets: the stored one, with `entries` instead of its own and the search id of `token`. */
export function shownResponse(kept: string, list: List, { token }: Position, entries: readonly string[] = []): string {
  const shown = withEntries(kept, entriesPathsOf(list) ?? [], (own) =>
    entries.length === 0 ? own : entries.map((entry) => parseRaw(entry)),
  );
  return list.kind === 'search' && token !== null ? withSearchId(shown, token) : shown;
}

function withEntries(body: string, paths: readonly string[], change: (entries: unknown[]) => unknown[]): string {
  const response = parseRaw(body) as ListResponse;
  for (const path of paths) {
    const [name = '', ...above] = path.split('.').reverse();
    const parent = above.reduceRight<ListResponse>((place, each) => (place[each] ?? {}) as ListResponse, response);
    if (Array.isArray(parent[name])) parent[name] = change(parent[name] as unknown[]);
  }
  return JSON.stringify(response);
}

/** A search has the id of its first response. The page takes it from the first response that it gets. */
function withSearchId(body: string, searchId: string): string {
  const response = parseRaw(body) as ListResponse;
  return JSON.stringify({ ...response, log_pb: { ...(response.log_pb as object | undefined), impr_id: searchId } });
}

/**
 * A number in JSON that is written as it was read: an integer that a JavaScript number cannot hold, such as an id, keeps all
 * of its digits and is still a number.
 */
interface RawJson {
  readonly rawJSON: string;
}

// TypeScript's library knows neither `JSON.rawJSON` nor the reviver's third argument. Node has had them since 21.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): RawJson };
type Reviver = Parameters<typeof JSON.parse>[1];

const keepDigits = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined ? rawJSON(source) : value;

const parseRaw = (text: string): unknown => JSON.parse(text, keepDigits as Reviver);

/** An id as a string, whether it is a string or a number. */
const textOfId = (id: unknown): string =>
  typeof id === 'object' && id !== null && 'rawJSON' in id ? (id as RawJson).rawJSON : `${id}`;
