import { type Item, isPlain, leavesOf, type Shape, shapeItem } from '../../storages/datasets/shape.ts';

/** Pages of items as JSON texts. Can be iterated more than once. */
type Pages = () => AsyncIterable<readonly string[]>;

export interface ItemFormat {
  readonly contentType: string;
  /** The body in chunks, one for each page. */
  write(pages: Pages, shape: Shape, options: FormatOptions): AsyncGenerator<string>;
}

export interface FormatOptions {
  readonly bom: boolean | undefined;
  readonly delimiter: string;
  readonly skipHeaderRow: boolean;
}

const byteOrderMark = '\ufeff';
/** The most columns of a table. Apify's own limit. */
const maxColumns = 2000;

export const itemFormats: Readonly<Record<string, ItemFormat>> = {
  json: { contentType: 'application/json; charset=utf-8', write: writeJson },
  jsonl: { contentType: 'application/x-ndjson; charset=utf-8', write: writeLines },
  csv: { contentType: 'text/csv; charset=utf-8', write: writeCsv },
};

/** Formats that Apify has and Wherry does not have. */
export const missingFormats: readonly string[] = ['xml', 'html', 'xlsx', 'rss'];

const textsOf = (page: readonly string[], shape: Shape): readonly string[] =>
  isPlain(shape) ? page : itemsOf(page, shape).map((item) => JSON.stringify(item));

const itemsOf = (page: readonly string[], shape: Shape): Item[] =>
  page.flatMap((json) => shapeItem(JSON.parse(json) as Item, shape));

async function* writeJson(pages: Pages, shape: Shape, { bom }: FormatOptions): AsyncGenerator<string> {
  let lead = bom === true ? `${byteOrderMark}[` : '[';
  for await (const page of pages()) {
    const texts = textsOf(page, shape);
    if (texts.length === 0) continue;
    yield `${lead}${texts.join(',\n')}`;
    lead = ',\n';
  }
  yield lead === ',\n' ? ']' : `${lead}]`;
}

async function* writeLines(pages: Pages, shape: Shape, { bom }: FormatOptions): AsyncGenerator<string> {
  if (bom === true) yield byteOrderMark;
  for await (const page of pages()) {
    yield textsOf(page, shape)
      .map((text) => `${text}\n`)
      .join('');
  }
}

/** Reads the items twice: the header comes first and has the columns of all items. */
async function* writeCsv(pages: Pages, shape: Shape, options: FormatOptions): AsyncGenerator<string> {
  const columns = await columnsOf(pages, shape);
  const lineOf = (values: readonly unknown[]) =>
    `${values.map((value) => csvCell(value, options.delimiter)).join(options.delimiter)}\r\n`;
  if (options.bom !== false) yield byteOrderMark;
  if (!options.skipHeaderRow) yield lineOf(columns);
  for await (const page of pages()) {
    yield itemsOf(page, shape)
      .map((item) => new Map(cellsOf(item)))
      .map((cells) => lineOf(columns.map((column) => cells.get(column))))
      .join('');
  }
}

async function columnsOf(pages: Pages, shape: Shape): Promise<string[]> {
  const columns = new Set<string>();
  for await (const page of pages()) {
    for (const item of itemsOf(page, shape)) {
      for (const [column] of cellsOf(item)) columns.add(column);
    }
  }
  return [...columns].slice(0, maxColumns);
}

/** A table is flat: `{"a":{"b":1}}` becomes the column `a/b`, as on Apify. */
const cellsOf = (item: Item): [string, unknown][] =>
  Object.entries(item).flatMap(([field, value]) => leavesOf(field, value, '/'));

function csvCell(value: unknown, delimiter: string): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'object' ? '' : String(value);
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
