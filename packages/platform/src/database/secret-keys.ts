import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';

/** A key of the key file: 32 random bytes. */
export interface SecretKey {
  /** Made from the key's bytes, so that a damaged key is noticed. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The key file is missing, wrong or damaged, or a sealed value is. `message` says what to do. */
export class SecretsKeyError extends Error {
  override readonly name = 'SecretsKeyError';
  readonly code = 'SECRETS_KEY';
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const prefix = 'sealed-1';

const idOfKey = (bytes: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from('wherry secrets key '), bytes])).slice(0, 16);

/** @throws SecretsKeyError when the length is wrong */
export function secretKeyOf(bytes: Uint8Array): SecretKey {
  if (bytes.length !== keyBytes) throw new SecretsKeyError(`A key for secrets has ${keyBytes} bytes.`);
  return { id: idOfKey(bytes), bytes };
}

export const newSecretKey = (): SecretKey => secretKeyOf(randomBytes(keyBytes));

/**
 * Seals and opens texts with AES-256-GCM, by the first of its keys. A sealed value is
 * `sealed-1.<id of the key>.<nonce, ciphertext and tag, base64url>`; its place is authenticated with it [secrets-2].
 * Nonces are random, which is safe for 2^32 values a key.
 */
export class SecretKeys {
  /** The newest first. */
  readonly keys: readonly [SecretKey, ...SecretKey[]];

  constructor(keys: readonly [SecretKey, ...SecretKey[]]) {
    this.keys = keys;
  }

  seal(place: string, text: string): string {
    const [{ id, bytes }] = this.keys;
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(Buffer.from(place));
    const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `${prefix}.${id}.${Buffer.concat(parts).toString('base64url')}`;
  }

  /** @throws SecretsKeyError */
  unseal(place: string, sealed: string): string {
    const [form, id, data] = sealed.split('.');
    const key = this.keys.find((each) => each.id === id);
    if (form !== prefix || data === undefined) throw new SecretsKeyError(`The stored secret ${place} is not sealed.`);
    if (key === undefined) throw new SecretsKeyError(`The key ${id} of the stored secret ${place} is missing.`);
    const bytes = Buffer.from(data, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    try {
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes));
      const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new SecretsKeyError(`The stored secret ${place} was changed, or was sealed for another place.`);
    }
  }
}
