import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { nextTurn } from '../../shared/slices.ts';
import { listKeys, readRecord } from '../../storages/key-value-stores/record.ts';
import { userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import type { Services } from '../services.ts';
import type { StorageMount } from '../storages/storage-mounts.ts';
import { ZipArchive } from '../zip-archive.ts';
import { openRecord } from './record-response.ts';

const keysAtOnce = 1000;

/** All records of a key-value store, or those with a key prefix, as a zip archive with one file for each record. */
export function registerRecordArchiveRoute(app: FastifyInstance, services: Services, mount: StorageMount): void {
  app.get(
    `${mount.prefix}/records`,
    {
      config: {
        access: { attempt: 'readStorage', storage: mount, records: 'all', visitor: 'storageSignature' },
        effect: 'reads',
      },
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const { collection = '', prefix = '' } = queryOf(request);
      const address = await mount.storageOf(request);
      const { storeId, keys } = await keysOf(services, request, { address, prefix, collection });
      const archive = archiveOf(services, request, storeId, keys);
      reply.header('content-disposition', `attachment; filename="${storeId}.zip"`);
      return reply.type('application/zip').send(archive);
    },
  );
}

interface WantedKeys {
  readonly address: string;
  readonly prefix: string;
  readonly collection: string;
}

async function keysOf(services: Services, request: FastifyRequest, wanted: WantedKeys) {
  const all: string[] = [];
  const input = { userId: userIdOf(request), ...wanted, limit: keysAtOnce };
  for (;;) {
    const listing = { ...input, exclusiveStartKey: all.at(-1) ?? '' };
    const { store, keys } = await services.database.read(listKeys, listing, request.caller);
    all.push(...keys.slice(0, keysAtOnce).map(({ key }) => key));
    if (keys.length <= keysAtOnce) return { storeId: store.id, keys: all };
    await nextTurn();
  }
}

/** Each record is opened only when it is sent, so that memory and open files do not grow with the store. */
function archiveOf(services: Services, request: FastifyRequest, storeId: string, keys: readonly string[]): Readable {
  const archive = new ZipArchive();
  for (const key of keys) archive.addStream(fileNameOf(key), () => openValue(services, request, storeId, key));
  archive.end();
  return archive.output;
}

async function openValue({ database, files }: Services, request: FastifyRequest, storeId: string, key: string) {
  const wanted = { userId: userIdOf(request), address: storeId, key };
  const { body } = await openRecord(files, () => database.read(readRecord, wanted, request.caller));
  return Buffer.isBuffer(body) ? Readable.from([body]) : body;
}

/** A key that consists of dots would name a folder. */
const fileNameOf = (key: string) => (/^\.+$/.test(key) ? key.replaceAll('.', '%2E') : key);
