import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from '../api/client.ts';
import type { LoadedItems } from '../model/item-windows.ts';
import { type StorageInfo, storagePath, storageQuery } from './storages.ts';

/** With what Apify's description does not name. */
export interface Dataset extends StorageInfo {
  readonly itemCount: number;
  readonly cleanItemCount: number;
  readonly fields: readonly string[] | null;
  readonly schema: unknown;
}

export const datasetQuery = (id: string) => storageQuery<Dataset>('datasets', id);

/** The path of a dataset's items; parameters that are undefined are left out. */
export function itemsPath(id: string, parameters: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return `${storagePath('datasets', id)}/items${query === '' ? '' : `?${query}`}`;
}

/** Stored items from an offset on, the oldest first, and how long their JSON is. @throws ApiError */
export async function loadItems(id: string, offset: number, limit: number, signal: AbortSignal): Promise<LoadedItems> {
  const response = await fetchApi(itemsPath(id, { offset: `${offset}`, limit: `${limit}` }), { signal });
  const text = await response.text();
  return { items: JSON.parse(text) as unknown[], bytes: text.length };
}

interface ItemPage {
  readonly offset: number;
  readonly limit: number;
  readonly view: string | undefined;
  readonly isNewestFirst: boolean;
}

/** The rows that a view makes of a page of items. */
export const itemPageQuery = (id: string, page: ItemPage) =>
  queryOptions({
    queryKey: ['datasets', 'one', id, 'items', page],
    queryFn: async ({ signal }) => {
      const { offset, limit, view, isNewestFirst } = page;
      const desc = isNewestFirst ? '1' : '0';
      const path = itemsPath(id, { offset: `${offset}`, limit: `${limit}`, view, desc });
      return (await (await fetchApi(path, { signal })).json()) as unknown[];
    },
    placeholderData: (former) => former,
  });
