import { canonical, type Json, leavesOf } from './json.ts';
import { Multiset } from './multiset.ts';

/** Values that were expected beside those that were found. */
export interface Match {
  readonly missing: readonly Json[];
  readonly repeated: readonly Json[];
  readonly changed: readonly (readonly [was: Json, is: Json])[];
  readonly unknown: readonly Json[];
}

/** [compare-1] and [compare-2] of `compare.ts`. */
export function matchValues(expected: readonly Json[], found: readonly Json[]): Match {
  const [truth, actual] = [new Multiset(expected, canonical), new Multiset(found, canonical)];
  const surplus = actual.minus(truth);
  const missing = truth.minus(actual);
  const unknown = surplus.filter((value) => truth.countOf(canonical(value)) === 0);
  const repeated = surplus.filter((value) => truth.countOf(canonical(value)) > 0);
  const changed: [Json, Json][] = [];
  while (missing.length > 0 && unknown.length > 0) {
    const was = missing.shift()!;
    const [is] = unknown.splice(closestTo(was, unknown), 1);
    changed.push([was, is!]);
  }
  return { missing, repeated, changed, unknown };
}

function closestTo(value: Json, candidates: readonly Json[]): number {
  const leaves = new Set(leavesOf(value).map((leaf) => leaf.join('=')));
  const shared = candidates.map((each) => leavesOf(each).filter((leaf) => leaves.has(leaf.join('='))).length);
  return shared.indexOf(Math.max(...shared));
}
