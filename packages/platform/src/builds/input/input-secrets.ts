import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { encryptInputSecrets } from '@apify/input_secrets';
import { newId } from '../../shared/ids.ts';
import { isJson, type PreparedInput } from './input.ts';

interface StoredKey {
  readonly privateKey: string;
  readonly passphrase: string;
}

/**
 * Encrypts the secret fields of an input, as Apify does: the record in the key-value store has them encrypted, and the
 * SDK in the run decrypts them. The key is generated at its first use and stored in the data folder.
 */
export class InputSecrets {
  readonly #file: string;
  #key: Promise<StoredKey> | undefined;

  /** @param file where the key is stored */
  constructor(file: string) {
    this.#file = file;
  }

  async seal(
    inputSchema: Readonly<Record<string, unknown>> | null,
    prepared: PreparedInput | undefined,
  ): Promise<PreparedInput | undefined> {
    if (inputSchema === null || prepared === undefined || !hasSecrets(inputSchema)) return prepared;
    if (!isJson(prepared.contentType)) return prepared;
    const input = JSON.parse(prepared.body.toString('utf8')) as Record<string, unknown>;
    const sealed = encryptInputSecrets({ input, inputSchema, publicKey: await this.#publicKey() });
    return { ...prepared, body: Buffer.from(JSON.stringify(sealed)) };
  }

  /** The environment variables that a run needs to decrypt its input. Empty when the schema has no secret fields. */
  async environment(inputSchema: Readonly<Record<string, unknown>> | null): Promise<Record<string, string>> {
    if (inputSchema === null || !hasSecrets(inputSchema)) return {};
    const { privateKey, passphrase } = await this.#load();
    return {
      APIFY_INPUT_SECRETS_PRIVATE_KEY_FILE: Buffer.from(privateKey).toString('base64'),
      APIFY_INPUT_SECRETS_PRIVATE_KEY_PASSPHRASE: passphrase,
    };
  }

  async #publicKey(): Promise<KeyObject> {
    const { privateKey, passphrase } = await this.#load();
    return createPublicKey({ key: privateKey, passphrase } as { key: string });
  }

  #load(): Promise<StoredKey> {
    this.#key ??= this.#readOrMake().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #readOrMake(): Promise<StoredKey> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as StoredKey;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const passphrase = newId(40);
    const { privateKey } = await promisify(generateKeyPair)('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
    });
    const key = { privateKey, passphrase };
    await writeFile(`${this.#file}.partial`, JSON.stringify(key), { mode: 0o600 });
    await rename(`${this.#file}.partial`, this.#file);
    return key;
  }
}

function hasSecrets(inputSchema: Readonly<Record<string, unknown>>): boolean {
  const properties = (inputSchema.properties ?? {}) as Record<string, { isSecret?: boolean }>;
  return Object.values(properties).some((field) => field.isSecret === true);
}
