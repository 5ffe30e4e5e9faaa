import type { FastifyInstance } from 'fastify';
import { listKeys } from '../../storages/key-value-stores/record.ts';
import { type KeyValueStoreRow, keyValueStores } from '../../storages/key-value-stores/store.ts';
import { contentsQuery, recordQuery } from '../../storages/url-signatures.ts';
import { userIdOf } from '../caller.ts';
import { integerOf, queryOf } from '../query.ts';
import type { Services } from '../services.ts';
import { type StorageMount, storageMounts } from '../storages/storage-mounts.ts';
import { apiStorage, plainEffects, registerStorageRoutes, sizesOf } from '../storages/storage-routes.ts';
import { registerRecordArchiveRoute } from './record-archive-routes.ts';
import { registerRecordRoutes } from './record-routes.ts';

/** The most keys in one response, and the default. */
const maxKeys = 1000;

export function registerKeyValueStoreRoutes(app: FastifyInstance, services: Services): void {
  const mounts = storageMounts(services, 'key_value_stores');
  registerStorageRoutes(app, services, {
    collection: '/v2/key-value-stores',
    mounts,
    operations: keyValueStores,
    effects: plainEffects,
    schemas: { part: 'keyValueStore', errorType: 'store-schema-invalid' },
    toApi: (row) => apiKeyValueStore(services, row),
  });
  for (const mount of mounts) {
    registerKeyRoute(app, services, mount);
    registerRecordArchiveRoute(app, services, mount);
  }
  registerRecordRoutes(app, services, mounts);
}

function registerKeyRoute(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { prefix, storageOf } = mount;
  app.get(
    `${prefix}/keys`,
    { config: { access: { attempt: 'readStorage', storage: mount, visitor: 'storageSignature' }, effect: 'reads' } },
    async (request) => {
      const query = queryOf(request);
      const exclusiveStartKey = query.exclusiveStartKey ?? '';
      const limit = Math.min(integerOf(query, 'limit', 0) || maxKeys, maxKeys);
      const listing = { exclusiveStartKey, prefix: query.prefix ?? '', collection: query.collection ?? '', limit };
      const input = { userId: userIdOf(request), address: await storageOf(request), ...listing };
      const { store, keys } = await services.database.read(listKeys, input, request.caller);
      const recordsUrl = `${storeUrl(services, store.id)}/records`;
      const items = keys.slice(0, limit).map(({ key, bytes }) => ({
        key,
        size: bytes,
        recordPublicUrl: `${recordsUrl}/${encodeURIComponent(key)}${recordQuery(store, key, request.signedUntil ?? 0)}`,
      }));
      const isTruncated = keys.length > limit;
      return {
        data: {
          items,
          count: items.length,
          limit,
          exclusiveStartKey: exclusiveStartKey || null,
          isTruncated,
          nextExclusiveStartKey: isTruncated ? items.at(-1)!.key : null,
        },
      };
    },
  );
}

const storeUrl = (services: Services, id: string): string => `${services.publicUrl}/v2/key-value-stores/${id}`;

function apiKeyValueStore(services: Services, row: KeyValueStoreRow) {
  const url = storeUrl(services, row.id);
  const signed = contentsQuery(row, services.clock.now());
  return {
    ...apiStorage(row, services, 'key-value-stores'),
    schema: row.schema,
    keysPublicUrl: `${url}/keys${signed}`,
    recordsPublicUrl: `${url}/records${signed}`,
    stats: { writeCount: row.write_count, deleteCount: row.delete_count, ...sizesOf(row) },
  };
}
