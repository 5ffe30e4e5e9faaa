import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { bodyOf, dataOf, wherry } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';
import { type Paging, pagedList } from './paging.ts';

export type User = components['schemas']['User'];
export type Role = User['role'];
export type AuditEntry = components['schemas']['AuditEntry'];

export interface NewUser {
  readonly username: string;
  readonly role: Role;
  readonly name?: string;
  readonly email?: string;
}

/** What is left out stays as it is; null takes it away. */
export interface UserChanges {
  readonly role?: Role;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly isDisabled?: boolean;
  readonly maxRuns?: number | null;
  readonly maxMemoryMbytes?: number | null;
}

export const usersQuery = ({ offset, limit }: Paging) =>
  queryOptions({
    ...pagedList(['users', 'list'], { offset, limit }),
    queryFn: ({ signal }) => dataOf(wherry.GET('/wherry/v1/users', { params: { query: { offset, limit } }, signal })),
  });

export const createUser = (body: NewUser): Promise<User> => dataOf(wherry.POST('/wherry/v1/users', { body }));

export const changeUser = (userId: string, body: UserChanges): Promise<User> =>
  dataOf(wherry.PUT('/wherry/v1/users/{userId}', { params: { path: { userId } }, body }));

export const removeUser = (userId: string) =>
  bodyOf(wherry.DELETE('/wherry/v1/users/{userId}', { params: { path: { userId } } }));

export interface AuditFilter {
  readonly user: string;
  readonly operation: string;
  /** A day, such as 2026-01-31. */
  readonly since: string;
  /** Older than this sequence number. */
  readonly before: string;
  readonly limit: number;
}

/** The newest first. */
export const auditLogQuery = ({ user, operation, since, before, limit }: AuditFilter) =>
  queryOptions({
    queryKey: ['audit-log', 'list', user, operation, since, before, `${limit}`],
    queryFn: ({ signal }) => {
      const query = {
        limit,
        ...(user !== '' && { user }),
        ...(operation !== '' && { operation }),
        ...(since !== '' && { since }),
        ...(before !== '' && { before: Number(before) }),
      };
      return dataOf(wherry.GET('/wherry/v1/audit-log', { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
