/** How an input schema becomes a form, and what is typed there an input again: each editor and each type. */
import { describe, expect, test } from 'vitest';
import { inputErrors } from '../src/model/input-errors.ts';
import {
  detailCount,
  keyValueItem,
  keyValueRow,
  lineItem,
  pastedLines,
  proxyItem,
  proxyValue,
  rowItem,
  rowText,
  sourceItem,
  sourceRow,
  withoutEmptyRows,
} from '../src/model/input-lists.ts';
import {
  choicesOf,
  fieldsOf,
  fitsEditor,
  type InputField,
  initialInput,
  type JsonObject,
  maxListRows,
  parseInputSchema,
  sectionsOf,
  subFieldsOf,
  unknownKeys,
  withValue,
} from '../src/model/input-schema.ts';
import { isSealed, masked, maskOf, unmasked, withoutSecrets } from '../src/model/input-secrets.ts';
import {
  dateKindsOf,
  jsonText,
  numberText,
  parseDate,
  parseInput,
  parseJsonText,
  parseNumber,
  parseText,
  relativeText,
  stepped,
} from '../src/model/input-text.ts';

const schemaOf = (properties: object, more: object = {}): JsonObject => ({ type: 'object', properties, ...more });
const fieldOf = (schema: object): InputField => fieldsOf(schemaOf({ f: { title: 'F', ...schema } }))[0]!;

describe('which editor a field has', () => {
  const named: readonly (readonly [string, readonly string[]])[] = [
    ['string', ['textfield', 'textarea', 'javascript', 'python', 'select', 'datepicker', 'fileupload', 'hidden']],
    ['integer', ['number', 'hidden']],
    ['number', ['number', 'hidden']],
    ['boolean', ['checkbox', 'hidden']],
    ['object', ['json', 'proxy', 'schemaBased', 'hidden']],
    ['array', ['json', 'requestListSources', 'pseudoUrls', 'globs', 'keyValue', 'stringList', 'fileupload', 'select']],
    ['array', ['schemaBased', 'resourcePicker', 'hidden']],
  ];
  test.each(named.flatMap(([type, editors]) => editors.map((editor) => [type, editor] as const)))(
    'a %s has its %s',
    (type, editor) => expect(fieldOf({ type, editor })).toMatchObject({ type, editor }),
  );

  test.each([
    [{ type: 'string' }, 'textfield'],
    [{ type: 'string', enum: ['a'] }, 'select'],
    [{ type: 'string', resourceType: 'dataset' }, 'resourcePicker'],
    [{ type: 'array', resourceType: 'requestQueue' }, 'resourcePicker'],
    [{ type: 'string', resourceType: 'dataset', editor: 'textfield' }, 'textfield'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'boolean' }, 'checkbox'],
    [{ type: 'object' }, 'json'],
    [{ type: 'array' }, 'json'],
    [{ type: ['string', 'object'], editor: 'json' }, 'json'],
    [{ type: ['string', 'object'], editor: 'hidden' }, 'hidden'],
    [{ type: 'no-such', editor: 'no-such' }, 'json'],
    // An editor of another type is not the field's.
    [{ type: 'boolean', editor: 'proxy' }, 'checkbox'],
    [{ type: 'string', editor: 'checkbox' }, 'textfield'],
    [{ type: 'string', editor: 42 }, 'textfield'],
  ])('%j has %s', (schema, editor) => expect(fieldOf(schema).editor).toBe(editor));
});

test('a schema that is damaged gives what can be shown of it', () => {
  expect(parseInputSchema('{')).toBeNull();
  expect(parseInputSchema('[]')).toBeNull();
  expect(parseInputSchema(null)).toBeNull();
  expect(fieldsOf({ properties: [1] })).toEqual([]);
  expect(fieldsOf(schemaOf({ a: null, b: 1, c: { type: 'string', title: 7 } }))).toMatchObject([
    { key: 'c', title: 'c' },
  ]);
});

test('a section runs to the next caption, hidden fields begin one too, and booleans of a group are together', () => {
  const text = { type: 'string', editor: 'textfield' };
  const boolean = { type: 'boolean', editor: 'checkbox' };
  const sections = sectionsOf(
    schemaOf({
      a: text,
      hiddenFirst: { ...text, editor: 'hidden', sectionCaption: 'Second', sectionDescription: 'S' },
      b: text,
      c: { ...boolean, groupCaption: 'Group', groupDescription: 'G' },
      d: boolean,
      e: text,
      f: boolean,
      onlyHidden: { ...text, editor: 'hidden', sectionCaption: 'Never seen' },
    }),
  );
  expect(sections.map(({ caption, description }) => [caption, description])).toEqual([
    [undefined, ''],
    ['Second', 'S'],
  ]);
  expect(
    sections[1]!.rows.map((row) => (row.kind === 'group' ? row.fields.map(({ key }) => key) : row.field.key)),
  ).toEqual(['b', ['c', 'd'], 'e', 'f']);
  expect(sections[1]!.rows[1]).toMatchObject({ caption: 'Group', description: 'G' });
});

test('a form begins with prefills, else defaults, also those that are false, 0 or null', () => {
  const schema = schemaOf({
    a: { type: 'string', prefill: 'p', default: 'd' },
    b: { type: 'boolean', default: false },
    c: { type: 'integer', prefill: 0, default: 5 },
    d: { type: 'string' },
    e: { type: 'string', default: null, nullable: true },
    hidden: { type: 'string', editor: 'hidden', default: 'h' },
  });
  expect(initialInput(schema)).toEqual({ a: 'p', b: false, c: 0, e: null, hidden: 'h' });
  expect(initialInput(null)).toEqual({});
});

test('fields that the schema does not have are kept, and named', () => {
  const schema = schemaOf({ a: { type: 'string' } });
  const input = { a: 'x', other: [1] };
  expect(unknownKeys(schema, input)).toEqual(['other']);
  expect(withValue(input, 'a', 'y')).toEqual({ a: 'y', other: [1] });
  expect(withValue(input, 'a', undefined)).toEqual({ other: [1] });
  expect(withValue(input, 'a', null)).toEqual({ a: null, other: [1] });
});

describe('texts and values', () => {
  test('an empty text is no value', () => {
    expect(parseText('')).toEqual({ kind: 'absent' });
    expect(parseText('', '')).toEqual({ kind: 'value', value: '' });
    expect(parseText(' ')).toEqual({ kind: 'value', value: ' ' });
  });

  test.each([
    ['12', 'integer', 12],
    [' -3 ', 'integer', -3],
    ['1,000', 'integer', 1000],
    ['10 000', 'integer', 10_000],
    ['1e3', 'integer', 1000],
    ['2.', 'number', 2],
    ['.5', 'number', 0.5],
    ['-1.5e-3', 'number', -0.0015],
  ] as const)('%j is the %s %d', (text, type, value) => {
    expect(parseNumber(text, type)).toEqual({ kind: 'value', value });
    expect(parseNumber(numberText(value), type)).toEqual({ kind: 'value', value });
  });

  test.each([
    ['12abc', 'integer'],
    ['1.5', 'integer'],
    ['9007199254740993', 'integer'],
    ['1e999', 'number'],
    ['0x10', 'integer'],
    ['Infinity', 'number'],
    ['1,5', 'number'],
    ['--1', 'number'],
  ] as const)('%j is no %s', (text, type) => expect(parseNumber(text, type).kind).toBe('invalid'));

  test('a step stays within the bounds', () => {
    expect(stepped(3, 1, { maximum: 3 })).toBe(3);
    expect(stepped(0, -1, { minimum: 5 })).toBe(5);
    expect(stepped(1, -1, {})).toBe(0);
  });

  test.each([[{ a: [1] }], [[1, 'x']], ['text'], [null], [0], [false]])(
    '%j is the same after its JSON was edited',
    (value) => expect(parseJsonText(jsonText(value))).toEqual({ kind: 'value', value }),
  );

  test('JSON that is being typed is no value yet; nothing is none', () => {
    expect(parseJsonText('{"a":').kind).toBe('invalid');
    expect(parseJsonText('  ').kind).toBe('absent');
    expect(jsonText(undefined)).toBe('');
    expect(parseInput('[1]').kind).toBe('invalid');
    expect(parseInput('')).toEqual({ kind: 'value', value: {} });
  });

  test('dates', () => {
    expect(parseDate('2026-02-28')).toEqual({ kind: 'absolute', day: '2026-02-28' });
    expect(parseDate('3 weeks')).toEqual({ kind: 'relative', amount: 3, unit: 'week' });
    expect(parseDate('1day')).toEqual({ kind: 'relative', amount: 1, unit: 'day' });
    expect(parseDate('2026-13-01')).toEqual({ kind: 'other', text: '2026-13-01' });
    expect(parseDate('yesterday')).toEqual({ kind: 'other', text: 'yesterday' });
    expect([relativeText(1, 'day'), relativeText(3, 'week')]).toEqual(['1 day', '3 weeks']);
    const kindsOf = (dateType?: string) => dateKindsOf(fieldOf({ type: 'string', editor: 'datepicker', dateType }));
    expect(kindsOf()).toEqual(['absolute']);
    expect(kindsOf('relative')).toEqual(['relative']);
    expect(kindsOf('absoluteOrRelative')).toEqual(['absolute', 'relative']);
  });
});

describe('lists', () => {
  test.each([
    ['stringList', 'a'],
    ['globs', { glob: 'https://a/**' }],
    ['pseudoUrls', { purl: 'https://a/[.*]' }],
  ] as const)('a row of %s', (editor, item) => {
    const text = rowText(editor, item);
    expect(text).not.toBe('');
    expect(rowItem(editor, text, item)).toEqual(item);
    expect(rowItem(editor, text)).toEqual(item);
  });

  test('what a row does not show of an item is kept', () => {
    expect(rowItem('globs', 'new', { glob: 'old', method: 'POST' })).toEqual({ glob: 'new', method: 'POST' });
    expect(keyValueItem('k', 'v', { key: 'a', value: 'b', more: 1 })).toEqual({ key: 'k', value: 'v', more: 1 });
    const item = {
      url: 'https://a',
      method: 'POST',
      payload: 'p',
      headers: { a: 'b' },
      userData: { c: 1 },
      uniqueKey: 'u',
    };
    expect(sourceItem(sourceRow(item), item)).toEqual(item);
    expect(detailCount(sourceRow(item))).toBe(4);
    expect(sourceItem({ ...sourceRow(item), method: '', headers: undefined }, item)).toEqual({
      url: 'https://a',
      payload: 'p',
      userData: { c: 1 },
      uniqueKey: 'u',
    });
    // A glob that is a bare text stays one.
    expect(rowItem('globs', 'new', 'old')).toBe('new');
  });

  test('a file of URLs', () => {
    const file = { requestsFromUrl: 'https://a/list.txt' };
    expect(sourceRow(file)).toMatchObject({ isFile: true, url: 'https://a/list.txt' });
    expect(sourceItem(sourceRow(file), file)).toEqual(file);
    expect(sourceRow(42)).toMatchObject({ isFile: false, url: '' });
  });

  test('pairs', () => {
    expect(keyValueRow({ key: 'a', value: 'b' })).toEqual({ key: 'a', value: 'b' });
    expect(keyValueRow({ key: 1 })).toEqual({ key: '', value: '' });
    expect(lineItem('keyValue', 'a=b=c')).toEqual({ key: 'a', value: 'b=c' });
    expect(lineItem('keyValue', 'a: b')).toEqual({ key: 'a', value: 'b' });
    expect(lineItem('keyValue', 'alone')).toEqual({ key: 'alone', value: '' });
  });

  test('pasted lines become rows; a single line is pasted as it is', () => {
    expect(pastedLines('one')).toBeUndefined();
    expect(pastedLines('one\r\n\n two \n')).toEqual(['one', 'two']);
    expect(lineItem('requestListSources', 'https://a')).toEqual({ url: 'https://a' });
    expect(lineItem('stringList', 'a')).toBe('a');
  });

  test('rows in which nothing was typed are not sent, in any list', () => {
    const schema = schemaOf({
      urls: { type: 'array', editor: 'requestListSources' },
      list: { type: 'array', editor: 'stringList' },
      kv: { type: 'array', editor: 'keyValue' },
      json: { type: 'array', editor: 'json' },
      none: { type: 'array', editor: 'globs' },
    });
    const input = {
      urls: [{ url: '' }, { url: 'https://a' }, { url: '', method: 'POST' }],
      list: ['', 'a', ''],
      kv: [{ key: '', value: '' }],
      json: ['', {}],
      none: [],
      other: [''],
    };
    expect(withoutEmptyRows(schema, input)).toEqual({
      urls: [{ url: 'https://a' }, { url: '', method: 'POST' }],
      list: ['a'],
      json: ['', {}],
      none: [],
      other: [''],
    });
  });

  test('choices, closed or suggested, with titles as far as there are some', () => {
    expect(choicesOf({ enum: ['a', 'b'], enumTitles: ['A'] })).toEqual({
      isClosed: true,
      options: [
        { value: 'a', label: 'A' },
        { value: 'b', label: 'b' },
      ],
    });
    expect(choicesOf({ enumSuggestedValues: ['x', 1] })).toEqual({
      isClosed: false,
      options: [{ value: 'x', label: 'x' }],
    });
  });
});

test.each([
  [{ useApifyProxy: false }, 'none'],
  [{ useApifyProxy: true }, 'platform'],
  [{ useApifyProxy: true, apifyProxyGroups: ['G'], apifyProxyCountry: 'US' }, 'platform'],
  [{ useApifyProxy: false, proxyUrls: ['http://p:1'] }, 'own'],
  [{ useApifyProxy: true, own: 1 }, 'platform'],
] as const)('the proxy %j is the same after it was edited', (value, mode) => {
  expect(proxyValue(value).mode).toBe(mode);
  expect(proxyItem(proxyValue(value), value)).toEqual(value);
});

test('own proxies are chosen before there is one', () => {
  const chosen = proxyItem({ ...proxyValue(undefined), mode: 'own' }, undefined);
  expect(proxyValue(chosen).mode).toBe('own');
});

describe('values that a field cannot show', () => {
  test.each([
    ['string', 'textfield', 'x', 1],
    ['integer', 'number', 1, '1'],
    ['boolean', 'checkbox', true, 'true'],
    ['object', 'proxy', {}, []],
    ['object', 'schemaBased', {}, 'x'],
    ['array', 'stringList', ['a'], [1]],
    ['array', 'select', ['a'], 'a'],
    ['array', 'globs', ['a', { glob: 'b' }], [null]],
    ['array', 'keyValue', [{ key: 'a' }], ['a']],
    ['array', 'requestListSources', [{ url: 'a' }], { url: 'a' }],
    ['array', 'fileupload', ['a'], [{}]],
    ['array', 'resourcePicker', ['a'], [[]]],
  ])('a %s as %s', (type, editor, fits, unfit) => {
    const field = fieldOf({ type, editor });
    expect([fitsEditor(field, fits), fitsEditor(field, unfit), fitsEditor(field, undefined)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('JSON shows any value, and a list that is too long for rows', () => {
    expect(fitsEditor(fieldOf({ type: 'object', editor: 'json' }), 'text')).toBe(true);
    expect(fitsEditor(fieldOf({ type: ['string', 'object'], editor: 'json' }), 1)).toBe(true);
    const long = Array.from({ length: maxListRows + 1 }, () => 'x');
    expect(fitsEditor(fieldOf({ type: 'array', editor: 'stringList' }), long)).toBe(false);
  });
});

test('objects by their schema are one level deep', () => {
  const properties = { a: { type: 'string' }, deep: { type: 'object', editor: 'schemaBased', properties: {} } };
  const object = fieldOf({ type: 'object', editor: 'schemaBased', properties, required: ['a'] });
  expect(subFieldsOf(object)).toMatchObject([
    { key: 'a', isRequired: true },
    { key: 'deep', editor: 'json' },
  ]);
  const list = fieldOf({ type: 'array', editor: 'schemaBased', items: { type: 'object', properties } });
  expect(subFieldsOf(list)).toHaveLength(2);
  expect(subFieldsOf(fieldOf({ type: 'array', editor: 'schemaBased', items: { type: 'string' } }))).toBeUndefined();
});

test('secrets are masked wherever the input is shown, kept behind their mask, and not stored in drafts', () => {
  const schema = schemaOf({
    token: { type: 'string', editor: 'textfield', isSecret: true },
    more: { type: 'object', editor: 'json', isSecret: true },
    open: { type: 'string' },
  });
  const input = { token: 's3cret', more: { a: 's3cret' }, open: 'o', other: 1 };
  const shown = masked(schema, input);
  expect(JSON.stringify(shown)).not.toContain('s3cret');
  expect(shown).toEqual({ token: maskOf('token'), more: maskOf('more'), open: 'o', other: 1 });
  expect(unmasked(schema, { ...shown, open: 'new' }, input)).toEqual({ ...input, open: 'new' });
  expect(unmasked(schema, { token: 'new' }, input)).toEqual({ token: 'new' });
  expect(withoutSecrets(schema, input)).toEqual({ open: 'o', other: 1 });
  expect(masked(schema, { open: 'o' })).toEqual({ open: 'o' });
  expect(isSealed('ENCRYPTED_VALUE:a:b')).toBe(true);
  expect(isSealed('ENCRYPTED_JSON:h:a:b')).toBe(true);
  expect(isSealed('plain')).toBe(false);
});

test("the platform's words belong to fields, as far as it names some", () => {
  const invalidFields = [
    { field: 'a', message: 'One.' },
    { field: 'a', message: 'Two.' },
    { field: null, message: 'Whole.' },
  ];
  expect(inputErrors('Input is not valid: One.', { invalidFields })).toEqual({ a: 'One. Two.', '': 'Whole.' });
  expect(inputErrors('Input is not valid: it must be JSON.', undefined)).toEqual({
    '': 'Input is not valid: it must be JSON.',
  });
  expect(inputErrors('m', { invalidFields: 'x' })).toEqual({ '': 'm' });
});
