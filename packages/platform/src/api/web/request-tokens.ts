import type { IncomingMessage } from 'node:http';
import { hashToken, type KnownTokens } from '../../accounts/tokens.ts';
import { Refusal } from '../../shared/errors.ts';
import type { WebAddress } from '../../shared/web-addresses.ts';

/** Apify's own header for a token, beside one that is the Actor's. */
const apifyHeader = 'x-apify-authorization';
const headerNames = [apifyHeader, 'authorization'] as const;

const bearerOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? /^Bearer\s+(\S+)$/i.exec(header)?.[1] : undefined;

/** The tokens in a request: its headers, and the parameter `token` of its URL. */
export class RequestTokens {
  readonly #known: KnownTokens;

  constructor(known: KnownTokens) {
    this.#known = known;
  }

  /** The token that a request to an Actor in Standby mode is made with; undefined when there is none. */
  async find(request: IncomingMessage, { target }: WebAddress): Promise<string | undefined> {
    const { [apifyHeader]: apify, authorization } = request.headers;
    const given = [bearerOf(apify) ?? (typeof apify === 'string' ? apify : undefined), bearerOf(authorization)];
    const candidates = [...given, queryOf(target).get('token')].filter((each) => each !== undefined && each !== null);
    // The Actor may have a scheme of its own in `Authorization`.
    for (const each of candidates) if (await this.#isOurs(each)) return each;
    return candidates[0];
  }

  /** [web-token-1] takes the platform's tokens out of the request. Resolves with the address without them. */
  async strip(request: IncomingMessage, address: WebAddress): Promise<WebAddress> {
    for (const name of headerNames) {
      const value = request.headers[name];
      const token = bearerOf(value) ?? (name === apifyHeader ? value : undefined);
      if (typeof token === 'string' && (await this.#isOurs(token))) delete request.headers[name];
    }
    const token = queryOf(address.target).get('token');
    if (token === null || !(await this.#isOurs(token))) return address;
    return { ...address, target: withoutToken(address.target) };
  }

  async #isOurs(token: string): Promise<boolean> {
    try {
      return (await this.#known.identityOf(hashToken(token))) !== undefined;
    } catch (error) {
      // That of an attempt which is over.
      if (error instanceof Refusal) return true;
      throw error;
    }
  }
}

const queryOf = (target: string): URLSearchParams => new URLSearchParams(target.split('?').slice(1).join('?'));

/** Leaves the rest of the query as it was written. */
function withoutToken(target: string): string {
  const [path = '', ...rest] = target.split('?');
  const kept = rest
    .join('?')
    .split('&')
    .filter((part) => !new URLSearchParams(part).has('token'));
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}
