/** Which way a request takes, by the user name that it was sent with. Pure. */
import { hash, randomBytes } from 'node:crypto';
import { type ProxyGroup, proxyCountry, proxyValue, type Upstream } from './groups.ts';

/** The proxy does not serve this request; the message says why, and what to change. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
}

export interface ProxyRequest {
  /** None: any group that is not kept for those who name it. */
  readonly groups: readonly string[];
  readonly session: string | undefined;
  readonly country: string | undefined;
}

export interface ProxyRoute {
  /** Undefined: directly from this machine. */
  readonly upstreamUrl: string | undefined;
  /** The group of the upstream; `direct` when none was configured for this request. */
  readonly group: string;
}

const maxSessionChars = 50;

/**
 * Reads a user name as Apify's clients make it: `auto`, or parts joined by commas, `groups-A+B`, `session-S`, `country-US`
 * (https://docs.apify.com/platform/proxy/usage#username-parameters).
 * @throws ProxyRefusal
 */
export function parseProxyUsername(username: string): ProxyRequest {
  const request = {
    groups: [] as string[],
    session: undefined as string | undefined,
    country: undefined as string | undefined,
  };
  for (const part of username.split(',')) {
    const [, name, value = ''] = /^(groups|session|country)-(.*)$/s.exec(part) ?? [];
    if (name === 'groups' && value.split('+').every((each) => proxyValue.test(each))) request.groups = value.split('+');
    else if (name === 'session' && proxyValue.test(value) && value.length <= maxSessionChars) request.session = value;
    else if (name === 'country' && proxyCountry.test(value)) request.country = value;
    else if (part !== 'auto' && part !== '') throw malformed(part);
  }
  return request;
}

const malformed = (part: string) =>
  new ProxyRefusal(
    `The proxy's user name has the part ${JSON.stringify(part)}, which it cannot have. It is "auto", or these joined by ` +
      `commas: groups-A+B, session-S (at most ${maxSessionChars} letters, digits, ".", "_" and "~"), country-US or country-US_CA.`,
  );

/**
 * The same session takes the same upstream, also after a restart, as long as the file of groups has it. A session moves to
 * another one only when its own is removed from the file, or when a new one is chosen for it.
 * @param turn counts the requests: those without a session take the upstreams in turn
 * @throws ProxyRefusal when there is no such group, or nothing of it in that country
 */
export function chooseRoute(groups: readonly ProxyGroup[], request: ProxyRequest, turn: number): ProxyRoute {
  const { session, country } = request;
  const possible = upstreamsOf(groups, request.groups);
  if (possible.length === 0 && country === undefined) return { upstreamUrl: undefined, group: 'direct' };
  const candidates = country === undefined ? possible : possible.filter((each) => isIn(each, country));
  if (candidates.length === 0) throw notThere(request, country!);
  const chosen = session === undefined ? candidates[turn % candidates.length]! : ofSession(candidates, session);
  if (chosen.url === 'direct') return { upstreamUrl: undefined, group: chosen.group };
  const filled = chosen.url.replaceAll('{session}', () => session ?? randomBytes(8).toString('hex'));
  return { upstreamUrl: filled, group: chosen.group };
}

function upstreamsOf(groups: readonly ProxyGroup[], names: readonly string[]): Upstream[] {
  if (names.length === 0) return groups.filter(({ isInAuto }) => isInAuto).flatMap(({ upstreams }) => upstreams);
  return names.flatMap((name) => {
    const group = groups.find((each) => each.name === name);
    if (group !== undefined) return group.upstreams;
    const known = groups.map((each) => each.name).join(', ') || 'none';
    throw new ProxyRefusal(
      `There is no proxy group "${name}" on this platform. It has: ${known}. The operator of the platform names groups with --proxy-groups.`,
    );
  });
}

const isIn = (upstream: Upstream, country: string): boolean =>
  upstream.country === country || upstream.country?.startsWith(`${country}_`) === true;

const notThere = ({ groups }: ProxyRequest, country: string) =>
  new ProxyRefusal(
    `No proxy ${groups.length > 0 ? `of ${groups.join(', ')} ` : ''}is in ${country}, as far as the operator of the platform says. Ask for another country, or for none.`,
  );

/** Rendezvous hashing: each session ranks all upstreams, so one that comes or goes moves only its own sessions. */
function ofSession(candidates: readonly Upstream[], session: string): Upstream {
  const seed = keyOf(session);
  let best = candidates[0]!;
  let bestRank = -1;
  for (const candidate of candidates) {
    const rank = mixed(seed ^ upstreamKeyOf(candidate));
    if (rank <= bestRank) continue;
    best = candidate;
    bestRank = rank;
  }
  return best;
}

const upstreamKeys = new WeakMap<Upstream, number>();

function upstreamKeyOf(upstream: Upstream): number {
  let key = upstreamKeys.get(upstream);
  if (key === undefined) {
    key = keyOf(upstream.url);
    upstreamKeys.set(upstream, key);
  }
  return key;
}

const keyOf = (text: string): number => Number.parseInt(hash('sha256', text).slice(0, 8), 16);

/** The last step of MurmurHash3: each bit of the input changes half of the result's. */
function mixed(input: number): number {
  let value = input;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
