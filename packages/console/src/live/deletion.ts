import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { resumeTelling, stopTelling } from './live-events.ts';

export interface Deletion {
  /** As in the keys of queries, e.g. `datasets`. */
  readonly kinds: string;
  readonly id: string;
  /** The page that is shown afterwards. */
  readonly to: string;
  /** The parameters of that page. */
  readonly search?: Readonly<Record<string, string>>;
  readonly call: () => Promise<unknown>;
}

/** Calls what deletes the subject of these queries. From before the call on nothing asks for it again, unless the call fails. */
export async function deleteUntold(
  queryClient: QueryClient,
  queryKey: readonly string[],
  call: () => Promise<unknown>,
): Promise<void> {
  stopTelling(queryKey);
  try {
    await queryClient.cancelQueries({ queryKey });
    await call();
  } catch (error) {
    resumeTelling(queryKey);
    throw error;
  }
}

/**
 * Deletes what the open page shows, and leaves the page. From before the call on nothing asks for it again, whatever the stream
 * of events tells: it would be asked for when it is gone.
 */
export function useDeletion(): (deletion: Deletion) => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  return async ({ kinds, id, to, search = {}, call }) => {
    const queryKey = [kinds, 'one', id];
    // So that the page is left at once.
    await router.preloadRoute({ to, search } as never);
    await deleteUntold(queryClient, queryKey, call);
    await router.navigate({ to, search } as never);
    queryClient.removeQueries({ queryKey });
    await queryClient.invalidateQueries({ queryKey: [kinds, 'list'] });
  };
}
