/** The formats of items, read by parsers that are not ours: XML strictly, workbooks as a spreadsheet does. */
import { randomBytes } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { DownloadItemsFormat } from 'apify-client';
import fc from 'fast-check';
import readWorkbook from 'read-excel-file/node';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { itemFormats } from '../src/api/datasets/formats/item-format.ts';
import type { FormatOptions, ItemSource } from '../src/api/datasets/formats/item-source.ts';
import { writeXlsx } from '../src/api/datasets/formats/xlsx.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { startRunFixture } from './run-fixture.ts';

const noShape = { skipHidden: false, skipEmpty: false, skipFailedPages: false };
const usual: FormatOptions = {
  bom: undefined,
  delimiter: ',',
  skipHeaderRow: false,
  escapeFormulas: false,
  xmlRoot: 'items',
  xmlRow: 'item',
  feedTitle: undefined,
  feedDescription: undefined,
};

const sourceOf = (items: readonly object[], shape: Partial<ItemSource['shape']> = {}): ItemSource => ({
  shape: { ...noShape, ...shape },
  dataset: { id: 'abc', name: null },
  url: 'http://api.test/v2/datasets/abc/items',
  async *pages() {
    for (let first = 0; first < items.length; first += 100) {
      yield items.slice(first, first + 100).map((item) => JSON.stringify(item));
    }
  },
});

const written = async (format: string, items: readonly object[], options: Partial<FormatOptions> = {}) =>
  (await buffer(itemFormats[format]!.body(sourceOf(items), { ...usual, ...options }))).toString();

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** @throws when the document is not well-formed, or uses a namespace that is not declared */
function parseXml(document: string): Element {
  const parser = new SaxesParser({ xmlns: true });
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const values = Object.entries(attributes).map(([key, { value }]) => [key, value]);
    const element: Element = { name, attributes: Object.fromEntries(values), children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    open.at(-1)!.text += part;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(document).close();
  expect(root.children).toHaveLength(1);
  return root.children[0]!;
}

/** An element in short: its name, attributes, and its text or children. */
const short = ({ name, attributes, children, text: content }: Element): unknown[] => [
  name,
  ...(Object.keys(attributes).length > 0 ? [attributes] : []),
  ...(children.length > 0 ? children.map(short) : content === '' ? [] : [content]),
];

async function datasetOf({ client }: Fixture, items: readonly Record<string, unknown>[], name?: string) {
  const { id } = await client.datasets().getOrCreate(name);
  await client.dataset(id).pushItems([...items]);
  return { id, dataset: client.dataset(id) };
}

test('each format has Apify’s type, and the stock client downloads it', async () => {
  await using fixture = await startFixture();
  const { id, dataset } = await datasetOf(fixture, [
    { title: 'A & <b>', n: { m: [1] } },
    { title: 'ž', ok: true },
  ]);
  const types = {
    json: 'application/json; charset=utf-8',
    jsonl: 'application/jsonl; charset=utf-8',
    csv: 'text/csv; charset=utf-8',
    html: 'text/html; charset=utf-8',
    xml: 'application/xml; charset=utf-8',
    rss: 'application/rss+xml; charset=utf-8',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  };
  for (const [format, type] of Object.entries(types)) {
    for (const method of ['GET', 'HEAD']) {
      const response = await fixture.call(method, `/v2/datasets/${id}/items?format=${format}&attachment=1`);
      expect([response.status, response.headers.get('content-type')], format).toEqual([200, type]);
      expect(response.headers.get('content-security-policy'), format).toContain('sandbox');
      if (method === 'HEAD') continue;
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${id}.${format}"`);
      expect(response.headers.get('x-apify-pagination-total')).toBe('2');
    }
  }
  expect(short(parseXml((await dataset.downloadItems(DownloadItemsFormat.XML)).toString()))).toEqual([
    'items',
    ['item', ['title', 'A & <b>'], ['n', ['m', '1']]],
    ['item', ['title', 'ž'], ['ok', 'true']],
  ]);
  expect((await dataset.downloadItems(DownloadItemsFormat.HTML)).toString()).toContain(
    '<tr><th>title</th><th>n/m/0</th><th>ok</th></tr>\n<tr><td>A &amp; &lt;b&gt;</td><td>1</td><td></td></tr>\n',
  );
  const [sheet] = await readWorkbook(await dataset.downloadItems(DownloadItemsFormat.XLSX));
  expect(sheet).toEqual({
    sheet: 'Items',
    data: [
      ['title', 'n/m/0', 'ok'],
      ['A & <b>', 1, null],
      ['ž', null, true],
    ],
  });
});

test('XML has attributes, repeated elements and texts by Apify’s rules', async () => {
  const document = await written('xml', [
    {
      name: 'Paul Newman',
      address: [
        { type: 'home', street: '21st' },
        { type: 'office', street: null, empty: '' },
      ],
    },
    {
      address: [
        { '@': { type: 'home' }, street: '21st' },
        { '@': { type: 'office', n: 1 }, '#': 'unknown' },
      ],
    },
    { '@': { id: 'x' }, none: [], list: [[1, 2], [3]], '#': 'not shown' },
    { '@': 'no object', '#debug': 1, '1st': 2, 'a b:c': 3, xmlns: 4 },
    {},
  ]);
  expect(document).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<items>\n<item>/);
  expect(document).toContain('<street/>');
  expect(short(parseXml(document)).slice(1)).toEqual([
    [
      'item',
      ['name', 'Paul Newman'],
      ['address', ['type', 'home'], ['street', '21st']],
      ['address', ['type', 'office'], ['street'], ['empty']],
    ],
    ['item', ['address', { type: 'home' }, ['street', '21st']], ['address', { type: 'office', n: '1' }, 'unknown']],
    ['item', { id: 'x' }, ['list', ['list', '1'], ['list', '2']], ['list', ['list', '3']]],
    ['item', ['_', 'no object'], ['_debug', '1'], ['_1st', '2'], ['a_b_c', '3'], ['xmlns', '4']],
    ['item'],
  ]);
});

test('an RSS feed says what it is, and its titles can be set', async () => {
  const feed = short(parseXml(await written('rss', [{ title: 'One', link: 'http://a.test/?a=1&b=2' }])));
  expect(feed).toEqual([
    'rss',
    { version: '2.0' },
    [
      'channel',
      ['title', 'Dataset abc'],
      ['link', 'http://api.test/v2/datasets/abc/items'],
      ['description', 'Items in dataset with id "abc".'],
      ['item', ['title', 'One'], ['link', 'http://a.test/?a=1&b=2']],
    ],
  ]);
  await using fixture = await startFixture();
  const { id } = await datasetOf(fixture, [{ a: 1 }], 'my-feed');
  const titles = async (query: string) => {
    const response = await fixture.call('GET', `/v2/datasets/${id}/items?format=rss&${query}`);
    const [channel] = parseXml(await response.text()).children;
    return channel!.children.filter(({ name }) => name === 'title' || name === 'description').map((each) => each.text);
  };
  expect(await titles('')).toEqual(['Dataset my-feed', `Items in dataset with id "${id}".`]);
  expect(await titles('feedTitle=A%20%26%20B&feedDescription=%3Cb%3E')).toEqual(['A & B', '<b>']);
});

/** JSON with names and texts that XML does not allow. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '@',
    '#',
    'xml',
    'xmlns',
    'xmlns:a',
    'a:b',
    ']]>',
    '<!--',
    '\ud800',
    '\u0000',
    '\r\n',
    '__proto__',
    '',
  ),
);
const hostileItem = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, hostileText, fc.double(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(hostileText, tie('value'), { maxKeys: 4 }),
})).object;

test('[xml-1] XML and RSS are well-formed and have one element for each item, whatever items have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostileItem, { maxLength: 5 }), async (items) => {
      const count = (element: Element, name: string) => element.children.filter((each) => each.name === name).length;
      expect(count(parseXml(await written('xml', items as object[])), 'item')).toBe(items.length);
      const [channel] = parseXml(await written('rss', items as object[])).children;
      expect(count(channel!, 'item')).toBe(items.length);
    }),
    { numRuns: 300 },
  );
});

test('names that would break XML are refused, and what is free text is escaped', async () => {
  await using fixture = await startFixture();
  const { id } = await datasetOf(fixture, [{ a: 1 }]);
  const get = (query: string) => fixture.call('GET', `/v2/datasets/${id}/items?${query}`);
  expect(short(parseXml(await (await get('format=xml&xmlRoot=pages&xmlRow=page-1')).text()))).toEqual([
    'pages',
    ['page-1', ['a', '1']],
  ]);
  for (const name of ['a b', '1a', 'a><script>', 'x:y', '-']) {
    const refused = await get(`format=xml&xmlRow=${encodeURIComponent(name)}`);
    expect([refused.status, await refused.json()], name).toMatchObject([400, { error: { type: 'invalid-input' } }]);
  }
});

test('a byte order mark is in CSV alone, unless the request says otherwise', async () => {
  for (const format of ['json', 'jsonl', 'csv', 'html', 'xml', 'rss']) {
    const begins = async (bom: boolean | undefined) =>
      (await written(format, [{ a: 1 }], { bom })).startsWith('\ufeff');
    expect([await begins(undefined), await begins(true), await begins(false)], format).toEqual([
      format === 'csv',
      true,
      false,
    ]);
  }
});

test('a table has 2,000 columns and names of 200 characters at most', async () => {
  const wide = [
    Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`a${n}`, n])),
    Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`b${n}`, n])),
    { a0: 'last', ['x'.repeat(300)]: 1 },
  ];
  const [header, , , last] = (await written('csv', wide, { bom: false })).split('\r\n');
  expect(header!.split(',')).toHaveLength(2000);
  expect(last!.startsWith('last,')).toBe(true);
  expect((await written('csv', [{ ['x'.repeat(300)]: 1 }], { bom: false })).split('\r\n')).toEqual([
    'x'.repeat(200),
    '1',
    '',
  ]);
  const [sheet] = await readWorkbook(await buffer(writeXlsx(sourceOf(wide), usual)));
  expect(sheet!.data[0]).toHaveLength(2000);
  expect(sheet!.data[2]![1999]).toBe(499);
});

test('the columns of a table are in the order of fields, whichever item has them first', async () => {
  const items = [{ b: 1 }, { a: { x: 1, y: 2 }, b: 2 }];
  const header = async (shape: Partial<ItemSource['shape']>) =>
    (await text(itemFormats.csv!.body(sourceOf(items, shape), { ...usual, bom: false }))).split('\r\n')[0];
  expect(await header({})).toBe('b,a/x,a/y');
  expect(await header({ fields: ['a', 'b'] })).toBe('a/x,a/y,b');
  expect(await header({ fields: ['a', 'b'], outputFields: ['first', 'second'] })).toBe('first/x,first/y,second');
});

const workbookOf = async (items: readonly object[], limits?: { rows: number; chars: number }) =>
  readWorkbook(await buffer(writeXlsx(sourceOf(items), usual, limits)), { trim: false });

test('[xlsx-2] cells keep types and digits, and no text is a formula', async () => {
  const item = {
    text: '=1+1',
    command: '@SUM(A1)',
    number: -1.5,
    tiny: 1e-7,
    id: 12345678901234568,
    large: 1e300,
    yes: true,
    date: '2026-01-31T12:00:00.000Z',
    zeros: '007',
    lines: ' two\nlines ',
    half: '\ud800',
    none: null,
    empty: '',
    list: [],
  };
  const [sheet] = await workbookOf([item]);
  expect(sheet!.data).toEqual([
    Object.keys(item),
    [
      ...['=1+1', '@SUM(A1)', -1.5, 1e-7, '12345678901234568', 1e300, true],
      ...['2026-01-31T12:00:00.000Z', '007', ' two\nlines ', '\ufffd', null, null, null],
    ],
  ]);
});

test('[xlsx-1] what Excel does not take is cut or goes to the next sheet', async () => {
  const [cut] = await workbookOf([{ long: 'x'.repeat(40_000), odd: `${'x'.repeat(32_766)}😀` }]);
  expect((cut!.data[1]![0] as string).length).toBe(32_767);
  expect((cut!.data[1]![1] as string).length).toBe(32_767);
  const items = Array.from({ length: 7 }, (_, n) => ({ n }));
  const sheets = await workbookOf(items, { rows: 4, chars: 1e9 });
  expect(sheets).toEqual([
    { sheet: 'Items', data: [['n'], [0], [1], [2]] },
    { sheet: 'Items 2', data: [['n'], [3], [4], [5]] },
    { sheet: 'Items 3', data: [['n'], [6]] },
  ]);
  expect(await workbookOf(items.slice(0, 3), { rows: 4, chars: 1e9 }), 'exactly full').toHaveLength(1);
  expect(await workbookOf(items, { rows: 100, chars: 1 }), 'by size').toHaveLength(7);
  const [hostile] = await workbookOf([{ a: '_x0041_ \u0001 \ufffe <&>' }]);
  expect(hostile!.data[1]![0]).toMatch(/ \ufffd \ufffd <&>$/);
  expect(await workbookOf([])).toHaveLength(1);
});

test('formulas are escaped in HTML too, which spreadsheets open', async () => {
  const items = [{ '=a': '=1+1', n: -1 }];
  expect(await written('html', items)).toContain('<td>=1+1</td><td>-1</td>');
  expect(await written('html', items, { escapeFormulas: true })).toContain(
    "<tr><th>'=a</th><th>n</th></tr>\n<tr><td>'=1+1</td><td>-1</td></tr>",
  );
});

test('a body whose reader leaves early stops reading items', async () => {
  for (const format of ['xml', 'html', 'xlsx']) {
    let isReading = false;
    let [begun, ended] = [0, 0];
    const source: ItemSource = {
      ...sourceOf([]),
      async *pages() {
        begun += 1;
        try {
          // The columns are found in the first pass, which ends once there are as many as a table may have.
          yield [JSON.stringify(Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`c${n}`, `${n}`])))];
          for (;;) {
            isReading = true;
            yield Array.from({ length: 10 }, () => JSON.stringify({ c0: randomBytes(5000).toString('base64') }));
          }
        } finally {
          ended += 1;
        }
      },
    };
    const body = itemFormats[format]!.body(source, usual);
    for await (const _chunk of body) if (isReading) break;
    expect(body.destroyed, format).toBe(true);
    expect(await until(`no more items are read for ${format}`, () => ended === begun, { secs: 30 })).toBe(true);
    expect(begun, format).toBe(format === 'xml' ? 1 : 2);
  }
});

test('a body ends with an error when its items cannot be read any more', async () => {
  for (const format of Object.keys(itemFormats)) {
    let passes = 0;
    const failing: ItemSource = {
      ...sourceOf([]),
      async *pages() {
        passes += 1;
        yield ['{"a":1}'];
        // Tables read the items once for the columns, and fail in the pass that writes.
        if (passes === 2 || !['csv', 'html', 'xlsx'].includes(format)) throw new Error('the dataset was deleted');
      },
    };
    await expect(buffer(itemFormats[format]!.body(failing, usual)), format).rejects.toThrow('the dataset was deleted');
  }
});

test('the items of a run that a call waits for come in any format', async () => {
  await using fixture = await startRunFixture();
  const actor = await fixture.deploy(
    'writer',
    `import { Actor } from 'apify';
    await Actor.init();
    await Actor.pushData([{ a: 1, '#b': 2 }, { a: [3, 4] }]);
    await Actor.exit();`,
  );
  const query = 'format=xml&xmlRoot=r&clean=1&unwind=a';
  const response = await fixture.call('POST', `/v2/acts/${actor}/run-sync-get-dataset-items?${query}`);
  expect(response.headers.get('content-type')).toBe('application/xml; charset=utf-8');
  expect(short(parseXml(await response.text()))).toEqual([
    'r',
    ['item', ['a', '1']],
    ['item', ['a', '3']],
    ['item', ['a', '4']],
  ]);
});
