import { queryOptions } from '@tanstack/react-query';
import { dataOf, wherry } from '../api/client.ts';

/** What the platform is, and for how many days it keeps what is over. */
export const aboutQuery = queryOptions({
  queryKey: ['about', 'one'],
  queryFn: ({ signal }) => dataOf(wherry.GET('/wherry/v1/about', { signal })),
});
