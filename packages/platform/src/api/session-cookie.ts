/**
 * The cookie in which a browser has the secret of its session, and what decides whether a call comes from a page of the platform.
 *
 * Over TLS the name has the prefix `__Host-`: no other host, such as one below the same domain on which an Actor's page is, can set
 * such a cookie. Without TLS browsers take no such name everywhere.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { maxIdleDays } from '../accounts/sessions.ts';

const plainName = 'wherry-session';
const secureName = `__Host-${plainName}`;

/** What a browser could take for one of the names: what begins like them, also without a name of its own. */
const isOurs = (pair: string): boolean => /^[\s=]*(?:__host-|__secure-)?wherry-session/i.test(pair);

type Headers = Pick<IncomingMessage, 'headers' | 'socket'>;

/** @param publicUrl the API's address for clients; a proxy in front of it may speak TLS for it */
export function isOverTls({ headers, socket }: Headers, publicUrl: string): boolean {
  if ((socket as TLSSocket).encrypted === true) return true;
  const { protocol, host } = new URL(publicUrl);
  return protocol === 'https:' && headers.host?.toLowerCase() === host;
}

const nameOf = (isSecure: boolean): string => (isSecure ? secureName : plainName);

/** The values of the cookie. There is more than one only when somebody else has set one for the same host. */
export function sessionSecretsIn({ cookie }: IncomingHttpHeaders, isSecure: boolean): string[] {
  if (cookie === undefined) return [];
  const name = nameOf(isSecure);
  const values = cookie.split(';').flatMap((part) => {
    const [given, ...value] = part.split('=');
    return given!.trim() === name ? value.join('=').trim() : [];
  });
  return [...new Set(values)].filter((value) => value !== '');
}

const attributesOf = (isSecure: boolean): string => `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;

export const sessionCookie = (secret: string, isSecure: boolean): string =>
  `${nameOf(isSecure)}=${secret}; Max-Age=${maxIdleDays * 86_400}; ${attributesOf(isSecure)}`;

export const endedSessionCookie = (isSecure: boolean): string =>
  `${nameOf(isSecure)}=; Max-Age=0; ${attributesOf(isSecure)}`;

/** The header of a request without the platform's cookies [browser-session-6]; undefined when nothing is left. */
export function withoutSession(cookie: string | undefined): string | undefined {
  const left = cookie?.split(';').filter((part) => !isOurs(part));
  return left?.length ? left.join(';').trim() || undefined : undefined;
}

/**
 * A `Set-Cookie` of an Actor's server as it is passed on: bound to the host that sends it, and below `path` if that is given.
 * Undefined for one that could be taken for the platform's [browser-session-6]. Of several attributes with one name browsers take the last.
 */
export function boundCookie(setCookie: string, path?: string): string | undefined {
  const [pair = '', ...attributes] = setCookie.split(';');
  if (isOurs(pair)) return undefined;
  const isNamed = (attribute: string, name: string) => attribute.split('=', 1)[0]!.trim().toLowerCase() === name;
  const ofHost = attributes.filter((each) => !isNamed(each, 'domain'));
  const kept = path === undefined ? ofHost : ofHost.filter((each) => !isNamed(each, 'path'));
  // Without a path, browsers take that of the request, which is below.
  return [pair, ...kept, ...(kept.length < ofHost.length ? [` Path=${path}`] : [])].join(';');
}

/** What a page must send along to change something [browser-session-5]. It follows from the secret, which no page can read. */
export const csrfTokenOf = (secret: string): string =>
  createHmac('sha256', secret).update('wherry-csrf').digest('base64url');

export function isCsrfTokenOf(secret: string, given: string | string[] | undefined): boolean {
  if (typeof given !== 'string') return false;
  const [right, sent] = [Buffer.from(csrfTokenOf(secret)), Buffer.from(given)];
  return right.length === sent.length && timingSafeEqual(right, sent);
}

/**
 * Whether a call comes from a page of the platform, or from no page at all: by what browsers say of it. Another port or name of the
 * same site is not the platform, although browsers send it the same cookies.
 */
export function isFromOwnPage({ headers }: Pick<IncomingMessage, 'headers'>, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const named = new URL(origin).host;
  return named === host?.toLowerCase() || named === new URL(publicUrl).host;
}

const programs = ['script', 'style', 'worker', 'sharedworker', 'serviceworker', 'audioworklet', 'paintworklet', 'xslt'];

/**
 * Whether a page of the console's own origin asks for something as a part of itself. Its policy allows scripts of its origin, on
 * which is also what Actors have stored [browser-session-7].
 */
export const isWantedAsProgram = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['sec-fetch-site'] === 'same-origin' && programs.includes(String(headers['sec-fetch-dest']));
