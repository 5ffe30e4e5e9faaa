import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../shared/errors.ts';
import {
  describeRecord,
  maxRecordBytes,
  readRecord,
  removeRecord,
  writeRecord,
} from '../../storages/key-value-stores/record.ts';
import { keyValueStores } from '../../storages/key-value-stores/store.ts';
import { checkRecordKey } from '../../storages/storage-name.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, queryOf } from '../query.ts';
import type { Services } from '../services.ts';
import { checkRecord, writeFitting } from '../storages/fitting-writes.ts';
import type { StorageMount } from '../storages/storage-mounts.ts';
import { checkJson, receiveValue, recordTooLarge, textOfRecord } from './record-body.ts';
import { describeValue, sendRecord } from './record-response.ts';

const defaultContentType = 'application/octet-stream';

/** Records of a key-value store. Values have any type, are streamed both ways, and are stored byte by byte as sent. */
export function registerRecordRoutes(app: FastifyInstance, services: Services, mounts: readonly StorageMount[]): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    for (const mount of mounts) {
      registerReading(scope, services, mount);
      registerWriting(scope, services, mount);
    }
    done();
  });
}

function registerReading(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database } = services;
  const url = `${mount.prefix}/records/:recordKey`;
  const addressed = addressing(mount.storageOf);

  app.get(
    url,
    {
      config: {
        access: { attempt: 'readStorage', storage: mount, records: 'one', visitor: 'recordSignature' },
        effect: 'reads',
      },
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const attachment = booleanOf(queryOf(request), 'attachment') === true;
      const input = await addressed(request);
      const read = () => database.read(readRecord, input, request.caller);
      return sendRecord(services, reply, read, {
        fileName: attachment ? input.key : undefined,
        fields: request.headers,
      });
    },
  );

  app.head(
    url,
    {
      config: {
        access: { attempt: 'readStorage', storage: mount, records: 'one', visitor: 'recordSignature' },
        effect: 'reads',
      },
    },
    async (request, reply) => {
      describeValue(reply, await database.read(describeRecord, await addressed(request), request.caller));
      return reply.send();
    },
  );
}

function registerWriting(app: FastifyInstance, services: Services, mount: StorageMount): void {
  const { database, files } = services;
  const url = `${mount.prefix}/records/:recordKey`;
  const addressed = addressing(mount.storageOf);
  const discard = async (blobId: string | null) => {
    if (blobId !== null) await files.remove(blobId);
  };

  app.route({
    method: ['PUT', 'POST'],
    url,
    bodyLimit: maxRecordBytes,
    config: {
      access: { attempt: 'writeStorage', storage: mount, records: 'one' },
      effect: 'savesState',
      tooLarge: recordTooLarge,
    },
    handler: async (request, reply) => {
      const { userId, address, key } = await addressed(request);
      const contentType = request.headers['content-type'] || defaultContentType;
      const received = await receiveValue(request.body as Readable | undefined, files, async () => {
        await database.read(keyValueStores.get, { userId, address }, request.caller);
      });
      checkJson(contentType, received);
      const record = { key, contentType, ...received };
      const name = `${userId}/${address}`;
      try {
        const replaced = await writeFitting(services, {
          caller: request.caller,
          checks: new Map([[name, (schema) => checkRecord(schema, record, () => textOfRecord(files, record))]]),
          write: (checkedOf) => {
            return database.write(writeRecord, { userId, address, record, checked: checkedOf(name) }, request.caller);
          },
          storageOf: () => name,
        });
        await discard(replaced);
      } catch (error) {
        // After a refusal no row names the new blob. After another failure that is unknown, so it is left to the sweep.
        if (error instanceof Refusal) await discard(received.blobId);
        throw error;
      }
      return reply.code(201).send({});
    },
  });

  app.delete(
    url,
    { config: { access: { attempt: 'writeStorage', storage: mount, records: 'one' }, effect: 'savesState' } },
    async (request, reply) => {
      await discard(await database.write(removeRecord, await addressed(request), request.caller));
      return reply.code(204).send();
    },
  );
}

const addressing = (storageOf: StorageMount['storageOf']) => async (request: FastifyRequest) => {
  const { recordKey: key } = request.params as { recordKey: string };
  checkRecordKey(key);
  return { userId: userIdOf(request), address: await storageOf(request), key };
};
