/**
 * Finds the paths whose values differ between undisturbed runs. They say nothing about a run with faults, so they are
 * ignored.
 *
 * [ignored-1] without the ignored paths both runs have the same values, as multisets.
 * [ignored-2] a path is ignored only when its values differ, or when ignoring fewer paths does not make the runs equal.
 */
import { canonical, type Json, leavesOf, pathBelow, withoutPaths } from './json.ts';
import { Multiset } from './multiset.ts';

/**
 * Returns the paths to ignore, those in `known` included. Returns undefined when one run has more values than the
 * other, or when no set of paths makes them equal.
 */
export function differingPaths(
  one: readonly Json[],
  other: readonly Json[],
  known: ReadonlySet<string> = new Set(),
): ReadonlySet<string> | undefined {
  if (one.length !== other.length) return undefined;
  const paths = new Set(known);
  for (;;) {
    const [ours, theirs] = [one, other].map((values) => values.map((value) => withoutPaths(value, paths)));
    // [ignored-1]
    if (isSame(ours!, theirs!)) return paths;
    // [ignored-2]
    const found = pathsWithOtherValues(ours!, theirs!);
    const next = found.length > 0 ? found : bestPath(ours!, theirs!);
    const before = paths.size;
    for (const path of next) paths.add(path);
    // A scalar that is the whole value has no path that could be ignored.
    if (paths.size === before || paths.has('')) return undefined;
  }
}

const isSame = (one: readonly Json[], other: readonly Json[]): boolean =>
  new Multiset(one, canonical).equals(new Multiset(other, canonical));

/** All scalars of all values, by path. */
function valuesByPath(values: readonly Json[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const [path, scalar] of values.flatMap((value) => leavesOf(value))) {
    byPath.set(path, [...(byPath.get(path) ?? []), scalar]);
  }
  return byPath;
}

/** A name that only one run has is probably one of many, such as an id. All names beside it are ignored too. */
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

/**
 * For runs in which every path has the same values, but in other combinations: the one path that explains most of it.
 */
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
