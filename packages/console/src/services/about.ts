import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from '../api/client.ts';

export interface About {
  /** Null when whoever has started the platform did not say. */
  readonly version: string | null;
  readonly engine: string;
  readonly nodeVersion: string;
  /** Days; null for ever. */
  readonly retentionDays: Readonly<Record<'runs' | 'storages' | 'logs' | 'builds', number | null>>;
}

export const aboutQuery = queryOptions({
  queryKey: ['about', 'one'],
  queryFn: async ({ signal }): Promise<About> =>
    ((await (await fetchApi('/wherry/v1/about', { signal })).json()) as { data: About }).data,
});
