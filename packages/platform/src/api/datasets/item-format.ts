import { Slices } from '../../shared/slices.ts';
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
  /** Whether texts that a spreadsheet would take for formulas are written as plain texts. */
  readonly escapeFormulas: boolean;
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

/** How many characters of a response are in memory at once, apart from those of one item. */
const maxChunkChars = 256 * 1024;

/** The texts of the items of a page, some at a time: one stored item that is unwound may become any number of them. */
async function* textsOf(
  page: readonly string[],
  shape: Shape,
  textOf: (item: Item) => string,
): AsyncGenerator<readonly string[]> {
  const slices = new Slices();
  let texts: string[] = [];
  let chars = 0;
  for (const item of itemsOf(page, shape)) {
    const text = textOf(item);
    texts.push(text);
    chars += text.length;
    if (chars < maxChunkChars && !slices.isOver) continue;
    yield texts;
    texts = [];
    chars = 0;
    await slices.next();
  }
  if (texts.length > 0) yield texts;
}

async function* jsonTextsOf(page: readonly string[], shape: Shape): AsyncGenerator<readonly string[]> {
  if (!isPlain(shape)) return yield* textsOf(page, shape, (item) => JSON.stringify(item));
  if (page.length > 0) yield page;
}

function* itemsOf(page: readonly string[], shape: Shape): Generator<Item> {
  for (const json of page) yield* shapeItem(JSON.parse(json) as Item, shape);
}

async function* writeJson(pages: Pages, shape: Shape, { bom }: FormatOptions): AsyncGenerator<string> {
  let lead = bom === true ? `${byteOrderMark}[` : '[';
  for await (const page of pages()) {
    for await (const texts of jsonTextsOf(page, shape)) {
      yield `${lead}${texts.join(',\n')}`;
      lead = ',\n';
    }
  }
  yield lead === ',\n' ? ']' : `${lead}]`;
}

async function* writeLines(pages: Pages, shape: Shape, { bom }: FormatOptions): AsyncGenerator<string> {
  if (bom === true) yield byteOrderMark;
  for await (const page of pages()) {
    for await (const texts of jsonTextsOf(page, shape)) yield texts.map((text) => `${text}\n`).join('');
  }
}

/** Reads the items twice: the header comes first and has the columns of all items. */
async function* writeCsv(pages: Pages, shape: Shape, options: FormatOptions): AsyncGenerator<string> {
  const columns = await columnsOf(pages, shape);
  const lineOf = (values: readonly unknown[]) =>
    `${values.map((value) => csvCell(value, options)).join(options.delimiter)}\r\n`;
  const rowOf = (item: Item) => {
    const cells = new Map(cellsOf(item));
    return lineOf(columns.map((column) => cells.get(column)));
  };
  if (options.bom !== false) yield byteOrderMark;
  if (!options.skipHeaderRow) yield lineOf(columns);
  for await (const page of pages()) {
    for await (const lines of textsOf(page, shape, rowOf)) yield lines.join('');
  }
}

async function columnsOf(pages: Pages, shape: Shape): Promise<string[]> {
  const columns = new Set<string>();
  const slices = new Slices();
  for await (const page of pages()) {
    for (const item of itemsOf(page, shape)) {
      for (const [column] of cellsOf(item)) columns.add(column);
      if (slices.isOver) await slices.next();
    }
  }
  return [...columns].slice(0, maxColumns);
}

/** A table is flat: `{"a":{"b":1}}` becomes the column `a/b`, as on Apify. */
const cellsOf = (item: Item): [string, unknown][] =>
  Object.entries(item).flatMap(([field, value]) => leavesOf(field, value, '/'));

/** How the texts begin that spreadsheets take for formulas. Source: OWASP, "CSV Injection". */
const formula = /^[=+\-@\t\r]/;

function csvCell(value: unknown, { delimiter, escapeFormulas }: FormatOptions): string {
  if (value === undefined || value === null) return '';
  const plain = typeof value === 'object' ? '' : String(value);
  // A negative number begins with "-" and is no formula.
  const text = escapeFormulas && typeof value === 'string' && formula.test(plain) ? `'${plain}` : plain;
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
