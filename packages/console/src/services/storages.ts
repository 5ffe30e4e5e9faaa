/** What storages of all kinds have in common: lists, names, access, deletion, links. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { fetchApi, fetchData, withBody } from '../api/client.ts';
import type { components } from '../api/wherry-v1.d.ts';
import { type Paging, pagedList } from './paging.ts';

export type StorageKind = 'datasets' | 'keyValueStores' | 'requestQueues';

export type GeneralAccess =
  | 'FOLLOW_USER_SETTING'
  | 'RESTRICTED'
  | 'ANYONE_WITH_ID_CAN_READ'
  | 'ANYONE_WITH_NAME_CAN_READ';

/** The platform says of a storage more than Apify's description does: `title`, `username`, `stats.storageBytes`. */
export interface StorageInfo {
  readonly id: string;
  readonly name: string | null;
  readonly title: string | null;
  readonly username: string;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly actId: string | null;
  readonly actRunId: string | null;
  readonly generalAccess: GeneralAccess;
  readonly stats: { readonly storageBytes: number; readonly writeCount: number };
}

export const apiPaths = {
  datasets: '/v2/datasets',
  keyValueStores: '/v2/key-value-stores',
  requestQueues: '/v2/request-queues',
} as const;

export const storagePath = (kind: StorageKind, id: string): string => `${apiPaths[kind]}/${encodeURIComponent(id)}`;

export const storageQuery = <Info extends StorageInfo>(kind: StorageKind, id: string) =>
  queryOptions({
    queryKey: [kind, 'one', id],
    queryFn: ({ signal }) => fetchData<Info>(storagePath(kind, id), { signal }),
  });

interface Listing extends Paging {
  /** From 0. */
  readonly withUnnamed: boolean;
}

interface StoragePage<Info> {
  readonly total: number;
  readonly items: readonly Info[];
}

const listOf = <Info>(kind: StorageKind, { offset, limit, withUnnamed }: Listing, signal: AbortSignal) => {
  const query = new URLSearchParams({ offset: `${offset}`, limit: `${limit}`, desc: '1' });
  if (withUnnamed) query.set('unnamed', '1');
  return fetchData<StoragePage<Info>>(`${apiPaths[kind]}?${query}`, { signal });
};

/** A page of storages, the newest first. */
export const storagesQuery = <Info extends StorageInfo>(kind: StorageKind, listing: Listing) =>
  queryOptions({
    ...pagedList([kind, 'list', listing.withUnnamed], listing),
    queryFn: ({ signal }) => listOf<Info>(kind, listing, signal),
  });

/** The most that one call lists. */
const searchedAtOnce = 1000;

/** All storages, by pages, for a search: the platform lists them only. */
export const allStoragesQuery = <Info extends StorageInfo>(kind: StorageKind, withUnnamed: boolean) =>
  infiniteQueryOptions({
    queryKey: [kind, 'list', 'all', withUnnamed],
    queryFn: ({ pageParam, signal }) =>
      listOf<Info>(kind, { offset: pageParam, limit: searchedAtOnce, withUnnamed }, signal),
    initialPageParam: 0,
    getNextPageParam: ({ total }, pages) => {
      const offset = pages.length * searchedAtOnce;
      return offset < total ? offset : undefined;
    },
  });

export interface StorageChanges {
  readonly name?: string | null;
  readonly title?: string | null;
  readonly generalAccess?: GeneralAccess;
}

export const changeStorage = (kind: StorageKind, id: string, changes: StorageChanges): Promise<StorageInfo> =>
  fetchData(storagePath(kind, id), withBody('PUT', changes));

/** Makes a storage, or opens the one that has the name already. */
export const createStorage = (kind: StorageKind, name: string): Promise<StorageInfo> =>
  fetchData(`${apiPaths[kind]}?name=${encodeURIComponent(name)}`, { method: 'POST' });

export async function deleteStorage(kind: StorageKind, id: string): Promise<void> {
  await fetchApi(storagePath(kind, id), { method: 'DELETE' });
}

export type ShareLink = components['schemas']['ShareLink'];

/** Makes a link that opens for anybody until it expires. @param link.key of the record, for `record` alone */
export const createShareLink = (
  kind: 'datasets' | 'keyValueStores',
  id: string,
  link: { readonly contents: 'items' | 'keys' | 'records' | 'record'; readonly key?: string; readonly secs: number },
): Promise<ShareLink> => {
  const { contents, key, secs: expiresInSecs } = link;
  const wherryPath = kind === 'datasets' ? 'datasets' : 'key-value-stores';
  return fetchData(
    `/wherry/v1/${wherryPath}/${encodeURIComponent(id)}/share-links`,
    withBody('POST', { contents, ...(key !== undefined && { key }), expiresInSecs }),
  );
};
