import type { FastifyRequest } from 'fastify';
import { hashToken, type Identity, type KnownTokens } from '../accounts/tokens.ts';
import { Refusal } from '../shared/errors.ts';
import { queryOf } from './query.ts';

/** The header that Apify's clients send, or the `token` parameter that its URLs may carry. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) return /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  return queryOf(request).token;
}

/** Finds out who calls. */
export class Authenticator {
  readonly #tokens: KnownTokens;

  constructor(tokens: KnownTokens) {
    this.#tokens = tokens;
  }

  /** @throws Refusal 401 for a token that is missing or unknown; 403 `attempt-fenced` for one of an attempt that is over */
  async identityOf(token: string | undefined): Promise<Identity> {
    if (token === undefined) {
      throw new Refusal(401, 'token-not-provided', 'Send the API token as "Authorization: Bearer TOKEN".');
    }
    // The comparison is one of hashes by an index, so its time tells nothing of the token.
    const identity = await this.#tokens.identityOf(hashToken(token));
    if (identity !== undefined) return identity;
    throw new Refusal(401, 'user-or-token-not-found', 'The API token is not valid. `wherry up` prints the right one.');
  }
}
