import { queryOptions } from '@tanstack/react-query';
import { bodyOf, dataOf, wherry } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';

export type Token = components['schemas']['Token'];
/** With the token itself, which is shown this once. */
export type NewToken = components['schemas']['NewToken'];
type Scope = 'read' | 'run' | 'manage';

export interface TokenRequest {
  readonly name: string;
  /** The id or the name of whose it is, for administrators; the caller's own without. */
  readonly user?: string;
  readonly scopes?: Scope[];
  /** Ids or names; null for a token that is not limited to some. */
  readonly resources?: { actors?: string[]; storages?: string[]; runs?: string[] } | null;
  /** Whether a token with limits starts runs with full permissions. */
  readonly startsFull?: boolean;
  /** ISO 8601; null for ever. */
  readonly expiresAt?: string | null;
}

/** @param user `*` for those of all users, which administrators see */
export const tokensQuery = (user?: string) =>
  queryOptions({
    queryKey: ['tokens', 'list', user ?? ''],
    queryFn: async ({ signal }): Promise<readonly Token[]> => {
      const query = user === undefined ? {} : { user };
      return (await dataOf(wherry.GET('/wherry/v1/tokens', { params: { query }, signal }))).items;
    },
  });

export const createToken = (body: TokenRequest): Promise<NewToken> =>
  dataOf(wherry.POST('/wherry/v1/tokens', { body }));

/** A new token with the same limits takes the place of the former one, which ends at once. */
export const rotateToken = (tokenId: string): Promise<NewToken> =>
  dataOf(wherry.POST('/wherry/v1/tokens/{tokenId}/rotate', { params: { path: { tokenId } } }));

export const removeToken = (tokenId: string) =>
  bodyOf(wherry.DELETE('/wherry/v1/tokens/{tokenId}', { params: { path: { tokenId } } }));
