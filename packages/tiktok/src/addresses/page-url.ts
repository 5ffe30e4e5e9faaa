import type { SearchSection } from '../lists/list.ts';
import type { Address } from './address.ts';
import { isLongId } from './forms.ts';

export const tiktokUrl = 'https://www.tiktok.com';

const sectionPaths: Record<SearchSection, string> = {
  general: '/search',
  video: '/search/video',
  user: '/search/user',
};

/** The canonical URL of an address. `siteUrl` is the URL of TikTok or of a stand-in. */
export function pageUrlOf(address: Address, siteUrl = tiktokUrl): string {
  if (address.kind === 'sound_trend') return trendUrlOf(address.periodDays, address.countryCode, siteUrl);
  if ('region' in address && address.region !== null && siteUrl === tiktokUrl) siteUrl = 'https://shop.tiktok.com';
  return siteUrl.replace(/\/+$/, '') + pathOf(address);
}

/**
 * The URLs to try, one after the other. There are two for an account's id: each page knows the ids of only some accounts, and
 * the profile on it must be checked with `isProfileOf`.
 */
export function pageUrlsOf(address: Address, siteUrl = tiktokUrl): readonly string[] {
  if (address.kind !== 'profile_of_id') return [pageUrlOf(address, siteUrl)];
  const base = siteUrl.replace(/\/+$/, '');
  return [`${base}/@${address.userId}`, `${base}/share/user/${address.userId}`];
}

function pathOf(address: Exclude<Address, { kind: 'sound_trend' }>): string {
  switch (address.kind) {
    case 'profile':
      return `/@${encodeURIComponent(address.name)}`;
    case 'profile_of_sec_uid':
      return `/@${address.secUid}`;
    case 'profile_of_id':
      // In `/@…` a short id would be read as a name.
      return isLongId(address.userId) ? `/@${address.userId}` : `/share/user/${address.userId}`;
    case 'video':
    case 'photo':
      return `/@${encodeURIComponent(address.name ?? '')}/${address.kind}/${address.videoId}`;
    case 'sound':
      return `/music/${encodeURIComponent(address.slug ?? '')}-${address.soundId}`;
    case 'hashtag':
      return `/tag/${encodeURIComponent(address.name)}`;
    case 'product':
      return `/view/product/${address.productId}`;
    case 'shop':
      return `/${address.region ?? 'shop'}/store/${encodeURIComponent(address.slug ?? 'shop')}/${address.sellerId}`;
    case 'shop_search':
      return address.region === null
        ? `/shop/s/${encodeURIComponent(address.keyword)}`
        : `/${address.region}/s?q=${encodeURIComponent(address.keyword)}`;
    case 'search':
      return `${sectionPaths[address.section]}?q=${encodeURIComponent(address.keyword)}`;
    case 'feed':
      return `/${address.page}`;
    case 'short_link':
      return `/t/${address.code}`;
  }
}

/** Trends are on another host of TikTok, and on the only host of a stand-in. */
function trendUrlOf(periodDays: number, countryCode: string, siteUrl: string): string {
  const base = siteUrl === tiktokUrl ? 'https://ads.tiktok.com' : siteUrl.replace(/\/+$/, '');
  const query = new URLSearchParams({ period: `${periodDays}`, countryCode });
  return `${base}/business/creativecenter/inspiration/popular/music/pc/en?${query}`;
}
