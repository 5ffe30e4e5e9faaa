import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';

export type Item = JsonObject;

/** How items are transformed for a reader: Apify's parameters of the same names. */
export interface Shape {
  readonly fields?: readonly string[] | undefined;
  /** New names for `fields`, one for each. */
  readonly outputFields?: readonly string[] | undefined;
  readonly omit?: readonly string[] | undefined;
  readonly unwind?: readonly string[] | undefined;
  readonly flatten?: readonly string[] | undefined;
  readonly skipHidden: boolean;
  readonly skipEmpty: boolean;
  readonly skipFailedPages: boolean;
  /** Whether `fields` are those of what is unwound and flattened, as in views, and not those of the stored item. */
  readonly picksLast?: boolean;
}

/** Whether items are sent exactly as they are stored, so that they need not be parsed. */
export const isPlain = (shape: Shape): boolean =>
  !shape.skipHidden &&
  !shape.skipEmpty &&
  !shape.skipFailedPages &&
  [shape.fields, shape.omit, shape.unwind, shape.flatten].every((list) => list === undefined);

/** Transforms a stored item. Yields one item, none, or, when it is unwound, several: one at a time, as they are read. */
export function* shapeItem(stored: Item, shape: Shape): Generator<Item> {
  const { flatten: flat, omit } = shape;
  for (const unwound of unwoundItems(stored, shape)) {
    const flattened = flat === undefined ? unwound : flatten(unwound, flat);
    const picked = shape.picksLast === true ? pickFields(flattened, shape) : flattened;
    const item = omit === undefined ? picked : keep(picked, (field) => !omit.includes(field));
    if (!shape.skipEmpty || Object.keys(item).length > 0) yield item;
  }
}

/** What a stored item becomes by what is picked and unwound, one item at a time, as they are read. */
export function* unwoundItems(stored: Item, shape: Shape): Generator<Item> {
  if (shape.skipFailedPages && stored.errorInfo !== undefined) return;
  let item = stored;
  if (shape.skipHidden) item = keep(item, (field) => !field.startsWith('#'));
  if (shape.picksLast !== true) item = pickFields(item, shape);
  yield* unwindFrom(item, shape.unwind ?? [], 0);
}

function* unwindFrom(item: Item, fields: readonly string[], position: number): Generator<Item> {
  const field = fields[position];
  if (field === undefined) return yield item;
  for (const each of unwind(item, field)) yield* unwindFrom(each, fields, position + 1);
}

/** `Object.fromEntries`, not assignment: a field may be called `__proto__`. */
const keep = (item: Item, wanted: (field: string) => boolean): Item =>
  Object.fromEntries(Object.entries(item).filter(([field]) => wanted(field)));

const pickFields = (item: Item, { fields, outputFields }: Shape): Item =>
  fields === undefined ? item : pick(item, fields, outputFields ?? fields);

function pick(item: Item, fields: readonly string[], names: readonly string[]): Item {
  const entries = fields.map((field, index): [string, unknown] => [names[index] ?? field, valueAt(item, field)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Returns the field of that name. When there is none and the name has dots, it is the path of a nested value. */
function valueAt(item: Item, field: string): unknown {
  if (Object.hasOwn(item, field)) return item[field];
  let value: unknown = item;
  for (const part of field.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

function* unwind(item: Item, field: string): Generator<Item> {
  const value = item[field];
  if (typeof value !== 'object' || value === null) return yield item;
  const rest = keep(item, (name) => name !== field);
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  for (const part of parts) yield isJsonObject(part) ? { ...rest, ...part } : { ...rest, [field]: part };
}

function flatten(item: Item, fields: readonly string[]): Item {
  return Object.fromEntries(
    Object.entries(item).flatMap(([field, value]) =>
      fields.includes(field) ? leavesOf(field, value, '.') : [[field, value]],
    ),
  );
}

/** A value with a longer path is not taken apart: a field's name of megabytes would be repeated for each nested value. */
const maxPathChars = 1000;

/** Returns the nested values of a value, each with its path. An empty object or array is a value itself. */
export function leavesOf(path: string, value: unknown, separator: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || path.length > maxPathChars) return [[path, value]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([name, inner]) => leavesOf(`${path}${separator}${name}`, inner, separator));
}
