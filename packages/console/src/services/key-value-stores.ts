import { queryOptions } from '@tanstack/react-query';
import { fetchApi, fetchData } from '../api/client.ts';
import { type StorageInfo, storagePath, storageQuery } from './storages.ts';

export const storeQuery = (id: string) => storageQuery<StorageInfo>('keyValueStores', id);

export interface RecordKey {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

export interface KeyPage {
  readonly items: readonly RecordKey[];
  readonly isTruncated: boolean;
  /** Where the next page starts; null after the last one. */
  readonly nextExclusiveStartKey: string | null;
}

const keysAtOnce = 100;

/** Keys in their order, after `startKey`. */
export const keysQuery = (id: string, { prefix, startKey }: { readonly prefix: string; readonly startKey: string }) =>
  queryOptions({
    queryKey: ['keyValueStores', 'one', id, 'keys', prefix, startKey],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ limit: `${keysAtOnce}` });
      if (prefix !== '') query.set('prefix', prefix);
      if (startKey !== '') query.set('exclusiveStartKey', startKey);
      return fetchData<KeyPage>(`${storagePath('keyValueStores', id)}/keys?${query}`, { signal });
    },
    placeholderData: (former) => former,
  });

export const recordPath = (id: string, key: string, { isAttachment = false } = {}): string =>
  `${storagePath('keyValueStores', id)}/records/${encodeURIComponent(key)}${isAttachment ? '?attachment=1' : ''}`;

export interface RecordInfo {
  readonly contentType: string;
  readonly bytes: number;
}

/** All that is known of one record. */
export const recordQueryKey = (id: string, key: string) => ['keyValueStores', 'one', id, 'record', key];

/** What a record is, without its value. */
export const recordInfoQuery = (id: string, key: string) =>
  queryOptions({
    queryKey: recordQueryKey(id, key),
    queryFn: async ({ signal }): Promise<RecordInfo> => {
      const { headers } = await fetchApi(recordPath(id, key), { method: 'HEAD', signal });
      return {
        contentType: headers.get('content-type') ?? 'application/octet-stream',
        bytes: Number(headers.get('content-length') ?? 0),
      };
    },
  });

/** The first bytes of a record; the rest is not transferred. */
export const recordStartQuery = (id: string, key: string, mostBytes: number) =>
  queryOptions({
    queryKey: [...recordQueryKey(id, key), 'start', mostBytes],
    queryFn: async ({ signal }): Promise<Uint8Array<ArrayBuffer>> => {
      const response = await fetchApi(recordPath(id, key), { signal });
      return response.body === null ? new Uint8Array() : readStart(response.body, mostBytes);
    },
    gcTime: 30_000,
  });

async function readStart(body: ReadableStream<Uint8Array>, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < mostBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  await reader.cancel();
  const start = new Uint8Array(Math.min(length, mostBytes));
  let offset = 0;
  for (const part of parts) {
    start.set(part.subarray(0, start.length - offset), offset);
    offset = Math.min(start.length, offset + part.length);
  }
  return start;
}

export interface NewRecord {
  readonly key: string;
  readonly contentType: string;
  readonly body: BodyInit;
}

export async function writeRecord(id: string, { key, contentType, body }: NewRecord): Promise<void> {
  await fetchApi(recordPath(id, key), { method: 'PUT', headers: { 'content-type': contentType }, body });
}

export async function deleteRecord(id: string, key: string): Promise<void> {
  await fetchApi(recordPath(id, key), { method: 'DELETE' });
}

/** All records, or those with a prefix, as a zip archive. */
export const archivePath = (id: string, prefix: string): string =>
  `${storagePath('keyValueStores', id)}/records${prefix === '' ? '' : `?prefix=${encodeURIComponent(prefix)}`}`;
