import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Json } from './json.ts';

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
};

/** Without its compression; as it is when that is none that we know. */
function decoded(bytes: Buffer, { 'content-encoding': encoding = '' }: IncomingHttpHeaders): Buffer {
  try {
    return decoders[encoding]?.(bytes) ?? bytes;
  } catch {
    return bytes;
  }
}

/** Undefined for what is no JSON. */
export function jsonOf(bytes: Buffer, headers: IncomingHttpHeaders): Json | undefined {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(decoded(bytes, headers).toString()) as Json;
  } catch {
    return undefined;
  }
}

export const digestOf = (bytes: Buffer | string): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16);
