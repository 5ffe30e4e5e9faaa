import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { invalidInput } from '../shared/errors.ts';

/** Signs values for clients that send them back. The key is generated once and stored in the data folder. */
export class Signatures {
  readonly #file: string;
  #key: Promise<Buffer> | undefined;

  /** @param file where the key is stored */
  constructor(file: string) {
    this.#file = file;
  }

  async encode(userId: string, value: unknown): Promise<string> {
    const payload = Buffer.from(JSON.stringify({ userId, value })).toString('base64url');
    return `${payload}.${(await this.#signatureOf(payload)).toString('base64url')}`;
  }

  /** @throws Refusal 400 when this platform has not signed the value */
  async decode(encoded: string): Promise<{ userId: string; value: unknown }> {
    const [payload = '', signature = ''] = encoded.split('.');
    const given = Buffer.from(signature, 'base64url');
    const right = await this.#signatureOf(payload);
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      throw invalidInput('The field "encoded" was not signed by this platform, or was changed since.');
    }
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { userId: string; value: unknown };
  }

  async #signatureOf(payload: string): Promise<Buffer> {
    this.#key ??= this.#readOrMake();
    return createHmac('sha256', await this.#key)
      .update(payload)
      .digest();
  }

  async #readOrMake(): Promise<Buffer> {
    try {
      return await readFile(this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const key = randomBytes(32);
    await writeFile(`${this.#file}.partial`, key, { mode: 0o600 });
    await rename(`${this.#file}.partial`, this.#file);
    return key;
  }
}
