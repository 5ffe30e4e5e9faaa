import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import {
  describeRecord,
  maxRecordBytes,
  readRecord,
  removeRecord,
  type StoredRecord,
  writeRecord,
} from '../storages/key-value-record.ts';
import { keyValueStores } from '../storages/key-value-store.ts';
import { checkRecordKey } from '../storages/storage-name.ts';
import { userIdOf } from './caller.ts';
import { booleanOf } from './envelope.ts';
import { queryOf } from './query.ts';
import { checkJson, receiveValue, recordTooLarge } from './record-body.ts';
import type { Services } from './services.ts';
import type { StorageMount } from './storage-mounts.ts';

const defaultContentType = 'application/octet-stream';

/** Records of a key-value store. Values of any type, streamed both ways, stored as the bytes that were sent. */
export function registerRecordRoutes(app: FastifyInstance, services: Services, mounts: readonly StorageMount[]): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    for (const mount of mounts) {
      registerReading(scope, services, mount);
      registerWriting(scope, services, mount);
    }
  });
}

function registerReading(app: FastifyInstance, services: Services, { prefix, storageOf }: StorageMount): void {
  const { database } = services;
  const url = `${prefix}/records/:recordKey`;
  const addressed = addressing(storageOf);

  app.get(url, { exposeHeadRoute: false }, async (request, reply) => {
    const attachment = booleanOf(queryOf(request), 'attachment') === true;
    const input = await addressed(request);
    const read = () => database.read(readRecord, input, request.caller);
    const { record, body } = await openRecord(services, read);
    describe(reply, record);
    if (attachment) reply.header('content-disposition', `attachment; filename="${input.key}"`);
    return reply.send(body);
  });

  app.head(url, async (request, reply) => {
    describe(reply, await database.read(describeRecord, await addressed(request), request.caller));
    return reply.send();
  });
}

function registerWriting(app: FastifyInstance, services: Services, { prefix, storageOf }: StorageMount): void {
  const { database, files } = services;
  const url = `${prefix}/records/:recordKey`;
  const addressed = addressing(storageOf);
  const discard = async (blobId: string | null) => {
    if (blobId !== null) await files.remove(blobId);
  };

  app.route({
    method: ['PUT', 'POST'],
    url,
    bodyLimit: maxRecordBytes,
    handler: async (request, reply) => {
      const { userId, address, key } = await addressed(request);
      if (Number(request.headers['content-length'] ?? 0) > maxRecordBytes) throw recordTooLarge();
      const contentType = request.headers['content-type'] || defaultContentType;
      const received = await receiveValue(request.body as Readable | undefined, files, async () => {
        await database.read(keyValueStores.get, { userId, address }, request.caller);
      });
      checkJson(contentType, received);
      const input = { userId, address, record: { key, contentType, ...received } };
      try {
        await discard(await database.write(writeRecord, input, request.caller));
      } catch (error) {
        // A refusal says that no row names the new blob; of another failure we cannot know, so the sweep decides.
        if (error instanceof Refusal) await discard(received.blobId);
        throw error;
      }
      return reply.code(201).send({});
    },
  });

  app.delete(url, async (request, reply) => {
    await discard(await database.write(removeRecord, await addressed(request), request.caller));
    return reply.code(204).send();
  });
}

const addressing = (storageOf: StorageMount['storageOf']) => async (request: FastifyRequest) => {
  const { recordKey: key } = request.params as { recordKey: string };
  checkRecordKey(key);
  return { userId: userIdOf(request), address: await storageOf(request), key };
};

function describe(reply: FastifyReply, record: { contentType: string; bytes: number }): void {
  reply.headers({
    'content-type': record.contentType,
    'content-length': record.bytes,
    // A stored page opened in a browser must not act with the rights of the API's own origin.
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
  });
}

/** A blob may be replaced between the read of its row and the opening of its file: then the row is read once more. */
async function openRecord(services: Services, read: () => Promise<StoredRecord>) {
  for (let attempt = 1; ; attempt += 1) {
    const record = await read();
    if (record.blobId === null) return { record, body: Buffer.from(record.value!) };
    const body = services.files.read(record.blobId);
    try {
      await once(body, 'open');
      return { record, body };
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}
