import { createHash, randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Bytes from this value on are discarded, since they would make the alphabet's first letters more frequent. */
const fairLimit = 256 - (256 % alphabet.length);

/** A random identifier of `length` letters and digits; Apify's own ids have 17. */
export function newId(length = 17): string {
  let id = '';
  while (id.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < fairLimit && id.length < length) id += alphabet[byte % alphabet.length];
    }
  }
  return id;
}

/**
 * The id of a request in a queue, derived from its unique key exactly as Apify and Crawlee derive it, since Crawlee
 * computes it on the client's side as well (`getRequestId` of `@crawlee/core`).
 */
export function requestIdOf(uniqueKey: string): string {
  const digest = createHash('sha256').update(uniqueKey).digest('base64');
  return digest.replaceAll(/[+/=]/g, '').slice(0, 15);
}

/** An id that follows from what it is for: the same parts always give the same one. */
export function derivedId(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64');
  return digest.replaceAll(/[+/=]/g, '').slice(0, 17);
}
