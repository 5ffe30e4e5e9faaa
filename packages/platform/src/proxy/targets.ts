/**
 * Where the proxy connects to directly. Attempts in containers must not reach through it what they do not reach without it:
 *
 * [proxy-2] no direct connection goes to a link-local address, or to another one that clouds give their instances to ask for
 *     credentials.
 * [proxy-3] where attempts have a network of their own, none goes to this machine either, except to the ports of the API, which
 *     attempts reach anyway.
 *
 * Names are resolved once, and the connection goes to the addresses that were checked, so that a name cannot change in between.
 */
import { promises as dns, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface TargetRules {
  /** Whether attempts share this machine's network, and so reach all of it without the proxy. */
  readonly sharesNetwork: boolean;
  /** The ports under which the API is reached. */
  apiPorts(): readonly number[];
}

export type Target =
  | { readonly kind: 'allowed'; readonly lookup: LookupFunction }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'forbidden'; readonly address: string };

/** Link-local, and the addresses of the metadata services of clouds that are not: Alibaba, Azure, Oracle, AWS and Google. */
const metadata = new BlockList();
metadata.addSubnet('169.254.0.0', 16, 'ipv4');
metadata.addSubnet('fe80::', 10, 'ipv6');
for (const address of ['100.100.100.200', '168.63.129.16', '192.0.0.192']) metadata.addAddress(address, 'ipv4');
for (const address of ['fd00:ec2::254', 'fd20:ce::254']) metadata.addAddress(address, 'ipv6');

/** How long the addresses of this machine are remembered: there may be many, and a container more brings another. */
const addressesMs = 5000;

export class Targets {
  readonly #rules: TargetRules;
  #own: { readonly list: BlockList; readonly readAt: number } | undefined;

  constructor(rules: TargetRules) {
    this.#rules = rules;
  }

  /** @param hostname as in a URL, so an IPv6 address has brackets */
  async resolve(hostname: string, port: number): Promise<Target> {
    const name = hostname.replace(/^\[|\]$/g, '');
    const family = isIP(name);
    const addresses =
      family === 0 ? await dns.lookup(name, { all: true }).catch(() => []) : [{ address: name, family }];
    if (addresses.length === 0) return { kind: 'unknown' };
    const allowed = addresses.filter((each) => !this.#isForbidden(each, port));
    if (allowed.length === 0) return { kind: 'forbidden', address: addresses[0]!.address };
    return { kind: 'allowed', lookup: lookupOf(allowed) };
  }

  #isForbidden({ address, family }: LookupAddress, port: number): boolean {
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (metadata.check(address, type)) return true;
    if (this.#rules.sharesNetwork || this.#rules.apiPorts().includes(port)) return false;
    return this.#ownAddresses().check(address, type);
  }

  #ownAddresses(): BlockList {
    const now = performance.now();
    if (this.#own === undefined || now - this.#own.readAt > addressesMs)
      this.#own = { list: ownAddresses(), readAt: now };
    return this.#own.list;
  }
}

/** Loopback, "this host", and the addresses of all network interfaces. */
function ownAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  list.addAddress('::', 'ipv6');
  for (const each of Object.values(networkInterfaces()).flatMap((found) => found ?? [])) {
    list.addAddress(each.address, each.family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Resolves every name to these addresses, in both forms in which `node:net` asks. */
function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  const [first] = addresses;
  return (_hostname: string, { all }: LookupOptions, callback) => {
    if (all) callback(null, [...addresses]);
    else callback(null, first!.address, first!.family);
  };
}
