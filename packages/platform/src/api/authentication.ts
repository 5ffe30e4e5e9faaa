import type { FastifyRequest } from 'fastify';
import { callerOfToken, hashToken } from '../accounts/tokens.ts';
import type { Database } from '../database/database.ts';
import type { Caller } from '../database/operation.ts';
import { Refusal } from '../shared/errors.ts';
import { queryOf } from './query.ts';

/** The header that Apify's clients send, or the `token` parameter that its URLs may carry. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) return /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  return queryOf(request).token;
}

/** Finds out who asks. What was found for a token is kept: tokens never change hands. */
export class Authenticator {
  readonly #database: Database;
  readonly #known = new Map<string, Caller>();

  constructor(database: Database) {
    this.#database = database;
  }

  async callerOf(token: string | undefined): Promise<Caller> {
    if (token === undefined) {
      throw new Refusal(401, 'token-not-provided', 'Send the API token as "Authorization: Bearer TOKEN".');
    }
    // The comparison is one of hashes by an index, so its time tells nothing of the token.
    const tokenHash = hashToken(token);
    const known = this.#known.get(tokenHash);
    if (known !== undefined) return known;
    const caller = await this.#database.read(callerOfToken, { tokenHash }, { kind: 'platform' });
    if (caller === undefined) {
      throw new Refusal(
        401,
        'user-or-token-not-found',
        'The API token is not valid. `wherry up` prints the right one.',
      );
    }
    if (this.#known.size > 10_000) this.#known.clear();
    this.#known.set(tokenHash, caller);
    return caller;
  }
}
