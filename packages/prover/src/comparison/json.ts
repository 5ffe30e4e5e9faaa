/** Plain JSON, and the functions that compare it by content and by path. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns the same text for values that count as equal. The order of names does not count, nor does the order of the
 * elements of an array: concurrent handlers fill arrays in any order, so comparing the order would report sound Actors.
 */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name]!)}`);
  return `{${fields.join(',')}}`;
}

/** The scalars of a value, each with its path, such as `a.b[].c`. All elements of an array have the same path. */
export function leavesOf(value: Json, path = ''): [path: string, scalar: string][] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [[path, '[]']] : value.flatMap((each: Json) => leavesOf(each, `${path}[]`));
  }
  if (!isObject(value)) return [[path, JSON.stringify(value)]];
  const names = Object.keys(value);
  if (names.length === 0) return [[path, '{}']];
  return names.flatMap((name) => leavesOf(value[name]!, pathBelow(path, name)));
}

/** The path of a name below `path`. In `--ignore`, `*` means any name: `crawledAt`, `meta.*`, `rows[].time`. */
export const pathBelow = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The value without everything at these paths. */
export function withoutPaths(value: Json, paths: ReadonlySet<string>, path = ''): Json {
  if (paths.size === 0) return value;
  if (Array.isArray(value)) return value.map((each: Json) => withoutPaths(each, paths, `${path}[]`));
  if (!isObject(value)) return value;
  if (paths.has(pathBelow(path, '*'))) return {};
  const kept = Object.entries(value).filter(([name]) => !isIgnored(paths, pathBelow(path, name)));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutPaths(each, paths, pathBelow(path, name))]));
}

const isIgnored = (paths: ReadonlySet<string>, path: string) => paths.has(path) || paths.has(`${path}[]`);

/** A value as it appears in a sentence, cut to `maxLength` characters. */
export function shortTextOf(value: Json, maxLength = 90): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}
