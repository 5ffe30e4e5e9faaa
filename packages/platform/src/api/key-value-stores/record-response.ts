import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import type { FileStore } from '../../objects/file-store.ts';
import type { StoredRecord } from '../../storages/key-value-stores/record.ts';
import type { Services } from '../services.ts';
import { type ByteRange, type RangeFields, rangeOf } from './byte-range.ts';

interface Sending {
  /** Browsers save the record under this name instead of showing it. */
  readonly fileName?: string | undefined;
  /** Of a call that may ask for a part of the record. */
  readonly fields?: RangeFields;
}

/** Sends the value of a record, or a part of it, as it was stored. */
export async function sendRecord(
  services: Services,
  reply: FastifyReply,
  read: () => Promise<StoredRecord>,
  { fileName, fields = {} }: Sending = {},
) {
  const partOf = ({ bytes }: StoredRecord) => rangeOf(reply, fields, bytes);
  const { record, body, part } = await openRecord(services.files, read, partOf);
  describeValue(reply, record);
  if (part !== undefined) {
    const { start, end } = part;
    reply.code(206).headers({
      'content-range': `bytes ${start}-${end}/${record.bytes}`,
      'content-length': end - start + 1,
    });
  }
  if (fileName !== undefined) reply.header('content-disposition', `attachment; filename="${fileName}"`);
  return reply.send(body);
}

export function describeValue(reply: FastifyReply, record: { contentType: string; bytes: number }): void {
  reply.headers({
    'content-type': record.contentType,
    'content-length': record.bytes,
    'accept-ranges': 'bytes',
    // A stored HTML page that is opened in a browser must not have the rights of the API's origin.
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    // Each part of such a document has headers of its own, so the policy of the whole would not be theirs.
    ...(/^\s*multipart\//i.test(record.contentType) && { 'content-disposition': 'attachment' }),
  });
}

/**
 * Reads the row again when the blob was replaced between the read of its row and the opening of its file.
 * @param partOf which part of the record is read; undefined for all of it
 */
export async function openRecord(
  files: FileStore,
  read: () => Promise<StoredRecord>,
  partOf: (record: StoredRecord) => ByteRange | undefined = () => undefined,
) {
  for (let attempt = 1; ; attempt += 1) {
    const record = await read();
    const part = partOf(record);
    if (record.blobId === null) {
      const value = Buffer.from(record.value!);
      return { record, part, body: part === undefined ? value : value.subarray(part.start, part.end + 1) };
    }
    const body = files.read(record.blobId, part);
    try {
      await once(body, 'open');
      return { record, part, body };
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}
