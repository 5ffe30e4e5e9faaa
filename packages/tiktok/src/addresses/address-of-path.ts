import type { RankPeriodDays, SearchSection } from '../lists/list.ts';
import type { Address } from './address.ts';
import { isHashtag, isLongId, isName, isSecUid } from './forms.ts';

type Segments = readonly string[];
type PathReader = (rest: Segments, query: URLSearchParams) => Address | null;

/** By the first segment of the path. */
const readers: Readonly<Record<string, PathReader>> = {
  tag: ([name]) => (name !== undefined && isHashtag(name) ? { kind: 'hashtag', name } : null),
  music: ([slug]) => soundOf(slug),
  view: ([kind, id]) => (kind === 'product' ? productOf(id) : null),
  shop: (rest, query) => shopOf(rest, query),
  search: ([section], query) => searchOf(section, query),
  foryou: () => ({ kind: 'feed', page: 'foryou' }),
  explore: () => ({ kind: 'feed', page: 'explore' }),
  t: ([code]) => (code !== undefined && /^[\w-]{4,40}$/.test(code) ? { kind: 'short_link', code } : null),
  share: ([kind, id]) => sharedOf(kind, id),
  embed: (rest) => embeddedOf(rest),
  player: ([, id]) => videoOf('video', id, null),
  v: ([file]) => videoOf('video', file?.replace(/\.html$/, ''), null),
  business: (rest, query) => trendOf(rest, query),
};

/** The address of a path; null if the path is unknown. */
export function addressOfPath(segments: Segments, query: URLSearchParams): Address | null {
  const [first, ...rest] = segments;
  if (first === undefined) return null;
  if (first.startsWith('@')) return accountOf(first.slice(1), rest);
  if (Object.hasOwn(readers, first.toLowerCase())) return readers[first.toLowerCase()]!(rest, query);
  // Some paths begin with a language.
  return /^[a-z]{2}(-[a-z]{2,4})?$/i.test(first) && rest.length > 0 ? addressOfPath(rest, query) : null;
}

/** `/@name`, `/@name/video/ID`. The name of a post's path may be missing. */
function accountOf(name: string, [section, id]: Segments): Address | null {
  if (section === 'video' || section === 'photo') return videoOf(section, id, isName(name) ? name : null);
  const isSection = section === undefined || ['reposts', 'liked', 'playlist'].includes(section);
  if (!isSection || (section === 'playlist' && id !== undefined)) return null;
  return profileOf(name);
}

/** A name of many digits is an account's id, since TikTok has no names of only digits. */
function profileOf(name: string): Address | null {
  if (isSecUid(name)) return { kind: 'profile_of_sec_uid', secUid: name };
  if (isLongId(name)) return { kind: 'profile_of_id', userId: name };
  return isName(name) ? { kind: 'profile', name } : null;
}

const videoOf = (kind: 'video' | 'photo', id: string | undefined, name: string | null): Address | null =>
  id !== undefined && isLongId(id) ? { kind, videoId: id, name } : null;

function soundOf(slug: string | undefined): Address | null {
  const [, words, soundId] = /^(?:(.*)-)?(\d{5,20})$/s.exec(slug ?? '') ?? [];
  return soundId === undefined ? null : { kind: 'sound', soundId, slug: words || null };
}

const productOf = (id: string | undefined): Address | null =>
  id !== undefined && isLongId(id) ? { kind: 'product', productId: id } : null;

/**
 * `pdp/SLUG/ID`, `pdp/ID`, `store/SLUG/ID`, `s/KEYWORD`, `s?q=KEYWORD`: under `/shop/` on TikTok's main host, or under a
 * country (`/us/`) on the shop's own host.
 */
export function shopOf(segments: Segments, query: URLSearchParams, region: string | null = null): Address | null {
  const [first, ...rest] = segments;
  if (first === undefined) return null;
  if (first === 'view') return rest[0] === 'product' ? productOf(rest[1]) : null;
  if (first === 'pdp') return productOf(rest.at(-1));
  if (first === 'store') return storeOf(rest, region);
  if (first === 's') {
    const keyword = (rest[0] ?? query.get('q') ?? '').trim();
    return keyword === '' ? null : { kind: 'shop_search', keyword, region };
  }
  return region === null && /^[a-z]{2}$/i.test(first) ? shopOf(rest, query, first.toLowerCase()) : null;
}

function storeOf(rest: Segments, region: string | null): Address | null {
  const sellerId = rest.at(-1);
  if (sellerId === undefined || !isLongId(sellerId)) return null;
  return { kind: 'shop', sellerId, slug: rest.length > 1 ? rest[0]! : null, region };
}

function searchOf(section: string | undefined, query: URLSearchParams): Address | null {
  const keyword = query.get('q')?.trim();
  const sections: Record<string, SearchSection> = { '': 'general', video: 'video', user: 'user' };
  const found = Object.hasOwn(sections, section ?? '') ? sections[section ?? ''] : undefined;
  return keyword && found !== undefined ? { kind: 'search', section: found, keyword } : null;
}

function sharedOf(kind: string | undefined, id: string | undefined): Address | null {
  if (kind === 'user') return id !== undefined && /^\d{5,20}$/.test(id) ? { kind: 'profile_of_id', userId: id } : null;
  return kind === 'video' || kind === 'photo' ? videoOf(kind, id, null) : null;
}

function embeddedOf(rest: Segments): Address | null {
  const last = rest.at(-1);
  if (last?.startsWith('@')) return profileOf(last.slice(1));
  return videoOf('video', last, null);
}

const creativeCenter = 'creativecenter/inspiration/popular/music/';

function trendOf(rest: Segments, query: URLSearchParams): Address | null {
  if (!rest.join('/').startsWith(creativeCenter)) return null;
  const periodDays = ([7, 30, 120] as const).find((days) => query.get('period') === `${days}`) ?? (7 as RankPeriodDays);
  return { kind: 'sound_trend', periodDays, countryCode: (query.get('countryCode') ?? 'US').toUpperCase() };
}
