import { Readable } from 'node:stream';
import type { FileStore } from '../../objects/file-store.ts';
import { Refusal } from '../../shared/errors.ts';
import { parseJson } from '../../shared/json.ts';
import { maxInlineBytes, maxRecordBytes, type StoredRecord } from '../../storages/key-value-stores/record.ts';

/** The value of a record as it was received: a small one in memory, a large one in a file. */
export interface ReceivedValue {
  readonly value: Uint8Array | null;
  readonly blobId: string | null;
  readonly bytes: number;
}

/**
 * Receives a value. `beforeFile` runs before a large value is written, and may throw to refuse it.
 * @throws Refusal 413 `record-too-large`; 400 when the compressed body is invalid; 507 when the disk is full.
 */
export async function receiveValue(
  body: Readable | undefined,
  files: FileStore,
  beforeFile: () => Promise<void>,
): Promise<ReceivedValue> {
  if (body === undefined) return { value: new Uint8Array(), blobId: null, bytes: 0 };
  const chunks = limited(body);
  try {
    const head: Buffer[] = [];
    let bytes = 0;
    while (bytes <= maxInlineBytes) {
      const next = await chunks.next();
      if (next.done === true) return { value: Buffer.concat(head), blobId: null, bytes };
      head.push(next.value);
      bytes += next.value.length;
    }
    await beforeFile();
    return { value: null, ...(await files.put(Readable.from(joined(head, chunks)))) };
  } catch (error) {
    // The rest is read and dropped [body-4]. A stream flows only when nothing iterates over it.
    const drop = () => void body.resume();
    void chunks.return().then(drop, drop);
    throw toRefusal(error);
  }
}

async function* limited(body: Readable): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxRecordBytes) throw recordTooLarge();
    yield chunk;
  }
}

/** zlib's error codes start with `Z_`; those of its Brotli decoder start with `ERR_` and come with an `errno`. */
function toRefusal(error: unknown): unknown {
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  if (typeof code !== 'string') return error;
  if (code.startsWith('Z_') || (code.startsWith('ERR_') && typeof errno === 'number')) {
    return new Refusal(400, 'invalid-request', 'The body is not what its Content-Encoding says. Nothing was stored.');
  }
  return error;
}

async function* joined(head: readonly Buffer[], rest: AsyncIterator<Buffer, void>): AsyncGenerator<Buffer> {
  yield* head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

export const recordTooLarge = (): Refusal =>
  new Refusal(
    413,
    'record-too-large',
    `The value is larger than ${maxRecordBytes} bytes. Split it over several records.`,
  );

/** @throws Refusal 400 `invalid-json` when the content type says JSON and a value in memory is not. */
export function checkJson(contentType: string, { value }: ReceivedValue): void {
  if (value === null || !/^application\/json\s*(?:;|$)/i.test(contentType)) return;
  try {
    parseJson(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'));
  } catch (error) {
    throw new Refusal(
      400,
      'invalid-json',
      `The content type is JSON, the value is not: ${(error as Error).message}. Nothing was stored.`,
    );
  }
}

/** A larger value is not checked against a JSON Schema, and so not taken by a store that has one for its key. */
const maxCheckedBytes = 32 * 1024 * 1024;

/** The text of a value that is to be checked. @throws Refusal 400 `schema-validation-error` when it is too large */
export async function textOfRecord(files: FileStore, { key, bytes, value, blobId }: StoredRecord): Promise<string> {
  if (bytes > maxCheckedBytes) {
    throw new Refusal(
      400,
      'schema-validation-error',
      `The store has a JSON Schema for the key "${key}", and values of more than ${maxCheckedBytes} bytes cannot be checked against one. Nothing was stored.`,
    );
  }
  if (value !== null) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  const chunks: Buffer[] = [];
  for await (const chunk of files.read(blobId!) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
