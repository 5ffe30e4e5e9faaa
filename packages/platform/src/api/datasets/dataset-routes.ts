import type { FastifyInstance } from 'fastify';
import { type DatasetRow, datasets } from '../../storages/datasets/dataset.ts';
import { contentsQuery } from '../../storages/url-signatures.ts';
import type { Services } from '../services.ts';
import { storageMounts } from '../storages/storage-mounts.ts';
import { apiStorage, plainEffects, registerStorageRoutes, sizesOf } from '../storages/storage-routes.ts';
import { fieldNamesOf } from './dataset-views.ts';
import { registerDatasetItemRoutes } from './item-routes.ts';

export function registerDatasetRoutes(app: FastifyInstance, services: Services): void {
  const mounts = storageMounts(services, 'datasets');
  registerStorageRoutes(app, services, {
    collection: '/v2/datasets',
    mounts,
    operations: datasets,
    effects: plainEffects,
    schemas: { part: 'dataset', errorType: 'dataset-schema-invalid' },
    toApi: (row) => apiDataset(services, row),
  });
  for (const mount of mounts) registerDatasetItemRoutes(app, services, mount);
}

function apiDataset(services: Services, row: DatasetRow) {
  const url = `${services.publicUrl}/v2/datasets/${row.id}`;
  return {
    ...apiStorage(row, services, 'datasets'),
    itemCount: row.item_count,
    cleanItemCount: row.clean_item_count,
    fields: fieldNamesOf(row.schema),
    schema: row.schema,
    itemsPublicUrl: `${url}/items${contentsQuery(row, services.clock.now())}`,
    stats: { writeCount: row.write_count, ...sizesOf(row), inflatedBytes: row.bytes },
  };
}
