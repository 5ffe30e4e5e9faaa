/**
 * Items as a workbook of Excel (Office Open XML, ECMA-376), written as it is sent: texts are in the cells themselves and not in a
 * table of texts, which would have to be in memory until the end.
 *
 * [xlsx-1] what is written stays within Excel's limits: 32,767 characters a cell, 1,048,576 rows a sheet, then another sheet.
 * [xlsx-2] no text becomes a formula, and no whole number loses digits: one of more than 15 digits is a text.
 */
import { Readable } from 'node:stream';
import type { Item } from '../../../storages/datasets/shape.ts';
import { ZipArchive } from '../../zip-archive.ts';
import { eachItem, type ItemSource, maxChunkChars } from './item-source.ts';
import { type Cell, type Column, cellsOf, columnsOf } from './table.ts';
import { xmlText } from './xml.ts';

const maxCellChars = 32_767;

/** Whole numbers whose digits Excel does not keep, as identifiers may be, and numbers that are too large for it. */
const isUnsuitable = (number: number): boolean =>
  (Number.isInteger(number) && Math.abs(number) > 999_999_999_999_999 && Math.abs(number) < 1e21) ||
  Math.abs(number) > 9.99e307;

/** When a sheet ends. Bytes matter since a part of a zip archive without 64-bit sizes has at most 4 GiB. */
interface SheetLimits {
  readonly rows: number;
  readonly chars: number;
}
const excelLimits: SheetLimits = { rows: 1_048_576, chars: 1024 ** 3 };

export function writeXlsx(source: ItemSource, _options: unknown, limits = excelLimits): Readable {
  return new Workbook(source, limits).output;
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const officeRelations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The sheets come first in the archive, since only then is it known how many there are. */
class Workbook {
  readonly #archive = new ZipArchive();
  readonly #source: ItemSource;
  readonly #limits: SheetLimits;
  readonly #items: AsyncGenerator<Item>;
  #columns: Column[] = [];
  #letters: string[] = [];
  #sheetCount = 0;

  constructor(source: ItemSource, limits: SheetLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#items = eachItem(source);
    // Sheets share the reading of the items, so no sheet ends it.
    this.output.once('close', () => void this.#items.return(undefined).catch(() => undefined));
    this.#addFile('[Content_Types].xml', [
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">',
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
      `<Default Extension="xml" ContentType="${types}.worksheet+xml"/>`,
      `<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>`,
      '</Types>',
    ]);
    this.#addFile('_rels/.rels', [
      `<Relationships xmlns="${relations}">`,
      `<Relationship Id="rId1" Type="${officeRelations}/officeDocument" Target="xl/workbook.xml"/>`,
      '</Relationships>',
    ]);
    this.#addSheet(undefined);
  }

  get output(): Readable {
    return this.#archive.output;
  }

  #addFile(name: string, lines: readonly string[]): void {
    this.#archive.addBuffer(name, Buffer.from(xml + lines.join('')));
  }

  /** @param first the first item of the sheet, if it was read already */
  #addSheet(first: IteratorResult<Item> | undefined): void {
    this.#sheetCount += 1;
    const open = async () => Readable.from(this.#writeSheet(first), { objectMode: false });
    // The lowest level: the time for a higher one is longer than what it saves of the transfer.
    this.#archive.addStream(`xl/worksheets/sheet${this.#sheetCount}.xml`, open, 1);
  }

  async *#writeSheet(first: IteratorResult<Item> | undefined): AsyncGenerator<string> {
    if (first === undefined) await this.#readColumns();
    yield `${xml}<worksheet xmlns="${main}"><sheetData>`;
    let chunk = this.#row(
      1,
      this.#columns.map(({ name }) => name),
    );
    let rows = 1;
    let chars = 0;
    let next = first ?? (await this.#items.next());
    for (; !next.done && rows < this.#limits.rows && chars < this.#limits.chars; next = await this.#items.next()) {
      rows += 1;
      const row = this.#row(rows, cellsOf(next.value, this.#columns));
      chars += row.length;
      chunk += row;
      if (chunk.length < maxChunkChars) continue;
      yield chunk;
      chunk = '';
    }
    yield `${chunk}</sheetData></worksheet>`;
    if (next.done) this.#end();
    else this.#addSheet(next);
  }

  async #readColumns(): Promise<void> {
    this.#columns = await columnsOf(this.#source);
    this.#letters = this.#columns.map((_, index) => lettersOf(index));
  }

  #row(number: number, cells: readonly Cell[]): string {
    const texts = cells.map((cell, index) => cellXml(`${this.#letters[index]}${number}`, cell));
    return `<row r="${number}">${texts.join('')}</row>`;
  }

  #end(): void {
    const numbers = Array.from({ length: this.#sheetCount }, (_, index) => index + 1);
    this.#addFile('xl/workbook.xml', [
      `<workbook xmlns="${main}" xmlns:r="${officeRelations}"><sheets>`,
      ...numbers.map(
        (number) => `<sheet name="Items${number === 1 ? '' : ` ${number}`}" sheetId="${number}" r:id="rId${number}"/>`,
      ),
      '</sheets></workbook>',
    ]);
    this.#addFile('xl/_rels/workbook.xml.rels', [
      `<Relationships xmlns="${relations}">`,
      ...numbers.map(
        (number) =>
          `<Relationship Id="rId${number}" Type="${officeRelations}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
      ),
      '</Relationships>',
    ]);
    this.#archive.end();
  }
}

/** The letters of a column: A to Z, then AA. */
function lettersOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : lettersOf(Math.floor(index / 26) - 1) + last;
}

function cellXml(place: string, cell: Cell): string {
  if (cell === undefined || cell === '') return '';
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === 'number' && !isUnsuitable(cell)) return `<c r="${place}"><v>${cell}</v></c>`;
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${cellTextXml(String(cell))}</t></is></c>`;
}

/** Excel reads `_x0041_` as the character of that number, and this is how it writes what XML does not allow. */
function cellTextXml(text: string): string {
  // Half of a pair that is cut becomes U+FFFD.
  const fitting = text.length > maxCellChars ? text.slice(0, maxCellChars) : text;
  return xmlText(fitting.replace(/_(?=x[\dA-Fa-f]{4}_)/g, '_x005F_'));
}
