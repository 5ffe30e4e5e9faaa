/** How values of items are shown in a cell, and which columns items have. Pure. */

export type ValueFormat = 'text' | 'number' | 'date' | 'link' | 'boolean' | 'image' | 'array' | 'object';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The field of that name. When there is none and the name has dots, it is the path of a nested value. */
export function valueAt(item: unknown, field: string): unknown {
  if (typeof item !== 'object' || item === null) return undefined;
  if (Object.hasOwn(item, field)) return (item as Readonly<Record<string, unknown>>)[field];
  let value: unknown = item;
  for (const part of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** The longest text that a cell has. */
const cellChars = 200;

/** The beginning of a value as a text of one line; of large values no more is read than that. */
export function previewOf(value: unknown, most = cellChars): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return oneLine(value.slice(0, most), value.length > most);
  const text = jsonStart(value, most);
  return oneLine(text.slice(0, most), text.length > most);
}

const oneLine = (text: string, isCut: boolean): string => `${text.replace(/\s+/g, ' ')}${isCut ? '…' : ''}`;

/** The beginning of a value's JSON, of `most` characters or a little more. */
function jsonStart(value: unknown, most: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, most + 1));
  if (typeof value !== 'object' || value === null) return String(JSON.stringify(value) ?? '');
  const isArray = Array.isArray(value);
  let text = isArray ? '[' : '{';
  for (const name in value) {
    if (text.length > most) return text;
    if (text.length > 1) text += ', ';
    if (!isArray) text += `${JSON.stringify(name.slice(0, most + 1))}: `;
    text += jsonStart((value as Record<string, unknown>)[name], most - text.length);
  }
  return text + (isArray ? ']' : '}');
}

/** The target of a value that is a link; undefined for all that a browser would not open as a page of the web. */
export function linkOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 4000 || !/^https?:\/\//i.test(value)) return undefined;
  return URL.canParse(value) ? new URL(value).href : undefined;
}

/** The time that a value stands for; undefined when it is none. Numbers are milliseconds, or seconds when they are small. */
export function dateOf(value: unknown): Date | undefined {
  if (typeof value === 'number') return validDate(value < 100_000_000_000 ? value * 1000 : value);
  return typeof value === 'string' && /^\d{4}-\d\d/.test(value) ? validDate(Date.parse(value)) : undefined;
}

function validDate(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export interface ItemColumn {
  /** A name of a field, or the path of a nested one. */
  readonly field: string;
  readonly label: string;
  /** What the schema says; undefined where the value says it. */
  readonly format: ValueFormat | undefined;
}

/** The column for items that are no objects. */
export const wholeItem = '';

/** The fields of items in the order in which they come first, and how many there are besides the `most` first ones. */
export function fieldsOf(
  items: Iterable<unknown>,
  most: number,
): { readonly fields: readonly string[]; readonly more: number } {
  const fields = new Set<string>();
  for (const item of items) {
    if (isObject(item)) for (const field of Object.keys(item)) fields.add(field);
    else if (item !== undefined) fields.add(wholeItem);
  }
  const all = [...fields];
  return { fields: all.slice(0, most), more: Math.max(0, all.length - most) };
}

const charPx = 7.4;
const paddingPx = 29;

/** How wide a column is, by its label and by the values of some items. */
export function widthFor(column: ItemColumn, items: readonly unknown[]): number {
  const lengths = items.map((item) => lengthOf(column, columnValue(item, column.field))).toSorted((a, b) => a - b);
  const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
  return Math.round(Math.max(72, Math.min(340, Math.max(usual, column.label.length) * charPx + paddingPx)));
}

function lengthOf({ format }: ItemColumn, value: unknown): number {
  if (format === 'image') return 10;
  return format === 'date' && dateOf(value) !== undefined ? 10 : previewOf(value, 60).length;
}

/** The value of a column in an item. */
export const columnValue = (item: unknown, field: string): unknown =>
  field === wholeItem && !isObject(item) ? item : valueAt(item, field);

/** Whether a column has numbers, which are aligned at their end. */
export const isNumeric = ({ field, format }: ItemColumn, items: readonly unknown[]): boolean => {
  if (format !== undefined) return format === 'number';
  const values = items.map((item) => columnValue(item, field)).filter((value) => value !== undefined && value !== null);
  return values.length > 0 && values.every((value) => typeof value === 'number');
};
