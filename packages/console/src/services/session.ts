import { queryOptions } from '@tanstack/react-query';
import { ApiError, fetchApi, setCsrfToken } from '../api/client.ts';

export interface Session {
  readonly userId: string;
  readonly username: string;
  readonly role: 'administrator' | 'member';
  readonly csrfToken: string;
}

/** The session of this browser; null for a visitor who has to sign in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return remember(await fetchApi('/wherry/v1/session'));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

async function remember(response: Response): Promise<Session> {
  const { data: session } = (await response.json()) as { data: Session };
  setCsrfToken(session.csrfToken);
  return session;
}

/** @throws ApiError 401 when the token or the code is not valid */
export async function signIn(credential: { readonly token: string } | { readonly code: string }): Promise<Session> {
  const body = JSON.stringify(credential);
  return remember(
    await fetchApi('/wherry/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
  );
}

export async function signOut(): Promise<void> {
  await fetchApi('/wherry/v1/session', { method: 'DELETE' });
  setCsrfToken(undefined);
}
