import { expect, test } from 'vitest';
import { viewsOf } from '../src/model/dataset-views.ts';
import { countError, exportParameters, usualExport } from '../src/model/export-query.ts';
import {
  columnValue,
  dateOf,
  fieldsOf,
  isNumeric,
  linkOf,
  previewOf,
  valueAt,
  wholeItem,
  widthFor,
} from '../src/model/item-values.ts';

test('a preview is one line of the beginning, and reads no more of a large value', () => {
  expect(previewOf('two\nlines')).toBe('two lines');
  expect(previewOf('x'.repeat(1_000_000))).toBe(`${'x'.repeat(200)}…`);
  expect(previewOf({ a: [1, 'b', null, { c: true }] })).toBe('{"a": [1, "b", null, {"c": true}]}');
  expect(previewOf(undefined)).toBe('');
  expect(previewOf([])).toBe('[]');
  let read = 0;
  const large = Array.from({ length: 100_000 }, () => ({
    get field() {
      read += 1;
      return 'value';
    },
  }));
  expect(previewOf(large).length).toBeLessThan(210);
  expect(read).toBeLessThan(100);
});

test('only addresses of the web are links', () => {
  expect(linkOf('https://example.com/a?b=c')).toBe('https://example.com/a?b=c');
  for (const no of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'file:///etc',
    'https://',
    5,
    null,
  ]) {
    expect(linkOf(no), String(no)).toBeUndefined();
  }
});

test('a time is a date in a text, milliseconds or seconds', () => {
  const time = '2026-10-03T03:59:59.000Z';
  expect(dateOf(time)?.toISOString()).toBe(time);
  expect(dateOf(Date.parse(time))?.toISOString()).toBe(time);
  expect(dateOf(Date.parse(time) / 1000)?.toISOString()).toBe(time);
  for (const none of ['today', '2026-99-99', null, {}, Number.NaN, 1e300]) expect(dateOf(none)).toBeUndefined();
});

test('a field is found by its name, with dots in it too, or by its path, and never in a prototype', () => {
  expect(valueAt({ 'a.b': 1, a: { b: 2 } }, 'a.b')).toBe(1);
  expect(valueAt({ a: { b: [{ c: 3 }] } }, 'a.b.0.c')).toBe(3);
  expect(valueAt({ a: 1 }, 'constructor')).toBeUndefined();
  expect(valueAt(null, 'a')).toBeUndefined();
  expect(valueAt(JSON.parse('{"__proto__": 5}'), '__proto__')).toBe(5);
});

test('the columns are the fields in the order in which they come, up to a number', () => {
  expect(
    fieldsOf(
      [
        { a: 1, b: 2 },
        { c: 3, a: 4 },
      ],
      50,
    ),
  ).toEqual({ fields: ['a', 'b', 'c'], more: 0 });
  expect(fieldsOf([{ a: 1, b: 2, c: 3 }], 2)).toEqual({ fields: ['a', 'b'], more: 1 });
  expect(fieldsOf(['text', { a: 1 }], 50)).toEqual({ fields: [wholeItem, 'a'], more: 0 });
  expect(columnValue('text', wholeItem)).toBe('text');
});

test('columns of numbers are aligned as such, and no column is wider than it may be', () => {
  const column = { field: 'n', label: 'n', format: undefined };
  expect(isNumeric(column, [{ n: 1 }, {}, { n: null }])).toBe(true);
  expect(isNumeric(column, [{ n: 1 }, { n: '2' }])).toBe(false);
  expect(isNumeric(column, [])).toBe(false);
  expect(widthFor(column, [{ n: 'x'.repeat(10_000) }])).toBe(340);
  expect(widthFor(column, [])).toBe(72);
});

const schema = {
  views: {
    overview: {
      title: 'Overview',
      transformation: { fields: ['url', 'title'], omit: ['title'] },
      display: { component: 'table', properties: { url: { label: 'Address', format: 'link' } } },
    },
    offers: {
      title: '',
      transformation: { unwind: ['offers'] },
      display: { properties: { price: { format: 'magic' } } },
    },
    clean: { transformation: { clean: true, desc: false } },
    few: { transformation: { limit: 10 } },
  },
};

test('views have the fields, labels and formats of the schema', () => {
  const [overview, offers] = viewsOf(schema, false);
  expect(overview).toMatchObject({
    title: 'Overview',
    columns: [{ field: 'url', label: 'Address', format: 'link' }],
    isRowPerItem: true,
  });
  expect(offers).toMatchObject({ title: 'offers', columns: [{ field: 'price', label: 'price', format: undefined }] });
});

test('where a view makes other rows than items, the platform says which', () => {
  const rowPerItem = (hasEmptyItems: boolean) =>
    Object.fromEntries(viewsOf(schema, hasEmptyItems).map(({ id, isRowPerItem }) => [id, isRowPerItem]));
  expect(rowPerItem(false)).toEqual({ overview: true, offers: false, clean: true, few: false });
  expect(rowPerItem(true)).toEqual({ overview: true, offers: false, clean: false, few: false });
  expect(viewsOf(schema, false).find(({ id }) => id === 'clean')?.isNewestFirst).toBe(false);
});

test('a schema that makes no sense has no views', () => {
  for (const each of [null, undefined, 'x', [], { views: 5 }, { views: [] }]) expect(viewsOf(each, false)).toEqual([]);
  expect(viewsOf({ views: { a: null, b: { transformation: 'x', display: [] } } }, false)).toHaveLength(2);
});

test('an export asks for what was chosen, and for nothing else', () => {
  const given = (changes: object) =>
    Object.fromEntries(
      Object.entries(exportParameters({ ...usualExport, ...changes })).filter(([, value]) => value !== undefined),
    );
  expect(given({})).toEqual({ format: 'json' });
  expect(given({ format: 'csv', fields: ' url, title\n\nwords ,', offset: ' 10 ', limit: '5', isClean: true })).toEqual(
    {
      format: 'csv',
      fields: 'url,title,words',
      offset: '10',
      limit: '5',
      clean: '1',
      escapeFormulas: '1',
    },
  );
  expect(given({ format: 'csv', escapesFormulas: false })).toEqual({ format: 'csv' });
  expect(given({ format: 'xlsx', view: 'overview', isNewestFirst: true })).toEqual({
    format: 'xlsx',
    view: 'overview',
    desc: '1',
  });
  expect([countError('12'), countError('')]).toEqual([undefined, undefined]);
  expect(countError('-1')).toBeDefined();
});
