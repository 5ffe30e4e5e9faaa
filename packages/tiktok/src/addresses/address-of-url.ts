/**
 * The address that a URL of the site names. Pure: a short link is only recognised, since only the site knows where it leads.
 *
 * [address-1] Only URLs of TikTok's hosts are read, and of the host of `siteUrl` (a stand-in). A URL of another host counts only
 *     for the one URL of TikTok that it contains, as links in mails and in archives do; nothing is requested from that host.
 */
import type { Address } from './address.ts';
import { addressOfPath, type PagePath, profileOf, shopOf, shortLink, soundOf } from './address-of-path.ts';
import { isLinkCode, isLongId, isShortId } from './forms.ts';

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

/** Links with links in them are not followed deeper than this. */
const mostWrappings = 3;

export function addressOfUrl(text: string, options: AddressOptions = {}, wrappings = 0): UrlReading {
  const link = appLinkOf(text.trim());
  if (link !== null) return link;
  const url = urlOf(text);
  if (url === null) return { kind: 'no_url' };
  const host = hostOf(url);
  const isStandIn = isHostOf(url, options);
  // Other hosts are not read [address-1].
  const isTikTok = isStandIn || isTikTokHost(host);
  const address = isTikTok ? addressOn(host, isStandIn, url) : null;
  if (address !== null) return { kind: 'address', address };
  const inner = wrappings < mostWrappings ? innerUrls(url) : [];
  const readings = inner.map((each) => addressOfUrl(each, options, wrappings + 1));
  const [found, ...others] = readings.filter(({ kind }) => kind === 'address');
  if (found !== undefined && others.length === 0) return found;
  return isTikTok ? { kind: 'unknown', path: url.pathname } : { kind: 'foreign', host };
}

/** The full stop at the end of a host name is that of a sentence, or of an absolute name. */
const hostOf = ({ hostname }: URL): string => hostname.toLowerCase().replace(/\.+$/, '');

const isTikTokHost = (host: string): boolean => /(^|\.)(tiktok|tiktokv)\.com$/.test(host);

const isHostOf = (url: URL, { siteUrl }: AddressOptions): boolean =>
  siteUrl !== undefined && URL.canParse(siteUrl) && new URL(siteUrl).host === url.host;

/**
 * The shop and short links have hosts of their own. A stand-in has the shop's paths on its only host, and those of another host
 * under its name: `/vm.tiktok.com/CODE`.
 */
function addressOn(host: string, isStandIn: boolean, url: URL): Address | null {
  const page: PagePath = { segments: segmentsOf(url.pathname), query: url.searchParams, hash: url.hash, host };
  if (!isStandIn) return addressOnHost(page);
  const [first = '', ...rest] = page.segments;
  if (isTikTokHost(first)) return addressOnHost({ ...page, segments: rest, host: first });
  return addressOfPath({ ...page, host: 'www.tiktok.com' }) ?? shopOf(page.segments, page.query);
}

function addressOnHost(page: PagePath): Address | null {
  const { segments, query, host } = page;
  if (host === shopHost) return shopOf(segments, query);
  if (!shortLinkHosts.has(host) || segments[0] === undefined) return addressOfPath(page);
  if (!isPathOfSite(segments)) return shortLink(segments[0], host);
  const [first, second = ''] = segments;
  // A code, where others have the id of a video.
  const isCode = first === 'v' && segments.length === 2 && /[a-z]/i.test(second) && !/\.html?$/i.test(second);
  return isCode ? shortLink(second, host) : addressOfPath(page);
}

/** Some write other paths of the site behind the host of short links. */
const isPathOfSite = ([first = '', second = '']: readonly string[]): boolean =>
  !isLinkCode(first) || /^\d{15,20}/.test(second);

/** The URL may be written with or without its scheme. */
function urlOf(text: string): URL | null {
  const trimmed = text.trim().replace(/^(https?:\/\/)+(?=https?:\/\/)/i, '');
  if (/\s/.test(trimmed)) return null;
  if (/^https?:\/\//i.test(trimmed)) return URL.canParse(trimmed) ? new URL(trimmed) : null;
  // Android's apps name web pages as `intent://host/path`.
  const bare = trimmed.replace(/^(intent:)?\/\//i, '');
  const isPath =
    /^([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?\//i.test(bare) || /^([a-z0-9-]+\.)*tiktokv?\.com\.?($|[/?#:])/i.test(bare);
  if (!isPath) return null;
  return URL.canParse(`https://${bare}`) ? new URL(`https://${bare}`) : null;
}

/** URLs in the parameters of a URL, such as the page behind a login, and one that makes the end of its path. */
function innerUrls(url: URL): string[] {
  const values = [...url.searchParams.values()].filter((value) => /^(https?:\/\/|\/[@a-z])/i.test(value));
  const [, scheme, end] = /[^:/]\/+(https?):\/{1,2}(.*)$/is.exec(decoded(url.pathname)) ?? [];
  const found = end === undefined ? values : [...values, `${scheme}://${end}${url.search}`];
  return found.filter((each) => URL.canParse(each, url.href)).map((each) => new URL(each, url.href).href);
}

const appLink =
  /^(?:snssdk\d{3,5}|tiktok|musically|aweme):\/\/(user\/profile|aweme\/detail|video|music\/detail)\/?([^/?#]*)/i;

/** Links of the app, as pages have them for phones. The same scheme has many others, which name no page of the site. */
function appLinkOf(text: string): UrlReading | null {
  const [, path, id = ''] = appLink.exec(text) ?? [];
  if (path === undefined) return null;
  const address = appAddressOf(path.toLowerCase(), id || (/[?&]aweme_id=(\d+)/.exec(text)?.[1] ?? ''));
  return address === null ? { kind: 'unknown', path: text } : { kind: 'address', address };
}

function appAddressOf(path: string, id: string): Address | null {
  if (path === 'user/profile')
    return isShortId(id) ? { kind: 'profile_of_id', userId: id } : profileOf(id.replace(/^@/, ''));
  if (path === 'music/detail') return soundOf(id);
  return isLongId(id) ? { kind: 'video', videoId: id, name: null } : null;
}

const segmentsOf = (pathname: string): string[] =>
  pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that is not part of an escape is kept.
    return text;
  }
}
