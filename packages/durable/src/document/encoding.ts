import type { Json } from '../commit.ts';
import { setOwn } from '../json.ts';
import { type CollectionData, type Collections, isCollectionData, SetData } from './collection-data.ts';

/**
 * The values of a document as plain JSON: `{"$set": id}` and `{"$map": id}` stand for collections. Another `$` is put before
 * the name of a property that begins with `$`, so that it is not mistaken for one of them.
 */
export type Tree = unknown;

/** Returns an encoded copy. The collections in it are added to `found`. */
export function encode(value: Tree, found?: Set<CollectionData>): Json {
  if (typeof value !== 'object' || value === null) return value as Json;
  if (isCollectionData(value)) {
    found?.add(value);
    return value instanceof SetData ? { $set: value.id } : { $map: value.id };
  }
  if (Array.isArray(value)) return value.map((each) => encode(each, found));
  const encoded: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    setOwn(encoded, key.startsWith('$') ? `$${key}` : key, encode((value as Record<string, unknown>)[key], found));
  }
  return encoded;
}

/** Returns a decoded copy with the collections of the document. */
export function decode(value: Json, collections: Collections): Tree {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => decode(each, collections));
  const fields = value as Record<string, Json>;
  if (typeof fields.$set === 'number') return collections.named(fields.$set, 'set');
  if (typeof fields.$map === 'number') return collections.named(fields.$map, 'map');
  const decoded: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    setOwn(decoded, key.startsWith('$$') ? key.slice(1) : key, decode(fields[key]!, collections));
  }
  return decoded;
}
