/** The baseline: what an Actor produces when no fault is injected. It is learned from two or more undisturbed runs. */
import { differingPaths } from './ignored-paths.ts';
import { canonical, type Json, withoutPaths } from './json.ts';
import { Multiset } from './multiset.ts';
import type { Group, Outcome, OutsideRequest } from './outcome.ts';

export interface Baseline {
  /** The groups of the first run, without the ignored paths. */
  readonly groups: ReadonlyMap<string, Group>;
  /** The ignored paths of each group. */
  readonly ignoredPaths: ReadonlyMap<string, ReadonlySet<string>>;
  readonly durationMs: number;
}

export type Learning =
  | { readonly kind: 'known'; readonly baseline: Baseline }
  /** The runs differ in more than values, so there is nothing to compare with. */
  | { readonly kind: 'unclear'; readonly reasons: readonly string[] };

/** What the runs have in common. `ignored`: the paths of `--ignore`, which apply to every group. */
export function learnBaseline(runs: readonly Outcome[], ignored: readonly string[] = []): Learning {
  const first = runs[0]!;
  const keys = new Set(runs.flatMap(({ groups }) => [...groups.keys()]));
  const ignoredPaths = new Map<string, ReadonlySet<string>>();
  const reasons: string[] = [];
  for (const key of keys) {
    const paths = pathsOf(key, runs, ignored);
    if (typeof paths === 'string') reasons.push(paths);
    else ignoredPaths.set(key, paths);
  }
  if (reasons.length > 0) return { kind: 'unclear', reasons };
  const groups = withoutIgnoredPaths({ ignoredPaths }, first.groups);
  const durationMs = Math.max(...runs.map((run) => run.durationMs));
  return { kind: 'known', baseline: { groups, ignoredPaths, durationMs } };
}

/** The ignored paths of the group, or the reason why the runs cannot be compared in it. */
function pathsOf(key: string, runs: readonly Outcome[], ignored: readonly string[]): ReadonlySet<string> | string {
  const known = new Set(ignored.flatMap((path) => pathFor(key, path)));
  const values = runs.map((run): readonly Json[] => run.groups.get(key)?.values ?? []);
  const paths = commonPaths(key, values, known);
  if (typeof paths !== 'string' || runs.every((run) => run.groups.get(key)?.kind !== 'outside')) return paths;
  // A browser may read a page once or twice, and reading twice is no failure. What is sent must still be the same.
  const sent = values.map((each) => each.filter((request) => !(request as OutsideRequest).reads));
  return commonPaths(key, sent, known);
}

function commonPaths(
  key: string,
  [first = [], ...others]: readonly (readonly Json[])[],
  known: ReadonlySet<string>,
): ReadonlySet<string> | string {
  let paths = known;
  for (const values of others) {
    const found = differingPaths(first, values, paths);
    if (found === undefined) return difference(key, first, values, paths);
    paths = found;
  }
  return paths;
}

/** `STATE.time` applies to the record STATE; a path that names no record applies to every group. */
function pathFor(key: string, path: string): string[] {
  const record = /^record\/(?:default\/)?(.+)$/.exec(key)?.[1];
  return record !== undefined && path.startsWith(`${record}.`) ? [path.slice(record.length + 1)] : [path];
}

function difference(key: string, one: readonly Json[], other: readonly Json[], paths: ReadonlySet<string>): string {
  if (one.length !== other.length) return `${key}: ${one.length} in one undisturbed run, ${other.length} in another`;
  const [ours, theirs] = [one, other].map(
    (values) =>
      new Multiset(
        values.map((value) => withoutPaths(value, paths)),
        canonical,
      ),
  );
  return `${key}: ${ours!.minus(theirs!).length} of ${one.length} differ between undisturbed runs`;
}

/** The groups of a run in the form in which they are compared. */
export function withoutIgnoredPaths(
  { ignoredPaths }: Pick<Baseline, 'ignoredPaths'>,
  groups: ReadonlyMap<string, Group>,
): Map<string, Group> {
  return new Map(
    [...groups].map(([key, group]): [string, Group] => {
      const paths = ignoredPaths.get(key) ?? new Set();
      return [key, { ...group, values: group.values.map((value) => withoutPaths(value, paths)) }];
    }),
  );
}
