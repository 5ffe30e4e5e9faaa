/**
 * What differs between undisturbed runs, and so tells nothing of a disturbed one.
 *
 * [ignored-1] without the paths that are set aside the two hold the same, as multisets.
 * [ignored-2] a path is set aside only when its values differ, or when nothing less makes the two the same.
 */
import { canonical, type Json, leavesOf, pathBelow, withoutPaths } from './json.ts';
import { Multiset } from './multiset.ts';

/** The paths; undefined when one run has more values than the other, or when no paths make them the same. */
export function differingPaths(
  one: readonly Json[],
  other: readonly Json[],
  known: ReadonlySet<string> = new Set(),
): ReadonlySet<string> | undefined {
  if (one.length !== other.length) return undefined;
  const paths = new Set(known);
  for (;;) {
    const [ours, theirs] = [one, other].map((values) => values.map((value) => withoutPaths(value, paths)));
    if (isSame(ours!, theirs!)) return paths;
    const found = pathsWithOtherValues(ours!, theirs!);
    const next = found.length > 0 ? found : bestPath(ours!, theirs!);
    const before = paths.size;
    for (const path of next) paths.add(path);
    // A scalar as a whole has no path to set aside.
    if (paths.size === before || paths.has('')) return undefined;
  }
}

const isSame = (one: readonly Json[], other: readonly Json[]): boolean =>
  new Multiset(one, canonical).equals(new Multiset(other, canonical));

/** Scalars by path, each path with all of its values. */
function valuesByPath(values: readonly Json[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const [path, scalar] of values.flatMap((value) => leavesOf(value))) {
    byPath.set(path, [...(byPath.get(path) ?? []), scalar]);
  }
  return byPath;
}

/** A name that only one of the two has is one of many to come, as an id is: every name beside it is set aside. */
function pathsWithOtherValues(one: readonly Json[], other: readonly Json[]): string[] {
  const ours = valuesByPath(one);
  const theirs = valuesByPath(other);
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((path) => {
    const [here, there] = [ours.get(path), theirs.get(path)];
    if (here === undefined || there === undefined) return [parentOf(path)];
    return here.toSorted().join('\n') === there.toSorted().join('\n') ? [] : [path];
  });
}

function parentOf(path: string): string {
  const dot = path.lastIndexOf('.');
  return path.endsWith('[]') ? path : pathBelow(dot === -1 ? '' : path.slice(0, dot), '*');
}

/** Every path has the same values, but they go together in another way: the one path that explains the most. */
function bestPath(one: readonly Json[], other: readonly Json[]): string[] {
  const candidates = [...valuesByPath(one).keys()];
  const mismatches = candidates.map((path) => {
    const [ours, theirs] = [one, other].map(
      (values) =>
        new Multiset(
          values.map((value) => withoutPaths(value, new Set([path]))),
          canonical,
        ),
    );
    return { path, count: ours!.minus(theirs!).length };
  });
  const best = mismatches.toSorted((left, right) => left.count - right.count)[0];
  return best === undefined ? [] : [best.path];
}
