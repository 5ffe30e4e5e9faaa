/**
 * The address that a URL of the site names. Pure: a short link is only recognised, since only the site knows where it leads.
 *
 * [address-1] Only URLs of TikTok's hosts are read, and of the host of `siteUrl` (a stand-in).
 */
import type { Address } from './address.ts';
import { addressOfPath, shopOf } from './address-of-path.ts';

export interface AddressOptions {
  /** The URL of a stand-in for the site. Its URLs are read like TikTok's. */
  readonly siteUrl?: string;
}

export type UrlReading =
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'foreign'; readonly host: string }
  /** A URL of TikTok, but of no known kind. */
  | { readonly kind: 'unknown'; readonly path: string }
  | { readonly kind: 'no_url' };

const shopHost = 'shop.tiktok.com';
const shortLinkHosts: ReadonlySet<string> = new Set(['vm.tiktok.com', 'vt.tiktok.com']);

export function addressOfUrl(text: string, { siteUrl }: AddressOptions = {}): UrlReading {
  const url = urlOf(text);
  if (url === null) return { kind: 'no_url' };
  const host = url.hostname.toLowerCase();
  const isStandIn = siteUrl !== undefined && URL.canParse(siteUrl) && new URL(siteUrl).host === url.host;
  // Other hosts are not read [address-1].
  if (!isStandIn && !/(^|\.)(tiktok|tiktokv)\.com$/.test(host)) return { kind: 'foreign', host };
  const segments = segmentsOf(url.pathname);
  const code = shortLinkHosts.has(host) ? segments[0] : undefined;
  const address = code !== undefined ? shortLink(code) : addressOn(host, isStandIn, segments, url.searchParams);
  return address === null ? { kind: 'unknown', path: url.pathname } : { kind: 'address', address };
}

/** The shop has its own host. A stand-in has the shop's paths on its only host. */
function addressOn(host: string, isStandIn: boolean, segments: readonly string[], query: URLSearchParams) {
  if (host === shopHost) return shopOf(segments, query);
  return addressOfPath(segments, query) ?? (isStandIn ? shopOf(segments, query) : null);
}

const shortLink = (code: string): Address | null => (/^[\w-]{4,40}$/.test(code) ? { kind: 'short_link', code } : null);

/** The URL may be written with or without its scheme. */
function urlOf(text: string): URL | null {
  const trimmed = text.trim();
  if (/\s/.test(trimmed)) return null;
  if (/^https?:\/\//i.test(trimmed)) return URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (!/^([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?\//i.test(trimmed) && !/^([a-z]+\.)?tiktok\.com$/i.test(trimmed)) return null;
  return URL.canParse(`https://${trimmed}`) ? new URL(`https://${trimmed}`) : null;
}

function segmentsOf(pathname: string): string[] {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  return segments.map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      // A percent sign that is not part of an escape is kept.
      return segment;
    }
  });
}
