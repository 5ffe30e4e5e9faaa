import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Json, RecordPart } from '../../commit.ts';
import type { Work } from '../work.ts';
import type { Captures } from './capture.ts';
import { storageIdOf } from './own-clients.ts';

interface Written {
  readonly key: string;
  readonly value: unknown;
  readonly contentType?: string;
}

interface ReadOptions {
  readonly buffer?: boolean;
  readonly stream?: boolean;
}

const jsonType = /^application\/(?:[^;]*\+)?json\s*(?:;|$)/i;
const textType = /^text\//i;

export const storeMethods: Captures = {
  async setRecord(work, call) {
    if (work === undefined) return call.stock();
    const [{ key, value, contentType }] = call.arguments as unknown as [Written];
    const storeId = storageIdOf(call.client, 'keyValueStore');
    const bytes = await bytesOf(value);
    const written = committedOf(bytes ?? value, contentType);
    work.transaction.setValue(key, written.value, {
      ...(storeId !== undefined && { storeId }),
      ...(written.contentType !== undefined && { contentType: written.contentType }),
    });
  },

  async deleteRecord(work, call) {
    if (work === undefined) return call.stock();
    const [key] = call.arguments as unknown as [string];
    const storeId = storageIdOf(call.client, 'keyValueStore');
    work.transaction.setValue(key, null, { ...(storeId !== undefined && { storeId }) });
  },

  async getRecord(work, call) {
    const [key, options = {}] = call.arguments as unknown as [string, ReadOptions?];
    const own = ownRecord(work, key, storageIdOf(call.client, 'keyValueStore'));
    return own === undefined ? call.stock() : readOwn(own, options);
  },

  async recordExists(work, call) {
    const [key] = call.arguments as unknown as [string];
    const own = ownRecord(work, key, storageIdOf(call.client, 'keyValueStore'));
    return own === undefined ? call.stock() : own.deleted !== true;
  },
};

const ownRecord = (work: Work | undefined, key: string, storeId: string | undefined): RecordPart | undefined =>
  work?.transaction.findRecord(key, storeId);

async function bytesOf(value: unknown): Promise<Uint8Array | undefined> {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (typeof (value as Readable | null)?.pipe === 'function') return buffer(value as Readable);
  return undefined;
}

/** A text with a JSON content type is parsed, so that the commit holds a JSON value and not a text. */
function committedOf(
  value: unknown,
  contentType: string | undefined,
): { value: Json | Uint8Array; contentType?: string } {
  if (value instanceof Uint8Array) return { value, contentType: contentType ?? 'application/octet-stream' };
  if (typeof value !== 'string') return { value: JSON.parse(JSON.stringify(value)) as Json };
  if (contentType === undefined) return { value, contentType: 'text/plain; charset=utf-8' };
  if (!jsonType.test(contentType)) return { value, contentType };
  try {
    return { value: nonNull(JSON.parse(value) as Json), contentType };
  } catch {
    return { value: Buffer.from(value), contentType };
  }
}

/** For `setValue` null means a deletion, but this is a record with the text `null`. */
function nonNull(value: Json): Json {
  if (value === null) throw new SyntaxError('null');
  return value;
}

function readOwn(own: RecordPart, options: ReadOptions): unknown {
  if (own.deleted === true) return undefined;
  const contentType = own.contentType ?? 'application/json; charset=utf-8';
  const bytes = bytesOfPart(own);
  if (options.stream === true) return { key: own.key, value: Readable.from([bytes]), contentType };
  if (options.buffer === true) return { key: own.key, value: bytes, contentType };
  if (jsonType.test(contentType)) return { key: own.key, value: JSON.parse(bytes.toString()), contentType };
  return { key: own.key, value: textType.test(contentType) ? bytes.toString() : bytes, contentType };
}

function bytesOfPart({ value, contentType }: RecordPart): Buffer {
  const { base64 } = (value ?? {}) as { base64?: unknown };
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  const isText = contentType !== undefined && !jsonType.test(contentType);
  return Buffer.from(isText ? String(value) : JSON.stringify(value));
}
