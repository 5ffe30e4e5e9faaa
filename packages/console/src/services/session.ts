import { queryOptions } from '@tanstack/react-query';
import { ApiError, dataOf, setCsrfToken, wherry } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';

export type Session = components['schemas']['Session'];
/** Whom the code of a link signs in. */
export type CodeUser = components['schemas']['SignInCodeUser'];

/** The session of this browser; null for a visitor who has to sign in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return remember(await dataOf(wherry.GET('/wherry/v1/session')));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Calls that change something send its CSRF token from now on. */
function remember(session: Session): Session {
  setCsrfToken(session.csrfToken);
  return session;
}

/** @throws ApiError 401 when the token or the code is not valid */
export async function signIn(credential: { readonly token: string } | { readonly code: string }): Promise<Session> {
  return remember(await dataOf(wherry.POST('/wherry/v1/session', { body: credential })));
}

/** Does not use the code up. @throws ApiError 401 when it is not valid */
export const userOfCode = (code: string): Promise<CodeUser> =>
  dataOf(wherry.POST('/wherry/v1/session/codes/check', { body: { code } }));

export async function signOut(): Promise<void> {
  await wherry.DELETE('/wherry/v1/session');
  setCsrfToken(undefined);
}
