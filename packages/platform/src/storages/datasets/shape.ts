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
}

/** Whether items are sent exactly as they are stored, so that they need not be parsed. */
export const isPlain = (shape: Shape): boolean =>
  !shape.skipHidden &&
  !shape.skipEmpty &&
  !shape.skipFailedPages &&
  [shape.fields, shape.omit, shape.unwind, shape.flatten].every((list) => list === undefined);

/** Transforms a stored item. Returns one item, none, or, when it is unwound, several. */
export function shapeItem(stored: Item, shape: Shape): Item[] {
  if (shape.skipFailedPages && stored.errorInfo !== undefined) return [];
  let item = stored;
  if (shape.skipHidden) item = keep(item, (field) => !field.startsWith('#'));
  if (shape.fields !== undefined) item = pick(item, shape.fields, shape.outputFields ?? shape.fields);
  let items = [item];
  for (const field of shape.unwind ?? []) items = items.flatMap((each) => unwind(each, field));
  const { flatten: flat, omit } = shape;
  if (flat !== undefined) items = items.map((each) => flatten(each, flat));
  if (omit !== undefined) items = items.map((each) => keep(each, (field) => !omit.includes(field)));
  return shape.skipEmpty ? items.filter((each) => Object.keys(each).length > 0) : items;
}

/** `Object.fromEntries`, not assignment: a field may be called `__proto__`. */
const keep = (item: Item, wanted: (field: string) => boolean): Item =>
  Object.fromEntries(Object.entries(item).filter(([field]) => wanted(field)));

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

function unwind(item: Item, field: string): Item[] {
  const value = item[field];
  if (typeof value !== 'object' || value === null) return [item];
  const rest = keep(item, (name) => name !== field);
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  return parts.map((part) => (isJsonObject(part) ? { ...rest, ...part } : { ...rest, [field]: part }));
}

function flatten(item: Item, fields: readonly string[]): Item {
  return Object.fromEntries(
    Object.entries(item).flatMap(([field, value]) =>
      fields.includes(field) ? leavesOf(field, value, '.') : [[field, value]],
    ),
  );
}

/** Returns the nested values of a value, each with its path. An empty object or array is a value itself. */
export function leavesOf(path: string, value: unknown, separator: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([name, inner]) => leavesOf(`${path}${separator}${name}`, inner, separator));
}
