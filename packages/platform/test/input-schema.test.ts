import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decryptInputSecrets } from '@apify/input_secrets';
import { expect, onTestFinished, test } from 'vitest';
import { prepareInput } from '../src/builds/input/input.ts';
import { InputSecrets } from '../src/builds/input/input-secrets.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { systemClock } from '../src/shared/clock.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { versionOf } from './source-files.ts';

const schema = {
  title: 'Input',
  type: 'object',
  schemaVersion: 1,
  properties: {
    startUrl: { title: 'Start', type: 'string', description: 'Where to start', editor: 'textfield' },
    depth: { title: 'Depth', type: 'integer', description: 'How deep', default: 3, minimum: 1 },
    password: { title: 'Password', type: 'string', description: 'Secret', editor: 'textfield', isSecret: true },
  },
  required: ['startUrl'],
};

const json = 'application/json; charset=utf-8';
const prepared = async (body: unknown, contentType = json) => {
  const input = await prepareInput(
    schema,
    body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    contentType,
  );
  return JSON.parse(input!.body.toString()) as unknown;
};

async function build(fixture: Fixture, files: Record<string, unknown>) {
  const { id } = await fixture.client.actors().create({ name: 'a', versions: [versionOf(files)] });
  const started = await fixture.client.actor(id).build('0.1');
  return { actor: fixture.client.actor(id), build: await fixture.client.build(started.id).waitForFinish() };
}

test('defaults are filled in, and never over what was given', async () => {
  expect(await prepared({ startUrl: 'x' })).toEqual({ startUrl: 'x', depth: 3 });
  expect(await prepared({ startUrl: 'x', depth: 7, more: [1] })).toEqual({ startUrl: 'x', depth: 7, more: [1] });
});

test('input that does not fit is refused in the schema’s words, without quoting it', async () => {
  await expect(prepared({})).rejects.toThrow(/startUrl is required/);
  await expect(prepared(undefined)).rejects.toThrow(/startUrl is required/);
  await expect(prepared({ startUrl: 'x', depth: 'deep' })).rejects.toThrow(/depth must be integer/);
  await expect(prepared({ startUrl: 'x', depth: 0 })).rejects.toThrow(/depth must be >= 1/);
  await expect(prepared([1])).rejects.toThrow(/JSON object/);
  const broken = Buffer.from('{"password":"hunter2",');
  await expect(prepareInput(schema, broken, json)).rejects.toThrow(/not valid JSON/);
  await expect(prepareInput(schema, broken, json)).rejects.not.toThrow(/hunter2/);
});

test('without a schema, input is passed through as it came; with one, it must be JSON', async () => {
  const body = Buffer.from('{ not json');
  expect(await prepareInput(null, body, json)).toEqual({ body, contentType: json });
  expect(await prepareInput(null, undefined, undefined)).toBeUndefined();
  const valid = Buffer.from('{"startUrl":"x"}');
  await expect(prepareInput(schema, valid, 'text/plain')).rejects.toMatchObject({
    statusCode: 400,
    type: 'invalid-input',
  });
  await expect(prepareInput(schema, valid, 'text/plain')).rejects.toThrow(/application\/json/);
});

async function openInputSecrets() {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = SqliteDatabase.open(path.join(folder, 'test.sqlite'), systemClock);
  onTestFinished(() => database.close());
  // Each is as that of another platform process, with the keys that the first one stored.
  return () => new InputSecrets(database);
}

const open = (sealed: Buffer, environment: Record<string, string>) => {
  const privateKey = createPrivateKey({
    key: Buffer.from(environment.APIFY_INPUT_SECRETS_PRIVATE_KEY_FILE!, 'base64'),
    passphrase: environment.APIFY_INPUT_SECRETS_PRIVATE_KEY_PASSPHRASE!,
  });
  return decryptInputSecrets({ input: JSON.parse(sealed.toString()) as object, privateKey });
};

const owner = { userId: 'user', actorId: 'actor' };

test('secret fields are sealed so that the SDK of the run can open them', async () => {
  const newInputSecrets = await openInputSecrets();
  const input = await prepareInput(schema, Buffer.from('{"startUrl":"x","password":"hunter2"}'), json);
  const sealed = (await newInputSecrets().seal(owner, schema, input))!;
  expect(sealed.body.toString()).not.toContain('hunter2');
  const environment = await newInputSecrets().environment(owner, schema, Date.now());
  expect(open(sealed.body, environment)).toEqual({ startUrl: 'x', password: 'hunter2', depth: 3 });
  // Sealed input that is sent again, as when a run is copied, fits the schema still.
  expect(await prepareInput(schema, sealed.body, json)).toBeDefined();
  expect(await newInputSecrets().environment(owner, null, Date.now())).toEqual({});
});

test('each user and Actor has a key pair of its own: another Actor cannot open what was sealed for one', async () => {
  const newInputSecrets = await openInputSecrets();
  const input = await prepareInput(schema, Buffer.from('{"startUrl":"x","password":"hunter2"}'), json);
  const sealed = (await newInputSecrets().seal(owner, schema, input))!;
  for (const other of [
    { userId: 'user', actorId: 'other' },
    { userId: 'other', actorId: 'actor' },
  ]) {
    const environment = await newInputSecrets().environment(other, schema, Date.now());
    expect(() => open(sealed.body, environment)).toThrow();
  }
  // Two starts at once, when there is no pair yet.
  const fresh = { userId: 'user', actorId: 'fresh' };
  const both = await Promise.all([1, 2].map(() => newInputSecrets().environment(fresh, schema, Date.now())));
  expect(both[0]).toEqual(both[1]);
});

test('the schema is found where actor.json says, inline or beside it, and the route checks input against it', async () => {
  for (const files of [
    {
      '.actor/actor.json': { actorSpecification: 1, name: 'a', version: '0.1', input: './schema.json' },
      '.actor/schema.json': schema,
    },
    { '.actor/actor.json': { actorSpecification: 1, name: 'a', version: '0.1', input: schema } },
    { 'INPUT_SCHEMA.json': schema },
  ]) {
    await using fixture = await startFixture();
    const { actor, build: made } = await build(fixture, { 'main.js': '', ...files });
    expect(made).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.parse((made as unknown as { inputSchema: string }).inputSchema)).toEqual(schema);
    expect(await actor.validateInput({ startUrl: 'x' })).toBe(true);
    await expect(actor.validateInput({ depth: 2 })).rejects.toMatchObject({
      statusCode: 400,
      type: 'invalid-input',
      message: expect.stringContaining('startUrl is required'),
    });
    await expect(actor.validateInput({}, { build: 'none' })).rejects.toMatchObject({ type: 'unknown-build-tag' });
  }
});

test('a definition that is wrong, or leads out of the folder, fails the build with what to correct', async () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ '.actor/actor.json': '{ "name": ' }, '.actor/actor.json is not valid JSON'],
    [{ '.actor/actor.json': { input: './missing.json' } }, 'not there'],
    [{ '.actor/actor.json': { input: '../../../../../../../etc/hosts' } }, 'outside'],
    [{ '.actor/actor.json': { input: { type: 'object' } } }, 'input schema is not valid'],
    [{ 'package.json': '[]' }, 'package.json must hold a JSON object'],
  ];
  for (const [files, message] of cases) {
    await using fixture = await startFixture();
    const { build: made } = await build(fixture, { 'main.js': '', ...files });
    expect(made).toMatchObject({ status: 'FAILED', statusMessage: expect.stringContaining(message) });
  }
});
