/**
 * The passwords of the proxy: one for each run, which its attempts share, and one for each user. They are made of a key, so
 * that none is stored. That of a run is valid until the run has ended, at whatever attempt [proxy-1].
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { defineRead, defineWrite } from '../database/operation.ts';
import { seal, unseal } from '../database/secrets.ts';
import { exec, one } from '../database/sql.ts';

const keyName = 'proxy-passwords';

/** Returns the key of the passwords, base64. `candidate` becomes the key if there is none. */
const ensureProxyKey = defineWrite('proxy.ensureKey', function* ({ candidate }: { candidate: string }) {
  const known = yield* one<{ value: string }>('SELECT value FROM platform_secrets WHERE name = ?', keyName);
  if (known !== undefined) return yield* unseal('platform_secrets.value', [keyName], known.value);
  const sealed = yield* seal('platform_secrets.value', [keyName], candidate);
  yield* exec('INSERT INTO platform_secrets (name, value) VALUES (?, ?)', keyName, sealed);
  return candidate;
});

const isAtWork = defineRead('proxy.isAtWork', function* ({ kind, id }: ProxyOwner) {
  if (kind === 'user') {
    return (yield* one('SELECT 1 FROM users WHERE id = ? AND disabled_at IS NULL', id)) !== undefined;
  }
  return (yield* one('SELECT 1 FROM runs WHERE id = ? AND finished_at IS NULL', id)) !== undefined;
});

/** Whom a password was made for. */
export interface ProxyOwner {
  readonly kind: 'run' | 'user';
  readonly id: string;
}

export class ProxyPasswords {
  readonly #database: Database;
  readonly #key: Buffer;

  private constructor(database: Database, key: Buffer) {
    this.#database = database;
    this.#key = key;
  }

  static async open(database: Database): Promise<ProxyPasswords> {
    const candidate = randomBytes(32).toString('base64');
    const key = await database.write(ensureProxyKey, { candidate }, { kind: 'platform' });
    return new ProxyPasswords(database, Buffer.from(key, 'base64'));
  }

  /** Letters, digits and `_` only, since it stands in URLs. `runs/supervisor/launch.ts` removes this form from logs. */
  of({ kind, id }: ProxyOwner): string {
    return `wherry_proxy_${kind}_${id}_${this.#macOf({ kind, id })}`;
  }

  /** Resolves with undefined for a password that is wrong, or not valid any more [proxy-1]. */
  async ownerOf(password: string): Promise<ProxyOwner | undefined> {
    const [, kind, id, mac] = /^wherry_proxy_(run|user)_([A-Za-z0-9]+)_([0-9a-f]+)$/.exec(password) ?? [];
    if (id === undefined) return undefined;
    const owner = { kind: kind as ProxyOwner['kind'], id };
    const right = this.#macOf(owner);
    if (mac!.length !== right.length || !timingSafeEqual(Buffer.from(mac!), Buffer.from(right))) return undefined;
    return (await this.#database.read(isAtWork, owner, { kind: 'platform' })) ? owner : undefined;
  }

  #macOf({ kind, id }: ProxyOwner): string {
    return createHmac('sha256', this.#key).update(`${kind}:${id}`).digest('hex').slice(0, 32);
  }
}
