/** A record against the one of the truth. Arrays are compared as items are: an entry of a list is a result as well. */
import type { Finding } from './finding.ts';
import { canonical, isObject, type Json, pathBelow, shortTextOf } from './json.ts';
import { matchValues } from './match-values.ts';

export function compareRecord(name: string, expected: Json | undefined, found: Json | undefined): Finding[] {
  const record = `record ${name.replace(/^default\//, '')}`;
  // State that is saved in a migration alone: wrong in no result that one could name.
  if (expected === undefined) return [];
  if (found === undefined) return [{ failure: 'lost', what: record, how: 'is missing', count: 1 }];
  return compareValues(record, '', expected, found);
}

function compareValues(record: string, path: string, expected: Json, found: Json): Finding[] {
  if (canonical(expected) === canonical(found)) return [];
  const what = path === '' ? record : `${record}, at ${path},`;
  if (Array.isArray(expected) && Array.isArray(found)) return compareLists(what, expected, found);
  if (isObject(expected) && isObject(found)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
    return [...names].flatMap((name): Finding[] => {
      const [was, is] = [expected[name], found[name]];
      if (is === undefined) return [{ failure: 'lost', what, how: `has no ${name}`, count: 1 }];
      if (was === undefined)
        return [{ failure: 'changed', what, how: `has a ${name}: ${shortTextOf(is, 40)}`, count: 1 }];
      return compareValues(record, pathBelow(path, name), was, is);
    });
  }
  return [
    { failure: 'changed', what, how: `is ${shortTextOf(found, 40)} instead of ${shortTextOf(expected, 40)}`, count: 1 },
  ];
}

function compareLists(what: string, expected: readonly Json[], found: readonly Json[]): Finding[] {
  const { missing, repeated, changed, unknown } = matchValues(expected, found);
  const has = (value: Json) => shortTextOf(value, 60);
  return [
    ...missing.map((value): Finding => ({ failure: 'lost', what, how: `has no ${has(value)}`, count: 1 })),
    ...[...repeated, ...unknown].map(
      (value): Finding => ({
        failure: 'duplicated',
        what,
        how: `has ${has(value)} once more than it should`,
        count: 1,
      }),
    ),
    ...changed.map(
      ([was, is]): Finding => ({ failure: 'changed', what, how: `has ${has(is)} instead of ${has(was)}`, count: 1 }),
    ),
  ];
}
