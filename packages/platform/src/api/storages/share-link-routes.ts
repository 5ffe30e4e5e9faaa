import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidInput, Refusal } from '../../shared/errors.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { isoTime } from '../../shared/time.ts';
import { datasets } from '../../storages/datasets/dataset.ts';
import { keyValueStores } from '../../storages/key-value-stores/store.ts';
import { checkRecordKey } from '../../storages/storage-name.ts';
import type { StorageRow } from '../../storages/storage-row.ts';
import { shareSignature } from '../../storages/url-signatures.ts';
import { userIdOf } from '../caller.ts';
import type { Services } from '../services.ts';

const mostYears = 10;
const expiresInSecs = { type: 'integer', minimum: 1, maximum: mostYears * 366 * 24 * 3600 };

const checkDatasetLink = bodyChecker<{ expiresInSecs: number }>({
  type: 'object',
  required: ['expiresInSecs'],
  properties: { expiresInSecs },
});

const checkStoreLink = bodyChecker<{ contents: 'keys' | 'records' | 'record'; key?: string; expiresInSecs: number }>({
  type: 'object',
  required: ['contents', 'expiresInSecs'],
  properties: { contents: { enum: ['keys', 'records', 'record'] }, key: { type: 'string' }, expiresInSecs },
});

/** Making a link stores nothing; but whoever has it reads, so it needs the scope of changes. */
const config = { access: 'user', effect: 'reads', scope: 'manage' } as const;

/**
 * Links that open a storage for anybody until they expire. Who has the storage's key makes them alone, as Apify's clients do; a page
 * that is not served over TLS cannot, since browsers have no HMAC there.
 */
export function registerShareLinkRoutes(app: FastifyInstance, services: Services): void {
  const { database } = services;
  const addressed = (request: FastifyRequest, address: string) => ({ userId: userIdOf(request), address });

  app.post('/wherry/v1/datasets/:datasetId/share-links', { config }, async (request) => {
    const body = checkDatasetLink(request.body);
    const { datasetId } = request.params as { datasetId: string };
    const dataset = await database.read(datasets.get, addressed(request, datasetId), request.caller);
    const path = `/v2/datasets/${dataset.id}/items`;
    return { data: linkTo(services, dataset, { path, expiresInSecs: body.expiresInSecs }) };
  });

  app.post('/wherry/v1/key-value-stores/:storeId/share-links', { config }, async (request) => {
    const body = checkStoreLink(request.body);
    const key = keyOf(body);
    const { storeId } = request.params as { storeId: string };
    const store = await database.read(keyValueStores.get, addressed(request, storeId), request.caller);
    const contents = key === undefined ? body.contents : `records/${encodeURIComponent(key)}`;
    const path = `/v2/key-value-stores/${store.id}/${contents}`;
    return { data: linkTo(services, store, { path, key, expiresInSecs: body.expiresInSecs }) };
  });
}

function keyOf({ contents, key }: { readonly contents: string; readonly key?: string }): string | undefined {
  if (contents !== 'record') return undefined;
  if (key === undefined) throw invalidInput('The field "key" is missing. Name the record that the link is to open.');
  checkRecordKey(key);
  return key;
}

function linkTo(
  { publicUrl, clock }: Services,
  storage: StorageRow,
  link: { readonly path: string; readonly key?: string | undefined; readonly expiresInSecs: number },
) {
  const secretKey = storage.url_signing_secret_key;
  if (secretKey === null) {
    throw new Refusal(403, 'insufficient-permissions', 'Only who may change the storage may make links to it.');
  }
  const expiresAt = clock.now() + link.expiresInSecs * 1000;
  const signature = shareSignature(secretKey, { storageId: storage.id, key: link.key, expiresAt });
  return { url: `${publicUrl}${link.path}?signature=${signature}`, expiresAt: isoTime(expiresAt) };
}
