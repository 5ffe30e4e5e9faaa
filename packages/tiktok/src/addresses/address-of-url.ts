/**
 * What a URL of the site leads to. Pure: a short link is only recognised, for where it leads must be asked for.
 *
 * [address-1] only hosts of TikTok are read, and the host of the site that the caller names (a stand-in).
 */
import type { Address } from './address.ts';
import { addressOfPath, shopOf } from './address-of-path.ts';

export interface AddressOptions {
  /** A stand-in for the site whose URLs are read as TikTok's. */
  readonly siteUrl?: string;
}

export type UrlReading =
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'foreign'; readonly host: string }
  /** TikTok's, but nothing that is known. */
  | { readonly kind: 'unknown'; readonly path: string }
  | { readonly kind: 'no_url' };

const shopHost = 'shop.tiktok.com';
const shortLinkHosts: ReadonlySet<string> = new Set(['vm.tiktok.com', 'vt.tiktok.com']);

export function addressOfUrl(text: string, { siteUrl }: AddressOptions = {}): UrlReading {
  const url = urlOf(text);
  if (url === null) return { kind: 'no_url' };
  const host = url.hostname.toLowerCase();
  const isStandIn = siteUrl !== undefined && URL.canParse(siteUrl) && new URL(siteUrl).host === url.host;
  // [address-1]
  if (!isStandIn && !/(^|\.)(tiktok|tiktokv)\.com$/.test(host)) return { kind: 'foreign', host };
  const segments = segmentsOf(url.pathname);
  const code = shortLinkHosts.has(host) ? segments[0] : undefined;
  const address = code !== undefined ? shortLink(code) : addressOn(host, isStandIn, segments, url.searchParams);
  return address === null ? { kind: 'unknown', path: url.pathname } : { kind: 'address', address };
}

/** The shop has a host of its own, whose paths a stand-in has beside the others. */
function addressOn(host: string, isStandIn: boolean, segments: readonly string[], query: URLSearchParams) {
  if (host === shopHost) return shopOf(segments, query);
  return addressOfPath(segments, query) ?? (isStandIn ? shopOf(segments, query) : null);
}

const shortLink = (code: string): Address | null => (/^[\w-]{4,40}$/.test(code) ? { kind: 'short_link', code } : null);

/** With or without its scheme, as people copy it. */
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
      // A stray percent sign stands for itself.
      return segment;
    }
  });
}
