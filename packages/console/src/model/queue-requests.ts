/** Requests of a queue: their ids, searches in them, and new ones from what is typed. Pure. */
interface Named {
  readonly id: string;
  readonly uniqueKey: string;
  readonly url: string;
}

const idChars = 15;

export const isRequestId = (text: string): boolean => new RegExp(`^[a-zA-Z0-9]{1,${idChars}}$`).test(text);

/**
 * The id that a request with a unique key has, as Apify's clients make it. Undefined on a page that is not served over TLS, where
 * browsers have no SHA-256.
 */
export async function requestIdOf(uniqueKey: string): Promise<string | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(uniqueKey));
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
    .replace(/[+/=]/g, '')
    .slice(0, idChars);
}

export function matchesText({ id, uniqueKey, url }: Named, text: string): boolean {
  const wanted = text.toLowerCase();
  return id === text || url.toLowerCase().includes(wanted) || uniqueKey.toLowerCase().includes(wanted);
}

export interface NewRequests {
  /** One a line. */
  readonly urls: string;
  readonly method: string;
  /** For all of them; a JSON object, or nothing. */
  readonly userData: string;
  readonly payload: string;
  /** Of a single request. */
  readonly uniqueKey: string;
}

export type ParsedRequests =
  | { readonly kind: 'valid'; readonly requests: readonly Readonly<Record<string, unknown>>[] }
  | { readonly kind: 'wrong'; readonly field: keyof NewRequests; readonly error: string };

const wrong = (field: keyof NewRequests, error: string): ParsedRequests => ({ kind: 'wrong', field, error });

export function parseRequests({ urls, method, userData, payload, uniqueKey }: NewRequests): ParsedRequests {
  const lines = urls.split('\n').map((line) => line.trim());
  const given = lines.filter((line) => line !== '');
  if (given.length === 0) return wrong('urls', 'Write at least one URL.');
  const invalid = given.find((url) => !URL.canParse(url));
  if (invalid !== undefined)
    return wrong('urls', `“${invalid.slice(0, 100)}” is no URL. It begins with https:// or http://.`);
  if (uniqueKey !== '' && given.length > 1) return wrong('uniqueKey', 'Two requests cannot have one unique key.');
  const data = objectOf(userData);
  if (data === null) return wrong('userData', 'Write a JSON object, such as {"label": "DETAIL"}, or nothing.');
  return {
    kind: 'valid',
    requests: given.map((url) => ({
      url,
      uniqueKey: uniqueKey || uniqueKeyFor(url, method, payload),
      method,
      ...(data !== undefined && { userData: data }),
      ...(payload !== '' && { payload }),
    })),
  };
}

/** A request with a method or a payload of its own is not the same as the GET of its URL. */
const uniqueKeyFor = (url: string, method: string, payload: string): string =>
  method === 'GET' && payload === '' ? url : `${method}:${url}:${payload}`;

/** Undefined for nothing, null for what is no object. */
function objectOf(text: string): object | undefined | null {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** The fields of a request that its story shows by themselves. */
const shown = [
  'id',
  'uniqueKey',
  'url',
  'method',
  'retryCount',
  'loadedUrl',
  'payload',
  'headers',
  'userData',
  'noRetry',
  'errorMessages',
  'handledAt',
  'lockExpiresAt',
  'lockByClient',
  'orderNo',
];

/** What clients have stored besides. */
export const otherFieldsOf = (request: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(request).filter(([name]) => !shown.includes(name)));
