import { readFileSync } from 'node:fs';

/** The examples in the README of an Actor: its input, and one of its items. */
export function examplesOf(actor: string): { readonly input: object; readonly item: object } {
  const text = readFileSync(new URL(`../../actors/${actor}/README.md`, import.meta.url), 'utf8');
  const [input, item] = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!) as object);
  if (input === undefined || item === undefined) throw new Error(`The README of ${actor} lacks an example.`);
  return { input, item };
}

/** Where a value has which fields, such as `authorMeta.id`. */
export function pathsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return [];
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, each]) => [`${at}.${name}`, ...pathsOf(each, `${at}.${name}`)]);
}
