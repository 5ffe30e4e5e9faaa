/** What an account may use, what it has used, and what it is. */
import { queryOptions } from '@tanstack/react-query';
import type { components } from '../api/apify-v2.d.ts';
import { apify, bodyOf, dataOf } from '../api/client.ts';

type Schemas = components['schemas'];
export type AccountLimits = Schemas['AccountLimits'];

/** What is left of them changes without an event, so it is read anew each time. */
export const limitsQuery = queryOptions({
  queryKey: ['limits', 'one'],
  queryFn: ({ signal }) => dataOf(apify.GET('/v2/users/me/limits', { signal })),
  staleTime: 0,
});

/** @param month such as 2026-11; the present one when it is empty */
export const usageQuery = (month: string) =>
  queryOptions({
    queryKey: ['usage', 'one', month],
    queryFn: ({ signal }) => {
      const query = month === '' ? {} : { date: `${month}-15` };
      return dataOf(apify.GET('/v2/users/me/usage/monthly', { params: { query }, signal }));
    },
    staleTime: 0,
  });

/** The user's own limits: USD in a month, days. @throws ApiError */
export const changeLimits = (body: { maxMonthlyUsageUsd?: number; dataRetentionDays?: number }) =>
  bodyOf(apify.PUT('/v2/users/me/limits', { body }));
