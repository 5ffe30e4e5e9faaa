/** Schemas whose checks would take any time: [schema-1], [schema-2]. None of these tests ended before checks ran in workers. */
import { ActorSourceType } from 'apify-client';
import { expect, test } from 'vitest';
import { SchemaChecks } from '../src/builds/input/schema-checks.ts';
import { type Fixture, startFixture } from './fixture.ts';

const field = (more: object) => ({ title: 'F', description: 'A field', editor: 'textfield', type: 'string', ...more });
const schemaWith = (properties: object, more: object = {}) => ({
  title: 'Input',
  type: 'object',
  schemaVersion: 1,
  properties,
  ...more,
});

const hostile = `${'a'.repeat(35)}!`;
const checks = new SchemaChecks({ limitMs: 500 });

/** A verdict on an input: undefined when it fits. */
async function complaintAbout(schema: object, input: unknown): Promise<string | undefined> {
  const body = Buffer.from(JSON.stringify(input));
  const verdict = await checks.check({ schemaJson: JSON.stringify(schema), input: { body } });
  return verdict.kind === 'refused' ? verdict.complaint : undefined;
}

async function actorWith(fixture: Fixture, name: string, schema: object): Promise<string> {
  const sourceFiles = [
    { name: 'main.js', format: 'TEXT' as const, content: '' },
    { name: 'INPUT_SCHEMA.json', format: 'TEXT' as const, content: JSON.stringify(schema) },
  ];
  const version = { versionNumber: '0.1', buildTag: 'latest', sourceType: ActorSourceType.SourceFiles as const };
  const { id } = await fixture.client.actors().create({ name, versions: [{ ...version, sourceFiles }] });
  const started = await fixture.client.actor(id).build('0.1');
  expect(await fixture.client.build(started.id).waitForFinish()).toMatchObject({ status: 'SUCCEEDED' });
  return id;
}

test('[schema-1] a pattern that backtracks without end stops neither the platform nor another input', async () => {
  await using fixture = await startFixture();
  const bad = await actorWith(fixture, 'bad', schemaWith({ f: field({ pattern: '^(a+)+$' }) }));
  const good = await actorWith(fixture, 'good', schemaWith({ f: field({}) }));
  const calls = ['validate-input', 'runs', 'run-sync'].map((path) =>
    fixture.call('POST', `/v2/acts/${bad}/${path}`, { f: hostile }),
  );
  let isOver = false;
  const all = Promise.all(calls).finally(() => {
    isOver = true;
  });
  // The platform responds while the checks run.
  expect((await fixture.call('GET', '/v2/users/me')).status).toBe(200);
  expect(isOver).toBe(false);
  expect((await fixture.call('POST', `/v2/acts/${good}/validate-input`, { f: 'x' })).status).toBe(200);
  for (const response of await all) {
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid-input' } });
  }
  // The schema still accepts what fits it.
  expect((await fixture.call('POST', `/v2/acts/${bad}/validate-input`, { f: 'aaa' })).status).toBe(200);
});

test('[schema-2] a schema that was too slow once is checked in linear time, with the right verdict', async () => {
  const schema = schemaWith({ f: field({ pattern: '^(a+)+$' }) });
  for (let n = 0; n < 30; n += 1) {
    expect(await complaintAbout(schema, { f: `${hostile}${n}` })).toMatch(/f must match pattern/i);
  }
  expect(await complaintAbout(schema, { f: 'a'.repeat(1000) })).toBeUndefined();
});

test('[schema-1] patterns that RE2 cannot express, and those of keys and values, are ended', async () => {
  for (const pattern of ['^(?=a)(a+)+$', '^(a+)+\\1$']) {
    expect(await complaintAbout(schemaWith({ f: field({ pattern }) }), { f: hostile })).toContain('takes more than');
  }
  const object = { title: 'O', description: 'An object', editor: 'json', type: 'object', patternValue: '^(a+)+$' };
  expect(await complaintAbout(schemaWith({ o: object }), { o: { k: hostile } })).toContain('takes more than');
});

test('[schema-1] uniqueItems over many objects, references in a circle and huge lists of values end', async () => {
  const array = { title: 'A', description: 'A list', editor: 'json', type: 'array', uniqueItems: true };
  const many = Array.from({ length: 100_000 }, (_, index) => ({ index, name: 'x' }));
  expect(await complaintAbout(schemaWith({ a: array }), { a: many })).toContain('takes more than');
  const circle = schemaWith({ f: { $ref: '#/properties/f' } });
  expect(await complaintAbout(circle, { f: 'x' })).toContain('refers to itself');
  expect(await complaintAbout(schemaWith({ f: { $ref: '#' } }), { f: { f: { f: {} } } })).toBeUndefined();
  expect(await complaintAbout(schemaWith({ f: { $ref: '#/nowhere' } }), { f: 'x' })).toContain('cannot be used');
  const values = Array.from({ length: 50_000 }, (_, index) => `v${index}`);
  expect(await complaintAbout(schemaWith({ f: field({ enum: values }) }), { f: 'none' })).toBeDefined();
});

test('[schema-1] an input that is nested too deeply, or has a number that becomes another, is refused', async () => {
  const schemaJson = JSON.stringify(schemaWith({}));
  for (const text of [`{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`, '{"a":[1e400]}', '{"a":-1e999}']) {
    expect(await checks.check({ schemaJson, input: { body: Buffer.from(text) } })).toMatchObject({ kind: 'refused' });
  }
});

test('more slow checks than may wait are refused, and checks are served again afterwards', async () => {
  const schemaJson = JSON.stringify(schemaWith({ f: field({ pattern: '^(?=a)(a+)+$', title: 'Slow' }) }));
  const check = (f: string) => checks.check({ schemaJson, input: { body: Buffer.from(JSON.stringify({ f })) } });
  await check(hostile);
  const outcomes = await Promise.all(
    Array.from({ length: 23 }, () => check('ab').catch((error: { type?: string }) => error.type)),
  );
  expect(outcomes.filter((outcome) => outcome === 'rate-limit-exceeded')).toHaveLength(3);
  expect(await check('aaa')).toMatchObject({ kind: 'fits' });
});

test('a refusal names every field that is wrong, in the words of the message, and what is about the whole input', async () => {
  const properties = {
    url: field({ pattern: '^https:', errorMessage: { pattern: 'Only secure addresses.' } }),
    count: { title: 'C', description: 'D', type: 'integer', minimum: 1 },
    'a.b': field({ maxLength: 1 }),
    need: field({}),
  };
  const schemaJson = JSON.stringify(schemaWith(properties, { required: ['need'], additionalProperties: false }));
  const verdictOn = (input: object) =>
    checks.check({ schemaJson, input: { body: Buffer.from(JSON.stringify(input)) } });
  const verdict = await verdictOn({ url: 'http:', count: 0, 'a.b': 'long', other: 1 });
  if (verdict.kind === 'fits') throw new Error('The input fits.');
  const fields = new Map(verdict.invalidFields!.map(({ field, message }) => [field, message]));
  expect([...fields.keys()].toSorted()).toEqual(['a.b', 'count', 'need', 'other', 'url']);
  expect(fields.get('url')).toBe('Only secure addresses.');
  expect([...fields.values()]).toContain(verdict.complaint);
  // Of a large input only the first.
  const large = await verdictOn({ url: 'http:', count: 0, need: 'x'.repeat(300_000) });
  expect(large).toMatchObject({ kind: 'refused', invalidFields: [{}] });
});
