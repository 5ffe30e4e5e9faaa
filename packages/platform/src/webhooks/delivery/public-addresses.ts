/**
 * Which addresses a webhook may be sent to [webhook-5]. A name is resolved by the connection itself, through `lookup`, so
 * that the address that was checked is the one connected to, and a name cannot change in between.
 */
import { promises as dns, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A receiver that may not be called. */
export class ForbiddenAddress extends Error {}

/** Public in their form, but the services of clouds answer there: Azure's. */
const services = new Set(['168.63.129.16']);
/** Where clouds tell their instances credentials. No receiver is there, so these are refused whatever the operator allows. */
const credentials = new Set(['100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254', ...services]);

type Kind = 'public' | 'private' | 'never';

/** @param address IPv4 or IPv6, as text */
export function kindOf(address: string): Kind {
  // A zone names an interface of this machine.
  if (address.includes('%') || !ipaddr.isValid(address)) return 'never';
  const plain = ipaddr.process(address);
  if (credentials.has(plain.toString())) return 'never';
  switch (plain.range()) {
    case 'unicast':
      return 'public';
    case 'linkLocal':
    case 'multicast':
    case 'broadcast':
      return 'never';
    // Of translators of IPv6-only networks: what counts is the IPv4 address inside. Others than the well-known one are private.
    case 'rfc6052': {
      const bytes = plain.toByteArray();
      return bytes.slice(4, 12).every((byte) => byte === 0) ? kindOf(bytes.slice(12).join('.')) : 'private';
    }
    default:
      return 'private';
  }
}

export class PublicAddresses {
  readonly #allowsPrivate: boolean;
  readonly #resolve: (name: string) => Promise<LookupAddress[]>;

  /** @param resolve how names are resolved; by the system unless given */
  constructor(allowsPrivate: boolean, resolve = (name: string) => dns.lookup(name, { all: true })) {
    this.#allowsPrivate = allowsPrivate;
    this.#resolve = resolve;
  }

  /**
   * Checks a host that is an address itself: connections to it resolve nothing. Names pass.
   * @param hostname of a URL, which has turned decimal, octal and hexadecimal forms into the usual one
   * @throws ForbiddenAddress
   */
  checkLiteral(hostname: string): void {
    const name = hostname.replace(/^\[|\]$/g, '');
    if (isIP(name) !== 0 && !this.#isAllowed(name)) throw this.#forbidden(name, name);
  }

  /** For `net.connect`: resolves a name to those of its addresses that may be called. */
  readonly lookup: LookupFunction = (hostname: string, options: LookupOptions, callback) => {
    this.#resolveAllowed(hostname).then(
      ([first, ...others]) => {
        if (options.all) callback(null, [first!, ...others]);
        else callback(null, first!.address, first!.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };

  async #resolveAllowed(name: string): Promise<LookupAddress[]> {
    const found = await this.#resolve(name);
    const allowed = found.filter(({ address }) => this.#isAllowed(address));
    if (allowed.length === 0) throw this.#forbidden(name, found[0]?.address ?? 'nothing');
    return allowed;
  }

  #isAllowed(address: string): boolean {
    const kind = kindOf(address);
    return kind === 'public' || (kind === 'private' && this.#allowsPrivate);
  }

  #forbidden(name: string, address: string): ForbiddenAddress {
    const subject = name === address ? `The address ${address}` : `${name} is ${address}, which`;
    const advice = kindOf(address) === 'never' ? '' : ' The operator can allow it with --allow-private-webhooks.';
    return new ForbiddenAddress(`${subject} is not public, so it was not called.${advice}`);
  }
}
