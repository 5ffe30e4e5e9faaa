/** Secrets in the data folder: `database/secrets.ts`. */
import { spawn } from 'node:child_process';
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decryptInputSecrets, encryptInputSecrets } from '@apify/input_secrets';
import { ActorSourceType } from 'apify-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ensureUser } from '../src/accounts/tokens.ts';
import { InputSecrets } from '../src/builds/input/input-secrets.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { core } from '../src/database/sqlite/migrations/0001-core.ts';
import { storages } from '../src/database/sqlite/migrations/0002-storages.ts';
import { requestQueues } from '../src/database/sqlite/migrations/0003-request-queues.ts';
import { actors } from '../src/database/sqlite/migrations/0004-actors.ts';
import { commitIds } from '../src/database/sqlite/migrations/0005-commit-ids.ts';
import { responses } from '../src/database/sqlite/migrations/0006-responses.ts';
import { permissions } from '../src/database/sqlite/migrations/0007-permissions.ts';
import { rotatePlatformSecrets, type WriterPlace } from '../src/index.ts';
import { systemClock } from '../src/shared/clock.ts';
import { datasets } from '../src/storages/datasets/dataset.ts';
import { type Fixture, startFixture } from './fixture.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const keyFileOf = (dataFolder: string) => path.join(dataFolder, 'secrets-key');

/** The files of a folder that contain a text, as it is, in base64 at any offset, or in hexadecimal digits. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const inBase64 = [0, 1, 2].map((offset) =>
    Buffer.from('\0'.repeat(offset) + text)
      .toString('base64')
      .slice(4, -4),
  );
  const forms = [text, ...inBase64, Buffer.from(text).toString('hex')];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    const content = await readFile(file);
    if (forms.some((form) => content.includes(form))) found.push(path.relative(folder, file));
  }
  return found;
}

const inputSchema = {
  title: 'Input',
  type: 'object',
  schemaVersion: 1,
  properties: { password: { title: 'P', type: 'string', description: 'P', editor: 'textfield', isSecret: true } },
};

/** Prints its secrets, and pushes hashes of them. */
const program = `
const { createHash, createPrivateKey, privateDecrypt } = require('node:crypto');
console.log('the secret is', process.env.API_KEY, process.env.LATER);
const key = createPrivateKey({ key: Buffer.from(process.env.APIFY_INPUT_SECRETS_PRIVATE_KEY_FILE, 'base64'), passphrase: process.env.APIFY_INPUT_SECRETS_PRIVATE_KEY_PASSPHRASE });
const item = { apiKey: createHash('sha256').update(process.env.API_KEY).digest('hex'), keyIsPrivate: key.type === 'private' };
fetch(process.env.APIFY_API_BASE_URL.replace(/\\/$/, '') + '/v2/datasets/' + process.env.ACTOR_DEFAULT_DATASET_ID + '/items', {
  method: 'POST', headers: { authorization: 'Bearer ' + process.env.APIFY_TOKEN, 'content-type': 'application/json' }, body: JSON.stringify(item),
});
`;

const sourceFiles = [
  { name: 'main.js', format: 'TEXT' as const, content: program },
  { name: 'package.json', format: 'TEXT' as const, content: '{"name":"a","scripts":{"start":"node main.js"}}' },
  {
    name: '.actor/actor.json',
    format: 'TEXT' as const,
    content: JSON.stringify({ actorSpecification: 1, name: 'a', version: '0.1', input: inputSchema }),
  },
];

/** An Actor with secrets, built. */
async function deploy({ client }: Fixture, envVars: { name: string; value: string; isSecret: boolean }[]) {
  const version = {
    versionNumber: '0.1',
    buildTag: 'latest',
    sourceType: ActorSourceType.SourceFiles as const,
    sourceFiles,
    envVars,
  };
  const { id } = await client.actors().create({ name: `a-${randomBytes(4).toString('hex')}`, versions: [version] });
  await build(client, id);
  return id;
}

async function build(client: Fixture['client'], actorId: string) {
  const started = await client.actor(actorId).build('0.1');
  const { status } = await client.build(started.id).waitForFinish();
  expect(status).toBe('SUCCEEDED');
}

/** Runs the Actor, and returns what it pushed. */
async function itemsOf({ client }: Fixture, actorId: string, password: string) {
  const started = await client.actor(actorId).start({ password });
  const run = await client.run(started.id).waitForFinish();
  expect(run.status).toBe('SUCCEEDED');
  return (await client.dataset(run.defaultDatasetId).listItems()).items;
}

const newSecret = () => `secret-${randomBytes(18).toString('hex')}`;

describe.each<{ writer: WriterPlace }>([{ writer: 'main thread' }, { writer: 'worker thread' }])(
  'written on the $writer',
  ({ writer }) => {
    test('[secrets-1] no file of the data folder has a secret in the clear, and runs get them', async () => {
      const dataFolder = await newFolder();
      const [apiKey, later, deleted, password] = [newSecret(), newSecret(), newSecret(), newSecret()];
      const fixture = await startFixture({ dataFolder, writer });
      const actorId = await deploy(fixture, [
        { name: 'API_KEY', value: apiKey, isSecret: true },
        { name: 'LATER', value: later, isSecret: false },
        { name: 'DELETED', value: deleted, isSecret: true },
      ]);
      const envVars = fixture.client.actor(actorId).version('0.1').envVars();
      expect((await envVars.list()).items).toEqual([
        { name: 'API_KEY', isSecret: true },
        { name: 'DELETED', isSecret: true },
        { name: 'LATER', value: later },
      ]);
      const variable = (name: string) => fixture.client.actor(actorId).version('0.1').envVar(name);
      await variable('LATER').update({ name: 'LATER', isSecret: true } as never);
      await variable('DELETED').delete();
      await build(fixture.client, actorId);
      expect(await itemsOf(fixture, actorId, password)).toEqual([{ apiKey: sha256(apiKey), keyIsPrivate: true }]);
      const dataset = await fixture.client.datasets().getOrCreate('d');
      const { urlSigningSecretKey } = (await fixture.client.dataset(dataset.id).get()) as never as Record<
        string,
        string
      >;
      expect(urlSigningSecretKey).toMatch(/^\w{24}$/);
      await fixture.call('POST', '/v2/tools/encode-and-sign', { a: 1 });
      const secrets = [apiKey, later, deleted, password, urlSigningSecretKey!, 'PRIVATE KEY'];
      for (const secret of secrets) expect(await filesWith(dataFolder, secret)).toEqual([]);
      await fixture[Symbol.asyncDispose]();
      for (const secret of secrets) expect(await filesWith(dataFolder, secret)).toEqual([]);
      expect((await stat(keyFileOf(dataFolder))).mode & 0o777).toBe(0o600);
      // The next start opens all of them.
      await using next = await startFixture({ dataFolder, writer });
      expect(await itemsOf(next, actorId, password)).toEqual([{ apiKey: sha256(apiKey), keyIsPrivate: true }]);
      const again = (await next.client.dataset(dataset.id).get()) as never as Record<string, string>;
      expect(again.urlSigningSecretKey).toBe(urlSigningSecretKey);
    });
  },
);

test('[secrets-2] a sealed value that is moved to another row does not open there', async () => {
  const dataFolder = await newFolder();
  await using fixture = await startFixture({ dataFolder });
  const secret = newSecret();
  const version = { versionNumber: '0.1', sourceType: ActorSourceType.SourceFiles as const, sourceFiles };
  const envVars = (value: string) => [{ name: 'API_KEY', value, isSecret: true }];
  const victim = await fixture.client
    .actors()
    .create({ name: 'victim', versions: [{ ...version, envVars: envVars(secret) }] });
  const thief = await fixture.client
    .actors()
    .create({ name: 'thief', versions: [{ ...version, envVars: envVars('x') }] });
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'));
  database
    .prepare(
      'UPDATE actor_env_vars SET value = (SELECT value FROM actor_env_vars WHERE actor_id = ?) WHERE actor_id = ?',
    )
    .run(victim.id, thief.id);
  database.close();
  await expect(fixture.client.actor(thief.id).build('0.1')).rejects.toThrow();
  await expect(fixture.client.actor(victim.id).build('0.1')).resolves.toBeDefined();
});

test('[secrets-3] a rotation leaves one new key, and nothing that the former one opens; runs get their secrets', async () => {
  const dataFolder = await newFolder();
  const secretsKeyFile = path.join(await newFolder(), 'key');
  const [apiKey, password] = [newSecret(), newSecret()];
  const fixture = await startFixture({ dataFolder, secretsKeyFile });
  const actorId = await deploy(fixture, [{ name: 'API_KEY', value: apiKey, isSecret: true }]);
  const { encoded } = (
    (await (await fixture.call('POST', '/v2/tools/encode-and-sign', { a: 1 })).json()) as {
      data: { encoded: string };
    }
  ).data;
  expect(() => rotatePlatformSecrets({ dataFolder, secretsKeyFile })).toThrow(/in use/);
  await fixture[Symbol.asyncDispose]();
  const idsIn = async () =>
    (JSON.parse(await readFile(secretsKeyFile, 'utf8')) as { keys: { id: string }[] }).keys.map(({ id }) => id);
  const [former] = await idsIn();
  expect(await filesWith(dataFolder, former!)).toContain('wherry.sqlite');
  await chmod(secretsKeyFile, 0o644);
  expect(rotatePlatformSecrets({ dataFolder, secretsKeyFile })).toBe(secretsKeyFile);
  expect(await idsIn()).toHaveLength(1);
  expect(await idsIn()).not.toContain(former);
  expect(await filesWith(dataFolder, former!)).toEqual([]);
  expect((await stat(secretsKeyFile)).mode & 0o777).toBe(0o600);
  await using next = await startFixture({ dataFolder, secretsKeyFile });
  expect(await itemsOf(next, actorId, password)).toEqual([{ apiKey: sha256(apiKey), keyIsPrivate: true }]);
  const verified = await next.call('POST', '/v2/tools/decode-and-verify', { encoded });
  expect(verified.status).toBe(200);
});

const killRounds = 3;

test('[secrets-3] a rotation that is killed at any moment is completed by the next opening, without a loss', async () => {
  const dataFolder = await newFolder();
  const open = () => SqliteDatabase.open(path.join(dataFolder, 'wherry.sqlite'), systemClock);
  const caller = { kind: 'platform' } as const;
  const database = open();
  await database.write(ensureUser, { userId: 'user', username: 'u', tokenHash: 'h' }, caller);
  const create = (id: string) => database.write(datasets.getOrCreate, { userId: 'user', id, name: null }, caller);
  const made = await Promise.all(Array.from({ length: 1000 }, (_, index) => create(`d${index}`)));
  const keys = new Map(made.map(({ row }) => [row.id, row.url_signing_secret_key]));
  await database.close();
  const child = fileURLToPath(new URL('./rotation-process.ts', import.meta.url));
  for (let round = 0; round < killRounds; round += 1) {
    const rotating = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', child, dataFolder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(rotating.stdout, 'data');
    const lifeMs = Math.random() * 100;
    await delay(lifeMs);
    const gone = once(rotating, 'exit');
    rotating.kill('SIGKILL');
    await gone;
    const next = open();
    const listing = { userId: 'user', unnamed: true, offset: 0, limit: 2000, desc: false };
    const { rows } = await next.read(datasets.list, listing, caller);
    await next.close();
    expect(new Map(rows.map((row) => [row.id, row.url_signing_secret_key])), `killed after ${lifeMs} ms`).toEqual(keys);
    const file = JSON.parse(await readFile(keyFileOf(dataFolder), 'utf8')) as { keys: unknown[] };
    expect(file.keys).toHaveLength(1);
  }
});

test('[secrets-3] a start between any two steps of a rotation completes it', async () => {
  const dataFolder = await newFolder();
  const keyFile = keyFileOf(dataFolder);
  const fixture = await startFixture({ dataFolder });
  const { id } = await fixture.client.datasets().getOrCreate('d');
  const keyOf = async (each: Fixture) =>
    ((await each.client.dataset(id).get()) as never as Record<string, string>).urlSigningSecretKey;
  const value = await keyOf(fixture);
  await fixture[Symbol.asyncDispose]();
  const former = JSON.parse(await readFile(keyFile, 'utf8')) as { keys: unknown[] };
  const elsewhere = await newFolder();
  await (await startFixture({ dataFolder: elsewhere }))[Symbol.asyncDispose]();
  const fresh = JSON.parse(await readFile(keyFileOf(elsewhere), 'utf8')) as { keys: unknown[] };
  // The file has both keys, and nothing is sealed with the new one yet.
  await writeFile(keyFile, JSON.stringify({ keys: [...fresh.keys, ...former.keys] }));
  const between = await startFixture({ dataFolder });
  expect(await keyOf(between)).toBe(value);
  await between[Symbol.asyncDispose]();
  expect(JSON.parse(await readFile(keyFile, 'utf8'))).toMatchObject(fresh);
  // All is sealed with the new key, and the file has both still.
  await writeFile(keyFile, JSON.stringify({ keys: [...fresh.keys, ...former.keys] }));
  await using after = await startFixture({ dataFolder });
  expect(await keyOf(after)).toBe(value);
  expect(JSON.parse(await readFile(keyFile, 'utf8'))).toMatchObject(fresh);
});

test('a missing, wrong or damaged key file fails the start with what to do, and changes nothing', async () => {
  const dataFolder = await newFolder();
  const keyFile = keyFileOf(dataFolder);
  await (await startFixture({ dataFolder }))[Symbol.asyncDispose]();
  await rename(keyFile, `${keyFile}.kept`);
  await expect(startFixture({ dataFolder })).rejects.toThrow(/is missing.*Put a copy.*--secrets-key-file/);
  expect(await readdir(dataFolder)).not.toContain('secrets-key');
  const elsewhere = await newFolder();
  await (await startFixture({ dataFolder: elsewhere }))[Symbol.asyncDispose]();
  const wrong = { dataFolder, secretsKeyFile: keyFileOf(elsewhere) };
  await expect(startFixture(wrong)).rejects.toThrow(/not the one of this data folder.*--secrets-key-file/);
  expect(() => rotatePlatformSecrets(wrong)).toThrow(/not the one of this data folder/);
  const whole = await readFile(`${keyFile}.kept`, 'utf8');
  const another = whole.replace(/"key": "(.)/, (_found, first) => `"key": "${first === 'A' ? 'B' : 'A'}`);
  for (const damaged of ['', '{}', whole.slice(0, -20), another]) {
    await writeFile(keyFile, damaged);
    await expect(startFixture({ dataFolder })).rejects.toThrow(/is damaged.*Put a copy/);
  }
  await rename(`${keyFile}.kept`, keyFile);
  await (await startFixture({ dataFolder }))[Symbol.asyncDispose]();
  const nowhere = { dataFolder: await newFolder(), secretsKeyFile: '/nowhere/at/all' };
  await expect(startFixture(nowhere)).rejects.toThrow(/cannot be written.*--secrets-key-file/);
  const empty = await newFolder();
  expect(() => rotatePlatformSecrets({ dataFolder: empty })).toThrow(/no database/);
});

const formerSchemas = [core, storages, requestQueues, actors, commitIds, responses, permissions];

/** A data folder as a version with schema 7 left it, with each kind of secret in the clear. */
async function plantFormer(dataFolder: string) {
  const [secret, deleted, urlKey] = [newSecret(), newSecret(), newSecret()];
  const passphrase = newSecret();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
  });
  const signingKey = randomBytes(32);
  await writeFile(path.join(dataFolder, 'input-secrets.json'), JSON.stringify({ privateKey, passphrase }));
  await writeFile(path.join(dataFolder, 'signing-key'), signingKey);
  const database = new DatabaseSync(path.join(dataFolder, 'wherry.sqlite'));
  database.exec(`PRAGMA journal_mode = WAL; ${formerSchemas.join(';')}; PRAGMA user_version = 7`);
  const exec = (sql: string, ...values: string[]) => database.prepare(sql).run(...values);
  exec("INSERT INTO users (id, username, created_at) VALUES ('user', 'wherry', 1)");
  exec(
    "INSERT INTO datasets (id, user_id, url_signing_secret_key, created_at, modified_at) VALUES ('d', 'user', ?, 1, 1)",
    urlKey,
  );
  exec(
    "INSERT INTO actors (id, user_id, name, created_at, modified_at, settings_json) VALUES ('actor', 'user', 'a', 1, 1, '{}')",
  );
  const settings = JSON.stringify({ sourceType: 'SOURCE_FILES', buildTag: 'latest', applyEnvVarsToBuild: false });
  exec("INSERT INTO actor_versions (actor_id, number, settings_json) VALUES ('actor', '0.1', ?)", settings);
  const addVariable = 'INSERT INTO actor_env_vars (actor_id, version_number, name, value, is_secret) VALUES';
  exec(`${addVariable} ('actor', '0.1', 'API_KEY', ?, 1)`, secret);
  for (let index = 0; index < 200; index += 1) exec(`${addVariable} ('actor', '0.1', 'D${index}', ?, 1)`, deleted);
  exec(`${addVariable} ('actor', '0.1', 'OPEN', 'sealed-1.plain.text', 0)`);
  exec("DELETE FROM actor_env_vars WHERE name LIKE 'D%'");
  const builtWith = JSON.stringify([{ name: 'API_KEY', value: secret, isSecret: true }]);
  exec(
    `INSERT INTO builds (id, user_id, actor_id, version_number, number, status, started_at, finished_at, options_json,
      meta_json, env_vars_json, result_json, source_json)
      VALUES ('b', 'user', 'actor', '0.1', '0.1.1', 'SUCCEEDED', 1, 2, '{}', '{}', ?, '{}', '{}')`,
    builtWith,
  );
  database.close();
  return { secret, deleted, urlKey, passphrase, publicKey, signingKey };
}

test('[secrets-1] an upgrade seals what was in the clear, also what was deleted, and all of it is of use still', async () => {
  const dataFolder = await newFolder();
  const former = await plantFormer(dataFolder);
  expect(await filesWith(dataFolder, former.secret)).toContain('wherry.sqlite');
  expect(await filesWith(dataFolder, former.deleted)).toContain('wherry.sqlite');
  await using fixture = await startFixture({ dataFolder });
  const files = await readdir(dataFolder);
  expect(files.filter((name) => ['signing-key', 'input-secrets.json'].includes(name))).toEqual([]);
  const { secret, deleted, urlKey, passphrase } = former;
  for (const each of [secret, deleted, urlKey, passphrase, 'PRIVATE KEY']) {
    expect(await filesWith(dataFolder, each)).toEqual([]);
  }
  expect(await fixture.client.dataset('d').get()).toMatchObject({ urlSigningSecretKey: urlKey });
  expect((await fixture.client.actor('actor').version('0.1').envVars().list()).items).toEqual([
    { name: 'API_KEY', isSecret: true },
    { name: 'OPEN', value: 'sealed-1.plain.text' },
  ]);
  const payload = Buffer.from('{"userId":"user","value":{"a":1}}').toString('base64url');
  const signature = createHmac('sha256', former.signingKey).update(payload).digest('base64url');
  const verified = await fixture.call('POST', '/v2/tools/decode-and-verify', { encoded: `${payload}.${signature}` });
  expect(verified.status).toBe(200);
  // An input from before the upgrade opens with the former key, a later one with the Actor's own.
  const input = { password: 'p' };
  const sealed = encryptInputSecrets({ input, inputSchema, publicKey: createPublicKey(former.publicKey) }) as object;
  const database = SqliteDatabase.open(path.join(dataFolder, 'wherry.sqlite'), systemClock);
  onTestFinished(() => database.close());
  const owner = { userId: 'user', actorId: 'actor' };
  const keyAt = async (inputAt: number) => {
    const environment = await new InputSecrets(database).environment(owner, inputSchema, inputAt);
    return createPrivateKey({
      key: Buffer.from(environment.APIFY_INPUT_SECRETS_PRIVATE_KEY_FILE!, 'base64'),
      passphrase: environment.APIFY_INPUT_SECRETS_PRIVATE_KEY_PASSPHRASE!,
    });
  };
  expect(decryptInputSecrets({ input: sealed, privateKey: await keyAt(2) })).toEqual(input);
  const later = await keyAt(Date.now() + 1000);
  expect(() => decryptInputSecrets({ input: sealed, privateKey: later })).toThrow();
});
