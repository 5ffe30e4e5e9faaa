/** Plain JSON, and what is compared of it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The same text for what counts as the same value. The order of names does not count, nor that of the elements of an
 * array: concurrent handlers fill arrays in any order, and an order that differs would be reported of sound Actors.
 */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name]!)}`);
  return `{${fields.join(',')}}`;
}

/** Its scalars by path; `a.b[].c`, with every element of an array under the same path. */
export function leavesOf(value: Json, path = ''): [path: string, scalar: string][] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [[path, '[]']] : value.flatMap((each: Json) => leavesOf(each, `${path}[]`));
  }
  if (!isObject(value)) return [[path, JSON.stringify(value)]];
  const names = Object.keys(value);
  if (names.length === 0) return [[path, '{}']];
  return names.flatMap((name) => leavesOf(value[name]!, pathBelow(path, name)));
}

/** A path of names, with `*` for any name, as `--ignore` takes it: `crawledAt`, `meta.*`, `rows[].time`. */
export const pathBelow = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The value without what is at these paths. */
export function withoutPaths(value: Json, paths: ReadonlySet<string>, path = ''): Json {
  if (paths.size === 0) return value;
  if (Array.isArray(value)) return value.map((each: Json) => withoutPaths(each, paths, `${path}[]`));
  if (!isObject(value)) return value;
  if (paths.has(pathBelow(path, '*'))) return {};
  const kept = Object.entries(value).filter(([name]) => !isSetAside(paths, pathBelow(path, name)));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutPaths(each, paths, pathBelow(path, name))]));
}

const isSetAside = (paths: ReadonlySet<string>, path: string) => paths.has(path) || paths.has(`${path}[]`);

/** What a value is called in a sentence: short, and with what tells it from others first. */
export function shortTextOf(value: Json, most = 90): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
