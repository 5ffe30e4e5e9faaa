import type { SearchSection } from '../lists/list.ts';
import type { Address } from './address.ts';

export const tiktokUrl = 'https://www.tiktok.com';

const sectionPaths: Record<SearchSection, string> = {
  general: '/search',
  video: '/search/video',
  user: '/search/user',
};

/** The canonical URL of an address. `siteUrl` is the URL of TikTok or of a stand-in. */
export function pageUrlOf(address: Address, siteUrl = tiktokUrl): string {
  if (address.kind === 'sound_trend') return trendUrlOf(address.periodDays, address.countryCode, siteUrl);
  if (address.kind === 'short_link') return linkUrlOf(address.code, address.host, siteUrl);
  if ('region' in address && address.region !== null && siteUrl === tiktokUrl) siteUrl = 'https://shop.tiktok.com';
  return siteUrl.replace(/\/+$/, '') + pathOf(address);
}

/**
 * The URLs to try, one after the other. There are two for an account's id and for digits that may be one: each page knows the
 * ids of only some accounts, and the profile on it must be checked with `isProfileOf`.
 */
export function pageUrlsOf(address: Address, siteUrl = tiktokUrl): readonly string[] {
  if (address.kind !== 'profile_of_id' && address.kind !== 'profile_of_digits') return [pageUrlOf(address, siteUrl)];
  const base = siteUrl.replace(/\/+$/, '');
  const digits = address.kind === 'profile_of_id' ? address.userId : address.digits;
  return [`${base}/@${digits}`, `${base}/share/user/${digits}`];
}

function pathOf(address: Exclude<Address, { kind: 'sound_trend' | 'short_link' }>): string {
  switch (address.kind) {
    case 'profile':
      return `/@${encodeURIComponent(address.name)}`;
    case 'profile_of_sec_uid':
      return `/@${address.secUid}`;
    case 'profile_of_id':
      // In `/@…` it may be a name too.
      return `/share/user/${address.userId}`;
    case 'profile_of_digits':
      return `/@${address.digits}`;
    case 'video':
    case 'photo':
      return `/@${encodeURIComponent(address.name ?? '')}/${address.kind}/${address.videoId}`;
    case 'sound':
      return `/music/${encodeURIComponent(address.slug ?? '')}-${address.soundId}`;
    case 'hashtag':
      return `/tag/${encodeURIComponent(address.name)}`;
    case 'product':
      return address.region === null
        ? `/view/product/${address.productId}`
        : `/${address.region}/pdp/${address.productId}`;
    case 'shop':
      return `/${address.region ?? 'shop'}/store/${encodeURIComponent(address.slug ?? 'shop')}/${address.sellerId}`;
    case 'shop_search':
      return address.region === null
        ? `/shop/s/${encodeURIComponent(address.keyword)}`
        : `/${address.region}/s?q=${encodeURIComponent(address.keyword)}`;
    case 'shop_category':
      return `/${address.region ?? 'shop'}/c/${encodeURIComponent(address.slug ?? 'category')}/${address.categoryId}`;
    case 'search':
      return `${sectionPaths[address.section]}?q=${encodeURIComponent(address.keyword)}`;
    case 'feed':
      return `/${address.page}`;
  }
}

/** A code is followed on the host that it was made for: that the others know it too is not confirmed. */
function linkUrlOf(code: string, host: string, siteUrl: string): string {
  const path = /^v[mt]\./.test(host) ? `/${code}` : `/t/${code}`;
  if (siteUrl === tiktokUrl) return `https://${host}${path}`;
  return `${siteUrl.replace(/\/+$/, '')}${host === 'www.tiktok.com' ? '' : `/${host}`}${path}`;
}

/** Trends are on another host of TikTok, and on the only host of a stand-in. */
function trendUrlOf(periodDays: number, countryCode: string, siteUrl: string): string {
  const base = siteUrl === tiktokUrl ? 'https://ads.tiktok.com' : siteUrl.replace(/\/+$/, '');
  const query = new URLSearchParams({ period: `${periodDays}`, countryCode });
  return `${base}/business/creativecenter/inspiration/popular/music/pc/en?${query}`;
}
