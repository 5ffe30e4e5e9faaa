/**
 * The parameter `signature` of URLs, by which a visitor reads one record, or the items or keys of a storage. Apify's clients
 * make the same signatures with the storage's `urlSigningSecretKey` (source: `@apify/utilities`, `createHmacSignature` and
 * `createStorageContentSignature`).
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { createHmacSignature } from '@apify/utilities';
import { isShared } from '../accounts/general-access.ts';

const hourMs = 60 * 60 * 1000;
/** How long the links of the API's own responses are valid, as on Apify. */
const linkMs = 14 * 24 * hourMs;

const version = '0';

/** The signature of a record's URL. It is valid as long as the record exists. */
const signRecord = (secretKey: string, key: string): string => createHmacSignature(secretKey, key);

/** What such a signature says, before it is encoded. @param expiresAt milliseconds since 1970; 0 for never */
function signedText(secretKey: string, resource: string, expiresAt: number): string {
  const signed = `${version}.${expiresAt}`;
  return `${signed}.${createHmacSignature(secretKey, `${signed}.${resource}`)}`;
}

const signUntil = (secretKey: string, resource: string, expiresAt: number): string =>
  Buffer.from(signedText(secretKey, resource, expiresAt)).toString('base64url');

/** The signature of the URLs of a dataset's items, or of a key-value store's keys and all of its records. */
const signContents = (secretKey: string, storageId: string, now: number): string =>
  // In whole hours, so that a storage which has not changed has the same links when it is read again.
  signUntil(secretKey, storageId, Math.floor((now + linkMs) / hourMs) * hourMs);

/**
 * A record's signature that expires, which only this platform makes. A list of keys that was opened by a signature has such,
 * so that they are valid no longer than that signature, and links that users make to share a record. No key has a "/", so no other signature means the same.
 */
const signRecordUntil = (secretKey: string, record: { storeId: string; key: string }, expiresAt: number): string =>
  signUntil(secretKey, `${record.storeId}/${record.key}`, expiresAt);

/** The signature of a link that a user makes: to a record, or without a key to the contents of a storage. */
export const shareSignature = (
  secretKey: string,
  link: { readonly storageId: string; readonly key: string | undefined; readonly expiresAt: number },
): string =>
  link.key === undefined
    ? signUntil(secretKey, link.storageId, link.expiresAt)
    : signRecordUntil(secretKey, { storeId: link.storageId, key: link.key }, link.expiresAt);

/** A storage as far as links to it are concerned. */
export interface LinkedStorage {
  readonly id: string;
  readonly general_access: string;
  /** Null when the caller may not make links. */
  readonly url_signing_secret_key: string | null;
}

/** What a URL of a storage's contents needs to open for anybody: a query, or nothing when the storage is shared. */
export function contentsQuery(storage: LinkedStorage, now: number): string {
  const { id, general_access, url_signing_secret_key: secretKey } = storage;
  if (secretKey === null || isShared(general_access, 'id')) return '';
  return `?signature=${signContents(secretKey, id, now)}`;
}

/** The same for the URL of a record. @param until when the link expires, in ms since 1970; 0 for never */
export function recordQuery(store: LinkedStorage, key: string, until: number): string {
  const { id: storeId, general_access, url_signing_secret_key: secretKey } = store;
  if (secretKey === null || isShared(general_access, 'id')) return '';
  return `?signature=${until === 0 ? signRecord(secretKey, key) : signRecordUntil(secretKey, { storeId, key }, until)}`;
}

export type Verdict =
  /** `until` in milliseconds since 1970; 0 when it does not expire. */
  { readonly kind: 'valid'; readonly until: number } | { readonly kind: 'expired' } | { readonly kind: 'wrong' };

const wrong: Verdict = { kind: 'wrong' };

/** @param key of the record that the URL names; undefined for the contents of the storage */
export function verifySignature(
  signature: string,
  secretKey: string,
  { storageId, key, now }: { storageId: string; key: string | undefined; now: number },
): Verdict {
  if (key === undefined) return verifyUntil(signature, secretKey, { resource: storageId, now });
  if (isSame(signature, signRecord(secretKey, key))) return { kind: 'valid', until: 0 };
  return verifyUntil(signature, secretKey, { resource: `${storageId}/${key}`, now });
}

function verifyUntil(
  signature: string,
  secretKey: string,
  { resource, now }: { resource: string; now: number },
): Verdict {
  // Apify's Python client pads what it encodes, the JavaScript one does not.
  const decoded = Buffer.from(signature, 'base64url').toString('latin1');
  const expiry = /^0\.(0|[1-9]\d{0,15})\./.exec(decoded)?.[1];
  if (expiry === undefined) return wrong;
  const expiresAt = Number(expiry);
  if (!isSame(decoded, signedText(secretKey, resource, expiresAt))) return wrong;
  return expiresAt !== 0 && expiresAt <= now ? { kind: 'expired' } : { kind: 'valid', until: expiresAt };
}

/** The time that it takes reveals nothing about the right signature. */
const isSame = (given: string, right: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', right, 'buffer'));
