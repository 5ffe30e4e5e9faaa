import type { FastifyRequest } from 'fastify';
import { hashToken, type Identity, type KnownTokens } from '../accounts/tokens.ts';
import { Refusal } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import { FailedAuthentications } from './failed-authentications.ts';
import { queryOf } from './query.ts';

/** The token of a request: from the header that Apify's clients send, or from the URL's `token` parameter. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) return /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  return queryOf(request).token || undefined;
}

/** Finds the caller that a token stands for. */
export class Authenticator {
  readonly #tokens: KnownTokens;
  /** Of calls that the platform makes to its own API, by their hashes. */
  readonly #ownCalls = new Map<string, Identity>();
  readonly #failures = new FailedAuthentications();

  constructor(tokens: KnownTokens) {
    this.#tokens = tokens;
  }

  /**
   * @param address where the call comes from
   * @throws Refusal 401 when the token is missing or unknown; 429 when the address has sent too many unknown ones;
   *   403 `attempt-fenced` when its attempt is over
   */
  async identityOf(token: string | undefined, address: string): Promise<Identity> {
    if (token === undefined) throw this.tokenMissing();
    const identity = await this.find(token);
    if (identity !== undefined) return identity;
    this.countFailure(address, 'API tokens');
    throw this.tokenNotValid();
  }

  /**
   * Resolves with undefined for an unknown token.
   * @throws Refusal 401 when it has expired; 403 `attempt-fenced` when its attempt is over
   */
  async find(token: string): Promise<Identity | undefined> {
    // Hashes are compared, through an index, so the time that it takes reveals nothing about the token.
    const tokenHash = hashToken(token);
    return this.#ownCalls.get(tokenHash) ?? (await this.#tokens.identityOf(tokenHash));
  }

  /** Makes a token for a call of a webhook to this process. It is nowhere but in memory, and no longer valid once revoked. */
  tokenOfWebhook(user: { readonly userId: string; readonly username: string }): {
    readonly token: string;
    revoke(): void;
  } {
    const token = newId(40);
    const tokenHash = hashToken(token);
    const { userId, username } = user;
    this.#ownCalls.set(tokenHash, { caller: { kind: 'user', userId }, username, origin: 'WEBHOOK' });
    return { token, revoke: () => void this.#ownCalls.delete(tokenHash) };
  }

  tokenNotValid(): Refusal {
    return new Refusal(401, 'user-or-token-not-found', 'The API token is not valid. `wherry up` prints the right one.');
  }

  tokenMissing(): Refusal {
    return new Refusal(401, 'token-not-provided', 'Send the API token as "Authorization: Bearer TOKEN".');
  }

  /** @throws Refusal 429 when too many wrong tokens, signatures and codes came from an address */
  countFailure(address: string, what: 'API tokens' | 'signatures' | 'sign-in codes'): void {
    const retryAfterSecs = this.#failures.count(address);
    if (retryAfterSecs === 0) return;
    throw new Refusal(
      429,
      'rate-limit-exceeded',
      `Too many wrong ${what} came from your address. Send the right one, or wait ${retryAfterSecs} s.`,
      { retryAfterSecs },
    );
  }
}
