import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { defineWrite } from '../database/operation.ts';
import { seal, unseal } from '../database/secrets.ts';
import { exec, one } from '../database/sql.ts';
import { invalidInput } from '../shared/errors.ts';

const keyName = 'signing-key';

/** Returns the key that signs values for users, base64. `candidate` becomes the key if there is none. */
export const ensureSigningKey = defineWrite('signatures.ensureKey', function* ({ candidate }: { candidate: string }) {
  const known = yield* one<{ value: string }>('SELECT value FROM platform_secrets WHERE name = ?', keyName);
  if (known !== undefined) return yield* unseal('platform_secrets.value', [keyName], known.value);
  const sealed = yield* seal('platform_secrets.value', [keyName], candidate);
  yield* exec('INSERT INTO platform_secrets (name, value) VALUES (?, ?)', keyName, sealed);
  return candidate;
});

/** Signs values for clients that send them back. The key is made once and stored in the database, sealed. */
export class Signatures {
  readonly #database: Database;
  #key: Promise<Buffer> | undefined;

  constructor(database: Database) {
    this.#database = database;
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
    this.#key ??= this.#readOrMake().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return createHmac('sha256', await this.#key)
      .update(payload)
      .digest();
  }

  async #readOrMake(): Promise<Buffer> {
    const candidate = randomBytes(32).toString('base64');
    const key = await this.#database.write(ensureSigningKey, { candidate }, { kind: 'platform' });
    return Buffer.from(key, 'base64');
  }
}
