/**
 * The file in which the operator names the proxies of the platform, `--proxy-groups FILE`:
 *
 *     {
 *       "DATACENTER": ["http://user:password@one.example:8000", { "url": "socks5://two.example:1080", "country": "DE" }],
 *       "RESIDENTIAL": { "description": "By the gigabyte", "auto": false, "upstreams": ["http://me-{session}:secret@gate.example:7777"] }
 *     }
 *
 * `"direct"` in the place of a URL is this machine itself, without an upstream. In a URL, `{session}` becomes the session of the
 * request, for providers that choose the address by it.
 */

export interface Upstream {
  /** `direct`, or the URL of a proxy, in which `{session}` may stand. */
  readonly url: string;
  readonly group: string;
  /** `US`, or `US_CA` with a subdivision; undefined: the operator does not say. */
  readonly country: string | undefined;
}

export interface ProxyGroup {
  readonly name: string;
  readonly description: string;
  /** Whether requests that name no group may use it. */
  readonly isInAuto: boolean;
  readonly upstreams: readonly Upstream[];
}

/** What is wrong with the file. It never contains a URL, which may have a password. */
export class ProxyGroupsError extends Error {
  override readonly name = 'ProxyGroupsError';
}

/** What proxy-chain supports. */
const protocols = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];
/** Each request that names a session looks at all upstreams of its groups. */
const maxUpstreams = 10_000;
/** `direct` and `auto` have a meaning of their own. */
const reservedNames = ['auto', 'direct'];
/** As in `APIFY_PROXY_VALUE_REGEX` of the package `@apify/consts`, which Apify's SDK checks names by. */
export const proxyValue = /^[\w._~]+$/;
export const proxyCountry = /^[A-Z]{2}(?:_[A-Z0-9]{1,3})?$/;

/** @throws ProxyGroupsError */
export function parseProxyGroups(text: string): ProxyGroup[] {
  const groups = Object.entries(objectIn(text)).map(([name, value]) => groupOf(name, value));
  const count = groups.reduce((sum, { upstreams }) => sum + upstreams.length, 0);
  if (count > maxUpstreams) {
    throw new ProxyGroupsError(`It has ${count} upstreams. There may be ${maxUpstreams} at most.`);
  }
  return groups;
}

function objectIn(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The message of the parser quotes the text, in which passwords may stand.
    throw new ProxyGroupsError('It is not valid JSON.');
  }
  if (isObject(value)) return value;
  throw new ProxyGroupsError('It must be a JSON object: the name of each group, with its upstreams.');
}

function groupOf(name: string, value: unknown): ProxyGroup {
  const fail = (problem: string) => new ProxyGroupsError(`The group ${JSON.stringify(name)} ${problem}`);
  if (!proxyValue.test(name)) throw fail('has a name with other characters than letters, digits, ".", "_" and "~".');
  if (reservedNames.includes(name)) throw fail('has a name that is reserved. Choose another.');
  const settings = Array.isArray(value) ? { upstreams: value } : value;
  if (!isObject(settings)) throw fail('must be a list of upstreams, or an object with "upstreams".');
  const { upstreams, description = '', auto = true, ...others } = settings;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw fail(`has an unknown field "${unknown}". There are "upstreams", "description" and "auto".`);
  }
  if (typeof description !== 'string') throw fail('has a "description" that is not a text.');
  if (typeof auto !== 'boolean') throw fail('has an "auto" that is neither true nor false.');
  if (!Array.isArray(upstreams) || upstreams.length === 0)
    throw fail('must have at least one upstream in "upstreams".');
  return { name, description, isInAuto: auto, upstreams: upstreams.map((each, at) => upstreamOf(name, each, at + 1)) };
}

function upstreamOf(group: string, value: unknown, number: number): Upstream {
  const fail = (problem: string) => new ProxyGroupsError(`Upstream ${number} of the group "${group}" ${problem}`);
  const settings = typeof value === 'string' ? { url: value } : value;
  if (!isObject(settings)) throw fail('must be a URL, or an object with "url".');
  const { url, country, ...others } = settings;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw fail(`has an unknown field "${unknown}". There are "url" and "country".`);
  if (country !== undefined && (typeof country !== 'string' || !proxyCountry.test(country))) {
    throw fail('has a "country" that is not a code such as "US" or "US_CA".');
  }
  if (typeof url !== 'string') throw fail('has no "url".');
  const problem = url === 'direct' ? undefined : problemOf(url);
  if (problem !== undefined) throw fail(problem);
  return { url, group, country };
}

/** Why a URL cannot be one of a proxy; undefined when it can. */
function problemOf(text: string): string | undefined {
  const filled = text.replaceAll('{session}', 'x');
  if (!URL.canParse(filled)) return 'is not a URL such as http://user:password@proxy.example:8000.';
  const url = new URL(filled);
  if (!protocols.includes(url.protocol)) {
    return `must begin with ${protocols.map((each) => `${each}//`).join(', ')}, not with ${url.protocol}//.`;
  }
  if (url.hostname === '') return 'has no host.';
  // Without one, http and https have their usual ports. The library knows none for SOCKS.
  if (url.protocol.startsWith('socks') && url.port === '') return 'needs a port, such as :1080.';
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '')
    return 'must have nothing after its port.';
  try {
    if (!decodeURIComponent(url.username).includes(':') && decodeURIComponent(url.password) !== undefined)
      return undefined;
    return 'has a colon in its user name, which HTTP does not allow.';
  } catch {
    return 'has a "%" in its user name or password that is not the start of an escape such as %25.';
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
