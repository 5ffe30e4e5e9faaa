/** What the editors of an input offer: storages, proxy groups, and a place for files. */
import { queryOptions } from '@tanstack/react-query';
import { apify, bodyOf, dataOf, fetchApi } from '../api/client.ts';
import { apiPaths } from './storages.ts';

export type ResourceType = 'dataset' | 'keyValueStore' | 'requestQueue';

export interface StorageName {
  readonly id: string;
  /** Null for one without a name. */
  readonly name: string | null;
}

const kinds = { dataset: 'datasets', keyValueStore: 'keyValueStores', requestQueue: 'requestQueues' } as const;

/** More are addressed by typing their name or id. */
const maxOffered = 200;

/** The newest storages of a kind: those with a name, then those of runs. */
export const storageNamesQuery = (type: ResourceType) =>
  queryOptions({
    queryKey: [kinds[type], 'list', 'names'],
    queryFn: async (): Promise<readonly StorageName[]> => {
      const list = async (unnamed: boolean) => {
        const query = { desc: true, limit: maxOffered, unnamed };
        const { items } = await dataOf(apify.GET(apiPaths[kinds[type]], { params: { query } }));
        return items.map(({ id, name }) => ({ id, name: name ?? null }));
      };
      const [named, all] = [await list(false), await list(true)];
      const seen = new Set(named.map(({ id }) => id));
      return [...named, ...all.filter(({ id }) => !seen.has(id))].slice(0, maxOffered);
    },
  });

export interface ProxyGroup {
  readonly name: string;
  readonly description: string;
  /** How many upstream proxies are in it. */
  readonly availableCount: number;
}

/** The proxy groups that the user may use. */
export const proxyGroupsQuery = queryOptions({
  queryKey: ['users', 'me', 'proxy'],
  queryFn: async (): Promise<readonly ProxyGroup[]> => {
    const { proxy } = (await dataOf(apify.GET('/v2/users/me'))) as { proxy?: { groups?: readonly ProxyGroup[] } };
    return proxy?.groups ?? [];
  },
});

/** Where files of inputs are kept, in the user's own account. */
const uploadStore = 'wherry-input-files';

/** Stores a file, and resolves with a URL by which the run reads it, whatever its permissions are. @throws ApiError */
export async function uploadInputFile(file: File): Promise<string> {
  const query = { name: uploadStore };
  const store = await dataOf(apify.POST('/v2/key-value-stores', { params: { query } }));
  const safeName = file.name.replaceAll(/[^a-zA-Z0-9._-]+/g, '-').slice(-100);
  const key = `${Date.now().toString(36)}-${Math.trunc(Math.random() * 36 ** 6).toString(36)}-${safeName}`;
  await fetchApi(`/v2/key-value-stores/${store.id}/records/${encodeURIComponent(key)}`, {
    method: 'PUT',
    headers: { 'content-type': file.type || 'application/octet-stream' },
    body: file,
  });
  const listed = apify.GET('/v2/key-value-stores/{storeId}/keys', {
    params: { path: { storeId: store.id }, query: { prefix: key, limit: 1 } },
  });
  const { data } = (await bodyOf(listed)) as { data: { items: readonly { recordPublicUrl?: string }[] } };
  return data.items[0]?.recordPublicUrl ?? `${location.origin}/v2/key-value-stores/${store.id}/records/${key}`;
}
