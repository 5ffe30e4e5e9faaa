import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { encryptInputSecrets } from '@apify/input_secrets';
import type { Database } from '../../database/database.ts';
import { defineRead, defineWrite } from '../../database/operation.ts';
import { seal, unseal } from '../../database/secrets.ts';
import { exec, one, type Sql } from '../../database/sql.ts';
import { newId } from '../../shared/ids.ts';
import { isJson, type PreparedInput } from './input.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Whose key pair it is: there is one for each user and Actor, as on Apify, so that no Actor can open another's input. */
export interface PairOwner {
  readonly userId: string;
  readonly actorId: string;
}

/** The pair of a version that had one for all Actors. It opens the inputs that were stored before the upgrade. */
export const formerOwner: PairOwner = { userId: '', actorId: '' };

/** A private key, PEM, encrypted with a passphrase: the form in which Apify's SDK takes it. */
interface KeyPair {
  readonly privateKey: string;
  readonly passphrase: string;
}

interface StoredPair extends KeyPair {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

function* pairOf({ userId, actorId }: PairOwner): Sql<StoredPair | undefined> {
  const row = yield* one<{ pair_json: string; created_at: number }>(
    'SELECT pair_json, created_at FROM input_key_pairs WHERE user_id = ? AND actor_id = ?',
    userId,
    actorId,
  );
  if (row === undefined) return undefined;
  const pair = JSON.parse(yield* unseal('input_key_pairs.pair_json', [userId, actorId], row.pair_json)) as KeyPair;
  return { ...pair, createdAt: row.created_at };
}

const readPair = defineRead('inputSecrets.readPair', (owner: PairOwner) => pairOf(owner));

/** Returns the owner's pair. `candidate` becomes the pair if there is none. */
export const ensurePair = defineWrite(
  'inputSecrets.ensurePair',
  function* ({ userId, actorId, candidate }: PairOwner & { candidate: KeyPair }, { now }) {
    const known = yield* pairOf({ userId, actorId });
    if (known !== undefined) return known;
    yield* exec(
      'INSERT INTO input_key_pairs (user_id, actor_id, pair_json, created_at) VALUES (?, ?, ?, ?)',
      userId,
      actorId,
      yield* seal('input_key_pairs.pair_json', [userId, actorId], JSON.stringify(candidate)),
      now,
    );
    return { ...candidate, createdAt: now };
  },
);

const maxPublicKeys = 1000;

/**
 * Encrypts the secret fields of an input, as Apify does: the record in the key-value store has them encrypted, and the
 * SDK in the run decrypts them. A key pair is made at its first use and stored in the database, sealed.
 */
export class InputSecrets {
  readonly #database: Database;
  /** By user and Actor. */
  readonly #publicKeys = new Map<string, KeyObject>();

  constructor(database: Database) {
    this.#database = database;
  }

  async seal(
    owner: PairOwner,
    inputSchema: Schema | null,
    prepared: PreparedInput | undefined,
  ): Promise<PreparedInput | undefined> {
    if (inputSchema === null || prepared === undefined || !hasSecrets(inputSchema)) return prepared;
    if (!isJson(prepared.contentType)) return prepared;
    const input = JSON.parse(prepared.body.toString('utf8')) as Record<string, unknown>;
    const sealed = encryptInputSecrets({ input, inputSchema, publicKey: await this.#publicKeyOf(owner) });
    return { ...prepared, body: Buffer.from(JSON.stringify(sealed)) };
  }

  /**
   * The environment variables that a run needs to decrypt its input. Empty when the schema has no secret fields.
   * @param inputAt when the input was stored, milliseconds since 1970; undefined when there is none
   */
  async environment(
    owner: PairOwner,
    inputSchema: Schema | null,
    inputAt: number | undefined,
  ): Promise<Record<string, string>> {
    if (inputSchema === null || !hasSecrets(inputSchema)) return {};
    const former = await this.#database.read(readPair, formerOwner, { kind: 'platform' });
    const isFormer = former !== undefined && inputAt !== undefined && inputAt < former.createdAt;
    const { privateKey, passphrase } = isFormer ? former : await this.#pairOf(owner);
    return {
      APIFY_INPUT_SECRETS_PRIVATE_KEY_FILE: Buffer.from(privateKey).toString('base64'),
      APIFY_INPUT_SECRETS_PRIVATE_KEY_PASSPHRASE: passphrase,
    };
  }

  async #publicKeyOf(owner: PairOwner): Promise<KeyObject> {
    const name = JSON.stringify([owner.userId, owner.actorId]);
    const known = this.#publicKeys.get(name);
    if (known !== undefined) return known;
    const { privateKey, passphrase } = await this.#pairOf(owner);
    const publicKey = createPublicKey({ key: privateKey, passphrase } as { key: string });
    if (this.#publicKeys.size >= maxPublicKeys) this.#publicKeys.clear();
    this.#publicKeys.set(name, publicKey);
    return publicKey;
  }

  async #pairOf(owner: PairOwner): Promise<KeyPair> {
    const known = await this.#database.read(readPair, owner, { kind: 'platform' });
    if (known !== undefined) return known;
    const candidate = await makePair();
    return this.#database.write(ensurePair, { ...owner, candidate }, { kind: 'platform' });
  }
}

async function makePair(): Promise<KeyPair> {
  const passphrase = newId(40);
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
  });
  return { privateKey, passphrase };
}

function hasSecrets(inputSchema: Schema): boolean {
  const properties = (inputSchema.properties ?? {}) as Record<string, { isSecret?: boolean }>;
  return Object.values(properties).some((field) => field.isSecret === true);
}
