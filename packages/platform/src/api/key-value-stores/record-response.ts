import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import type { FileStore } from '../../objects/file-store.ts';
import type { StoredRecord } from '../../storages/key-value-stores/record.ts';
import type { Services } from '../services.ts';

/** Sends the value of a record as it was stored. With a file name, browsers save it instead of showing it. */
export async function sendRecord(
  services: Services,
  reply: FastifyReply,
  read: () => Promise<StoredRecord>,
  fileName?: string,
) {
  const { record, body } = await openRecord(services.files, read);
  describeValue(reply, record);
  if (fileName !== undefined) reply.header('content-disposition', `attachment; filename="${fileName}"`);
  return reply.send(body);
}

export function describeValue(reply: FastifyReply, record: { contentType: string; bytes: number }): void {
  reply.headers({
    'content-type': record.contentType,
    'content-length': record.bytes,
    // A stored HTML page that is opened in a browser must not have the rights of the API's origin.
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    // Each part of such a document has headers of its own, so the policy of the whole would not be theirs.
    ...(/^\s*multipart\//i.test(record.contentType) && { 'content-disposition': 'attachment' }),
  });
}

/** Reads the row again when the blob was replaced between the read of its row and the opening of its file. */
export async function openRecord(files: FileStore, read: () => Promise<StoredRecord>) {
  for (let attempt = 1; ; attempt += 1) {
    const record = await read();
    if (record.blobId === null) return { record, body: Buffer.from(record.value!) };
    const body = files.read(record.blobId);
    try {
      await once(body, 'open');
      return { record, body };
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}
