import { Readable } from 'node:stream';
import { type FormatOptions, type ItemSource, jsonTextsOf, textsOf } from './item-source.ts';
import { cellsOf, cellText, columnsOf } from './table.ts';
import { writeXlsx } from './xlsx.ts';
import { writeRss, writeXml, xmlText } from './xml.ts';

export interface ItemFormat {
  readonly contentType: string;
  body(source: ItemSource, options: FormatOptions): Readable;
}

type Write = (source: ItemSource, options: FormatOptions) => AsyncGenerator<string>;

/** @param hasBom whether the body begins with a byte order mark unless the request says otherwise */
const textFormat = (contentType: string, write: Write, hasBom = false): ItemFormat => ({
  contentType: `${contentType}; charset=utf-8`,
  body: (source, options) =>
    Readable.from(withBom(write(source, options), options.bom ?? hasBom), { objectMode: false }),
});

async function* withBom(texts: AsyncGenerator<string>, hasBom: boolean): AsyncGenerator<string> {
  if (hasBom) yield '\ufeff';
  yield* texts;
}

/** By the value of the parameter `format`, which is the end of file names too. The types are Apify's. */
export const itemFormats: Readonly<Record<string, ItemFormat>> = {
  json: textFormat('application/json', writeJson),
  jsonl: textFormat('application/jsonl', writeLines),
  csv: textFormat('text/csv', writeCsv, true),
  html: textFormat('text/html', writeHtml),
  xml: textFormat('application/xml', writeXml),
  rss: textFormat('application/rss+xml', writeRss),
  xlsx: { contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', body: writeXlsx },
};

async function* writeJson(source: ItemSource): AsyncGenerator<string> {
  let lead = '[';
  for await (const texts of jsonTextsOf(source)) {
    yield `${lead}${texts.join(',\n')}`;
    lead = ',\n';
  }
  yield lead === '[' ? '[]' : ']';
}

async function* writeLines(source: ItemSource): AsyncGenerator<string> {
  for await (const texts of jsonTextsOf(source)) yield texts.map((text) => `${text}\n`).join('');
}

/** Reads the items twice, as every table: the header comes first and has the columns of all items. */
async function* writeCsv(source: ItemSource, options: FormatOptions): AsyncGenerator<string> {
  const { delimiter, skipHeaderRow, escapeFormulas } = options;
  const columns = await columnsOf(source);
  const lineOf = (texts: readonly string[]) => `${texts.map((text) => csvField(text, delimiter)).join(delimiter)}\r\n`;
  if (!skipHeaderRow) yield lineOf(columns.map(({ name }) => cellText(name, escapeFormulas)));
  const lines = textsOf(source, (item) => lineOf(cellsOf(item, columns).map((cell) => cellText(cell, escapeFormulas))));
  for await (const texts of lines) yield texts.join('');
}

const csvField = (text: string, delimiter: string): string =>
  text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

async function* writeHtml(source: ItemSource, { escapeFormulas }: FormatOptions): AsyncGenerator<string> {
  const columns = await columnsOf(source);
  const rowOf = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${xmlText(text)}</${tag}>`).join('')}</tr>\n`;
  yield '<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>Items</title></head>\n<body>\n<table>\n';
  yield rowOf(
    'th',
    columns.map(({ name }) => cellText(name, escapeFormulas)),
  );
  const rows = textsOf(source, (item) =>
    rowOf(
      'td',
      cellsOf(item, columns).map((cell) => cellText(cell, escapeFormulas)),
    ),
  );
  for await (const texts of rows) yield texts.join('');
  yield '</table>\n</body>\n</html>\n';
}
