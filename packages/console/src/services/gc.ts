import { queryOptions } from '@tanstack/react-query';
import { dataOf, wherry } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';

export type Collection = components['schemas']['Collection'];

/** The collection under way, or the last one; null when there was none since the start of the platform. */
export const collectionQuery = queryOptions({
  queryKey: ['gc', 'one'],
  queryFn: ({ signal }): Promise<Collection | null> => dataOf(wherry.GET('/wherry/v1/gc', { signal })),
  staleTime: 0,
});

export const startCollection = (dryRun: boolean): Promise<Collection> =>
  dataOf(wherry.POST('/wherry/v1/gc', { body: { dryRun } }));
