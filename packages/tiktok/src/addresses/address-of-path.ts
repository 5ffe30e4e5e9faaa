import type { RankPeriodDays, SearchSection } from '../lists/list.ts';
import type { Address } from './address.ts';
import { isCategoryId, isHashtag, isLinkCode, isLongId, isName, isSecUid, isShortId } from './forms.ts';

/** The parts of a URL of the site that name a page. */
export interface PagePath {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The part after `#`. */
  readonly hash: string;
  readonly host: string;
}

type Segments = readonly string[];
type PathReader = (rest: Segments, page: PagePath) => Address | null;

/** By the first segment of the path. */
const readers: Readonly<Record<string, PathReader>> = {
  tag: ([name]) => hashtagOf(name),
  music: ([slug]) => soundOf(slug),
  view: ([kind, id], { query }) => (kind === 'product' ? productOf(id, regionOf(query)) : null),
  shop: (rest, { query }) => shopOf(rest, query),
  search: ([section], { query }) => searchOf(section, query),
  discover: ([words]) => wordsOf(words),
  foryou: (_rest, page) => itemOf(page) ?? { kind: 'feed', page: 'foryou' },
  explore: (_rest, page) => itemOf(page) ?? { kind: 'feed', page: 'explore' },
  trending: (_rest, page) => itemOf(page),
  t: ([code], { host }) => shortLink(code, host),
  video: ([id]) => videoOf('video', id, null),
  photo: ([id]) => videoOf('photo', id, null),
  share: ([kind, id], { query }) => sharedOf(kind, id, query),
  embed: (rest) => embeddedOf(rest),
  player: (rest) => videoOf('video', rest.at(-1), null),
  v: ([file]) => videoOf('video', file, null),
  business: (rest, { query }) => trendOf(rest, query),
};

/** Beginnings of paths that say only how the rest is shown: to whom a link was sent, and in an app or not. */
const frames: ReadonlySet<string> = new Set(['i18n', 'h5']);
const shopKinds: ReadonlySet<string> = new Set(['pdp', 'store', 's', 'k', 'c', 'view']);

/** The address of a path; null if the path is unknown. */
export function addressOfPath(page: PagePath): Address | null {
  const [first, ...rest] = page.segments;
  if (first === undefined) return itemOf(page);
  if (first.startsWith('@')) return accountOf(first.slice(1), rest);
  const name = first.toLowerCase();
  if (Object.hasOwn(readers, name)) return readers[name]!(rest, page);
  if (frames.has(name)) return addressOfPath({ ...page, segments: rest });
  if (rest.length === 0) return isRootCode(first) ? shortLink(first, page.host) : null;
  if (isRegion(first) && shopKinds.has(rest[0]!.toLowerCase())) return shopOf(page.segments, page.query);
  // Some paths begin with a language.
  return /^[a-z]{2}(-[a-z]{2,4})?$/i.test(first) ? addressOfPath({ ...page, segments: rest }) : null;
}

/** A post that a page without a name of its own shows: `?item_id=ID`, or in older links `?shareId=ID` and `#/@name/video/ID`. */
function itemOf({ query, hash, host }: PagePath): Address | null {
  const names = ['item_id', 'share_item_id', 'shareId'];
  const byQuery = names
    .map((name) => videoOf('video', query.get(name) ?? undefined, null))
    .find((each) => each !== null);
  if (byQuery !== undefined) return byQuery;
  const segments = /^#?\/@/.test(hash) ? hash.split('/').slice(1) : [];
  return segments.length === 0 ? null : addressOfPath({ segments, query: new URLSearchParams(), hash: '', host });
}

/** Sections of an account's page, and the account's stream. */
const sections: ReadonlySet<string> = new Set([
  'reposts',
  'liked',
  'favorites',
  'followers',
  'following',
  'playlist',
  'live',
  'shop',
  'about',
]);

/** `/@name`, `/@name/video/ID`. The name of a post's path may be missing. */
function accountOf(written: string, [section, id]: Segments): Address | null {
  const name = withoutStops(written);
  if (section === 'video' || section === 'photo') return videoOf(section, id, isName(name) ? name : null);
  if (section === 'product') return productOf(id, null);
  const isSection = section === undefined || sections.has(section.toLowerCase());
  // A playlist is a part of the account's posts.
  if (!isSection || (section === 'playlist' && id !== undefined)) return null;
  return profileOf(name);
}

const withoutStops = (name: string): string => name.replace(/\.+$/, '');

/** Many digits after an `@` are an account's id, or its name. */
export function profileOf(name: string): Address | null {
  if (isSecUid(name)) return { kind: 'profile_of_sec_uid', secUid: name };
  if (isLongId(name)) return { kind: 'profile_of_digits', digits: name };
  return isName(name) ? { kind: 'profile', name } : null;
}

/** The id at the beginning of a segment such as `ID.html`. What follows an id in a URL that was cut out of a text is dropped. */
const idIn = (segment: string | undefined): string => /^\d+(?!\w)/.exec(segment ?? '')?.[0] ?? '';

function videoOf(kind: 'video' | 'photo', segment: string | undefined, name: string | null): Address | null {
  const videoId = idIn(segment);
  return isLongId(videoId) ? { kind, videoId, name } : null;
}

function hashtagOf(written: string | null | undefined): Address | null {
  const name = (written ?? '').replace(/^#/, '').normalize('NFC');
  return isHashtag(name) ? { kind: 'hashtag', name } : null;
}

/** `SLUG-ID`, `-ID`, `ID`, with or without `.html`. */
export function soundOf(slug: string | undefined): Address | null {
  const [, words, soundId] = /^(?:(.*)-)?(\d{5,20})(?:\.html?)?$/s.exec(slug ?? '') ?? [];
  return soundId === undefined ? null : { kind: 'sound', soundId, slug: words || null };
}

function productOf(segment: string | undefined, region: string | null): Address | null {
  const productId = idIn(segment);
  return isLongId(productId) ? { kind: 'product', productId, region } : null;
}

const isRegion = (text: string): boolean => /^[a-z]{2}$/i.test(text);

function regionOf(query: URLSearchParams): string | null {
  const region = query.get('region') ?? '';
  return isRegion(region) ? region.toLowerCase() : null;
}

/**
 * `pdp/SLUG/ID`, `pdp/ID`, `store/SLUG/ID`, `s/KEYWORD`, `s?q=KEYWORD`, `k/WORDS`, `c/SLUG/ID`: under `/shop/` on TikTok's main
 * host, or under a country (`/us/`) on the shop's own host. Both hosts know the forms of the other.
 */
export function shopOf(segments: Segments, query: URLSearchParams, region: string | null = null): Address | null {
  const [first, ...rest] = segments;
  if (first === undefined) return null;
  switch (first.toLowerCase()) {
    case 'shop':
      return region === null ? shopOf(rest, query) : null;
    case 'view':
      return rest[0] === 'product' ? productOf(rest[1], region ?? regionOf(query)) : null;
    case 'pdp':
      return productOf(rest.at(-1), region ?? regionOf(query));
    case 'store':
      return storeOf(rest, region);
    case 'c':
      return categoryOf(rest, region);
    case 's':
      return shopSearchOf(rest[0] ?? query.get('q'), region);
    case 'k':
      return shopSearchOf(rest[0]?.replaceAll('-', ' '), region);
    default:
      return region === null && isRegion(first) ? shopOf(rest, query, first.toLowerCase()) : null;
  }
}

function shopSearchOf(words: string | null | undefined, region: string | null): Address | null {
  const keyword = (words ?? '').trim();
  return keyword === '' ? null : { kind: 'shop_search', keyword, region };
}

function storeOf(rest: Segments, region: string | null): Address | null {
  const sellerId = idIn(rest.at(-1));
  if (!isLongId(sellerId)) return null;
  return { kind: 'shop', sellerId, slug: rest.length > 1 ? rest[0]! : null, region };
}

function categoryOf(rest: Segments, region: string | null): Address | null {
  const categoryId = idIn(rest.at(-1));
  if (!isCategoryId(categoryId)) return null;
  return { kind: 'shop_category', categoryId, slug: rest.length > 1 ? rest[0]! : null, region };
}

function searchOf(section: string | undefined, query: URLSearchParams): Address | null {
  const keyword = query.get('q')?.trim();
  const sections: Record<string, SearchSection> = { '': 'general', video: 'video', user: 'user' };
  const found = Object.hasOwn(sections, section ?? '') ? sections[section ?? ''] : undefined;
  return keyword && found !== undefined ? { kind: 'search', section: found, keyword } : null;
}

/** A page for search engines is read as the search for its words. */
function wordsOf(slug: string | undefined): Address | null {
  const keyword = (slug ?? '').replaceAll('-', ' ').trim();
  return keyword === '' ? null : { kind: 'search', section: 'general', keyword };
}

/** Links of the app. That of a hashtag has an id, and its name only in the query; that of an account may have its secUid. */
function sharedOf(kind: string | undefined, segment: string | undefined, query: URLSearchParams): Address | null {
  switch (kind) {
    case 'user':
    case 'usr': {
      const secUid = query.get('sec_uid') ?? query.get('sec_user_id') ?? '';
      if (isSecUid(secUid)) return { kind: 'profile_of_sec_uid', secUid };
      const userId = idIn(segment);
      return isShortId(userId) ? { kind: 'profile_of_id', userId } : null;
    }
    case 'video':
    case 'photo':
      return videoOf(kind, segment, null);
    case 'music':
      return soundOf(segment);
    case 'tag':
    case 'challenge':
      return hashtagOf(query.get('name')) ?? (/^\d+(\.html?)?$/.test(segment ?? '') ? null : hashtagOf(segment));
    default:
      return null;
  }
}

/** `/embed/ID`, `/embed/v2/ID`, `/embed/@name`, `/embed/tag/NAME`, `/embed/music/ID`. */
function embeddedOf(rest: Segments): Address | null {
  const [first, second] = rest;
  if (first === 'tag') return hashtagOf(second);
  if (first === 'music') return soundOf(second);
  const last = rest.at(-1);
  if (last?.startsWith('@')) return profileOf(withoutStops(last.slice(1)));
  return videoOf('video', last, null);
}

export const shortLink = (code: string | undefined, host: string): Address | null =>
  code !== undefined && isLinkCode(code)
    ? { kind: 'short_link', code, host: host === 'tiktok.com' ? 'www.tiktok.com' : host }
    : null;

/** A short link whose `/t` is missing. Present codes begin with Z and another capital. */
const isRootCode = (text: string): boolean => /^Z[A-Z][A-Za-z0-9]{5,12}$/.test(text);

const creativeCenter = 'creativecenter/inspiration/popular/music/';

function trendOf(rest: Segments, query: URLSearchParams): Address | null {
  if (!rest.join('/').startsWith(creativeCenter)) return null;
  const periodDays = ([7, 30, 120] as const).find((days) => query.get('period') === `${days}`) ?? (7 as RankPeriodDays);
  return { kind: 'sound_trend', periodDays, countryCode: (query.get('countryCode') ?? 'US').toUpperCase() };
}
