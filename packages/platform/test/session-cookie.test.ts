/** What is read from cookies and headers of browsers, and what becomes of the cookies of Actors. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  boundCookie,
  csrfTokenOf,
  endedSessionCookie,
  isCsrfTokenOf,
  isFromOwnPage,
  isOverTls,
  isWantedAsProgram,
  sessionCookie,
  sessionSecretsIn,
  withoutSession,
} from '../src/api/session-cookie.ts';

test('the cookie is for the platform alone, over TLS with a name that no other host can set', () => {
  expect(sessionCookie('s', false)).toBe('wherry-session=s; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict');
  expect(sessionCookie('s', true)).toBe(
    '__Host-wherry-session=s; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict; Secure',
  );
  expect(endedSessionCookie(false)).toBe('wherry-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict');
});

test('it is found among others, and over TLS only under the name that is protected there', () => {
  const cookie = 'a=1; wherry-session=plain;b=2; __Host-wherry-session=tls; wherry-session-2=no';
  expect(sessionSecretsIn({ cookie }, false)).toEqual(['plain']);
  expect(sessionSecretsIn({ cookie }, true)).toEqual(['tls']);
  expect(sessionSecretsIn({}, false)).toEqual([]);
  expect(sessionSecretsIn({ cookie: 'wherry-session=' }, false)).toEqual([]);
  expect(sessionSecretsIn({ cookie: 'wherry-session=a=b; wherry-session=c; wherry-session=c' }, false)).toEqual([
    'a=b',
    'c',
  ]);
});

/** Ways in which a browser comes to send `wherry-session=…`. */
const disguises = [
  'wherry-session=evil',
  ' wherry-session =evil',
  'Wherry-Session=evil',
  '\twherry-session=evil',
  '=wherry-session=evil',
  ' = wherry-session=evil',
  'wherry-session',
  '__Host-wherry-session=evil',
  '__HOST-wherry-session=evil',
  '__Secure-wherry-session=evil',
  'wherry-session-of-another=evil',
];

test.each(disguises)('[browser-session-6] no Actor sets %j, nor gets it', (pair) => {
  expect(boundCookie(pair)).toBeUndefined();
  expect(boundCookie(`${pair}; Path=/; HttpOnly`, '/wherry/v1/runs/R/web/')).toBeUndefined();
  expect(withoutSession(`a=1; ${pair}; b=2`)).toBe('a=1;  b=2'.replace('  ', ' '));
  expect(withoutSession(pair)).toBeUndefined();
});

test('[browser-session-6] what is left of the cookies of a request is what was sent', () => {
  expect(withoutSession(undefined)).toBeUndefined();
  expect(withoutSession('a=1; b=x=y; c')).toBe('a=1; b=x=y; c');
  expect(withoutSession('my-wherry-session=1')).toBe('my-wherry-session=1');
});

/** As browsers do: of several attributes with one name the last counts. Source: RFC 6265, 5.2 and 5.3. */
function attributeOf(cookie: string, name: string): string | undefined {
  const found = cookie
    .split(';')
    .slice(1)
    .map((each) => [each.split('=', 1)[0]!.trim().toLowerCase(), each.split('=').slice(1).join('=').trim()] as const)
    .filter(([given]) => given === name);
  return found.at(-1)?.[1];
}

test('a cookie of an Actor stays with its host and below its path, whatever it says', () => {
  const spaces = fc.constantFrom('', ' ', '\t');
  const name = fc.constantFrom(
    'Path',
    'PATH',
    'path',
    'Domain',
    'domain',
    'DOMAIN',
    'Secure',
    'SameSite',
    'Max-Age',
    'x',
  );
  const value = fc.constantFrom('', '/', '/console', '/x', 'localhost', '.example.com', 'Lax', '1', '"/"', '=');
  const attribute = fc
    .tuple(spaces, name, spaces, fc.constantFrom('=', ''), spaces, value)
    .map((parts) => parts.join(''));
  const prefix = '/wherry/v1/runs/R/web/';
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 6 }), (attributes) => {
      const cookie = ['a=1', ...attributes].join(';');
      const [ofHost, ofPath] = [boundCookie(cookie)!, boundCookie(cookie, prefix)!];
      expect(attributeOf(ofHost, 'domain')).toBeUndefined();
      expect(attributeOf(ofPath, 'domain')).toBeUndefined();
      expect([undefined, prefix]).toContain(attributeOf(ofPath, 'path'));
      expect(attributeOf(ofHost, 'path')).toBe(attributeOf(cookie, 'path'));
      expect(attributeOf(ofPath, 'max-age')).toBe(attributeOf(cookie, 'max-age'));
      expect(ofHost.startsWith('a=1')).toBe(true);
    }),
  );
});

test('[browser-session-5] the CSRF token fits one session alone', () => {
  const token = csrfTokenOf('one');
  expect(isCsrfTokenOf('one', token)).toBe(true);
  for (const wrong of [
    undefined,
    '',
    'x',
    `${token}x`,
    token.slice(1),
    csrfTokenOf('other'),
    [token],
    'ä'.repeat(43),
  ]) {
    expect(isCsrfTokenOf('one', wrong), String(wrong)).toBe(false);
  }
});

const publicUrl = 'https://wherry.example.com';

test.each([
  [{}, true],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  // The address bar, and a program.
  [{ 'sec-fetch-site': 'none' }, true],
  [{ 'sec-fetch-site': 'same-site' }, false],
  [{ 'sec-fetch-site': 'cross-site' }, false],
  [{ 'sec-fetch-site': 'of a later standard' }, false],
  [{ host: '127.0.0.1:8010', origin: 'http://127.0.0.1:8010' }, true],
  [{ host: 'LOCALHOST:8010', origin: 'http://localhost:8010' }, true],
  [{ host: '127.0.0.1:8010', origin: 'http://127.0.0.1:4321' }, false],
  [{ host: '127.0.0.1:8010', origin: 'null' }, false],
  [{ host: '127.0.0.1:8010', origin: '' }, false],
  [{ host: 'localhost:8010', origin: 'http://r.runs.localhost:8010' }, false],
  // A proxy in front may name itself, or the platform behind it.
  [{ host: '10.0.0.1:8010', origin: 'https://wherry.example.com' }, true],
  [{ host: '10.0.0.1:8010', origin: 'https://r.runs.wherry.example.com' }, false],
])('[browser-session-5] %j comes from a page of the platform: %s', (headers, expected) => {
  expect(isFromOwnPage({ headers }, publicUrl)).toBe(expected);
});

test.each([
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' }, true],
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'style' }, true],
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'serviceworker' }, true],
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' }, false],
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'image' }, false],
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' }, false],
  // A page of another site that was given a public link.
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' }, false],
  [{}, false],
])('[browser-session-7] %j asks for a program: %s', (headers, expected) => {
  expect(isWantedAsProgram({ headers })).toBe(expected);
});

test('a connection is over TLS by itself, or when a proxy at the public address is', () => {
  const over = (encrypted: boolean, host: string, url: string) =>
    isOverTls({ socket: { encrypted } as never, headers: { host } }, url);
  expect(over(true, 'any', 'http://127.0.0.1:8010')).toBe(true);
  expect(over(false, '127.0.0.1:8010', 'http://127.0.0.1:8010')).toBe(false);
  expect(over(false, 'Wherry.example.com', publicUrl)).toBe(true);
  // This machine's own, past the proxy.
  expect(over(false, '127.0.0.1:8010', publicUrl)).toBe(false);
});
