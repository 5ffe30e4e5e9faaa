/** Input schemas with every editor and keyword that Apify's documentation names, and the inputs that fit them. */
import { generateKeyPairSync } from 'node:crypto';
import { encryptInputSecrets } from '@apify/input_secrets';
import { expect, test } from 'vitest';
import { SchemaChecks } from '../src/builds/input/schema-checks.ts';

type Json = Record<string, unknown>;

const checks = new SchemaChecks({ limitMs: 20_000 });
const about = { title: 'F', description: 'A field' };
const schemaOf = (properties: Json, more: Json = {}) => ({
  title: 'I',
  type: 'object',
  schemaVersion: 1,
  properties,
  ...more,
});

/** What is wrong with a schema, or with an input for it; undefined when nothing is. */
async function complaintAbout(schema: Json, input?: Json): Promise<string | undefined> {
  const body = input === undefined ? undefined : { body: Buffer.from(JSON.stringify(input)) };
  const verdict = await checks.check({ schemaJson: JSON.stringify(schema), input: body });
  return verdict.kind === 'refused' ? verdict.complaint : undefined;
}

const editors: Record<string, string[]> = {
  string: ['textfield', 'textarea', 'javascript', 'python', 'select', 'datepicker', 'fileupload', 'hidden'],
  integer: ['number', 'hidden'],
  number: ['number', 'hidden'],
  boolean: ['checkbox', 'hidden'],
  object: ['json', 'proxy', 'schemaBased', 'hidden'],
  array: [
    ...['json', 'requestListSources', 'pseudoUrls', 'globs', 'keyValue', 'stringList', 'fileupload', 'select'],
    ...['schemaBased', 'hidden'],
  ],
};

/** What an editor needs besides. */
const needs: Record<string, Json> = {
  'string select': { enum: ['a', 'b'], enumTitles: ['A', 'B'] },
  'string hidden': { default: 'x' },
  'object hidden': { default: {} },
  'array hidden': { default: [] },
  'array select': { items: { type: 'string', enum: ['a', 'b'], enumTitles: ['A', 'B'] } },
  'object schemaBased': { properties: { a: { ...about, type: 'string', editor: 'textfield' } } },
  'array schemaBased': {
    items: { type: 'object', properties: { a: { ...about, type: 'string', editor: 'textfield' } } },
  },
};

test('a schema may have every editor of every type', async () => {
  const fields = Object.entries(editors).flatMap(([type, names]) =>
    names.map((editor) => [`${type}_${editor}`, { ...about, type, editor, ...needs[`${type} ${editor}`] }] as const),
  );
  // One schema for all of them, since Apify's own check takes long. A complaint names the field.
  expect(await complaintAbout(schemaOf(Object.fromEntries(fields)))).toBeUndefined();
  const wrong = { ...about, type: 'boolean', editor: 'textfield' };
  expect(await complaintAbout(schemaOf({ wrong }))).toContain('schema.properties.wrong.editor');
});

test('a schema may have every keyword of Apify’s documentation', async () => {
  const common = {
    prefill: undefined,
    example: undefined,
    sectionCaption: 'S',
    sectionDescription: 'About',
    nullable: true,
  };
  const fields: Json = {
    text: {
      ...common,
      type: 'string',
      editor: 'textfield',
      pattern: '^a',
      minLength: 1,
      maxLength: 5,
      default: 'abc',
      prefill: 'ab',
    },
    suggested: { type: 'string', editor: 'select', enumSuggestedValues: ['a'], enumTitles: ['A'] },
    secret: { type: 'string', editor: 'textarea', isSecret: true },
    date: { type: 'string', editor: 'datepicker', dateType: 'absoluteOrRelative' },
    whole: {
      type: 'integer',
      minimum: 1,
      maximum: 9,
      unit: 'pages',
      default: 3,
      errorMessage: { maximum: 'Too many.' },
    },
    ratio: { type: 'number', minimum: 0.5, default: 0.75 },
    flag: { type: 'boolean', groupCaption: 'G', groupDescription: 'About', default: false },
    settings: { type: 'object', editor: 'json', minProperties: 1, maxProperties: 3, isSecret: true },
    list: {
      type: 'array',
      editor: 'stringList',
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
      items: { type: 'string' },
    },
    pairs: { type: 'array', editor: 'keyValue', placeholderKey: 'k', placeholderValue: 'v' },
    any: { type: ['string', 'object', 'array'], editor: 'json' },
    dataset: {
      type: 'string',
      editor: 'resourcePicker',
      resourceType: 'dataset',
      resourcePermissions: ['READ', 'WRITE'],
    },
    stores: { type: 'array', editor: 'resourcePicker', resourceType: 'keyValueStore', resourcePermissions: ['READ'] },
    queue: { type: 'string', editor: 'textfield', resourceType: 'requestQueue' },
  };
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, { ...about, ...(field as Json) }]),
  );
  expect(
    await complaintAbout(schemaOf(properties, { required: ['text', 'list'], additionalProperties: false })),
  ).toBeUndefined();
  const former = { ...about, type: 'array', editor: 'keyValue', patternKey: '^a' };
  expect(await complaintAbout(schemaOf({ former }))).toContain('patternKey is deprecated');
  expect(await complaintAbout(schemaOf({}, { required: ['none'] }))).toContain('none does not exist');
});

test('inputs are checked as their fields’ editors say, with the author’s own messages', async () => {
  const properties = {
    urls: { ...about, type: 'array', editor: 'requestListSources' },
    proxy: { ...about, type: 'object', editor: 'proxy' },
    pairs: { ...about, type: 'array', editor: 'keyValue', patternKey: '^a' },
    count: { ...about, type: 'integer', maximum: 9, nullable: true, errorMessage: { maximum: 'Nine at most.' } },
    choice: { ...about, type: 'string', editor: 'select', enum: ['a', 'b'] },
    list: { ...about, type: 'array', editor: 'stringList', uniqueItems: true },
    any: { ...about, type: ['string', 'array'], editor: 'json' },
  };
  const schema = schemaOf(properties);
  const fits = [
    { urls: [{ url: 'http://a.b', method: 'POST', userData: { n: 1 } }, { requestsFromUrl: 'https://a.b/list' }] },
    { proxy: { useApifyProxy: true, apifyProxyCountry: 'US' } },
    { proxy: { useApifyProxy: false, proxyUrls: ['http://user:pass@a.b:80'] } },
    { pairs: [{ key: 'abc', value: 'x' }], count: null, choice: 'a', any: ['x'] },
  ];
  for (const input of fits) expect([input, await complaintAbout(schema, input)]).toEqual([input, undefined]);
  const cases: [Json, string][] = [
    [{ urls: [{ url: 'http://a.b' }, { url: 'nowhere' }] }, 'positions [1] do not contain valid URLs'],
    [{ proxy: { useApifyProxy: true, apifyProxyCountry: 'XX' } }, 'Country code "XX" is invalid'],
    [{ proxy: { useApifyProxy: false, proxyUrls: ['a b'] } }, 'has invalid format'],
    // Builds of before the keyword ended have it still.
    [{ pairs: [{ key: 'b', value: 'x' }] }, 'must match regular expression "^a"'],
    [{ count: 10 }, 'Nine at most.'],
    [{ count: 'x' }, 'count must be integer'],
    [{ choice: 'c' }, '"a", "b"'],
    [{ list: ['x', 'x'] }, 'must NOT have duplicate items'],
    [{ any: 1 }, 'any must be string,array'],
  ];
  for (const [input, complaint] of cases) expect(await complaintAbout(schema, input)).toContain(complaint);
});

test('an encrypted value of a secret field hides no fault of another field', async () => {
  const properties = {
    secret: { ...about, type: 'object', editor: 'json', isSecret: true },
    count: { ...about, type: 'integer' },
  };
  const inputSchema = schemaOf(properties);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { secret } = encryptInputSecrets({ input: { secret: { a: 1 } }, inputSchema, publicKey });
  expect(secret).toEqual(expect.stringContaining('ENCRYPTED_JSON'));
  expect(await complaintAbout(inputSchema, { secret, count: 1 })).toBeUndefined();
  expect(await complaintAbout(inputSchema, { secret, count: 'many' })).toContain('count must be integer');
});
