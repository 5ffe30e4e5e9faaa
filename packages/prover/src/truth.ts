/** What an Actor gives when nothing happens to it: learnt from undisturbed runs. */
import { canonical, type Json, withoutPaths } from './json.ts';
import { Multiset } from './multiset.ts';
import type { Group, Outcome, OutsideRequest } from './outcome.ts';
import { differingPaths } from './set-aside.ts';

export interface Truth {
  /** The groups of the first run, without what is set aside. */
  readonly groups: ReadonlyMap<string, Group>;
  /** The paths that are set aside in each group. */
  readonly setAside: ReadonlyMap<string, ReadonlySet<string>>;
  readonly durationMs: number;
}

export type Learning =
  | { readonly kind: 'known'; readonly truth: Truth }
  /** The runs differ in more than values, so there is nothing to compare with. */
  | { readonly kind: 'unclear'; readonly reasons: readonly string[] };

/** What two or more undisturbed runs have in common. `ignored`: paths that the author sets aside everywhere. */
export function learnTruth(runs: readonly Outcome[], ignored: readonly string[] = []): Learning {
  const first = runs[0]!;
  const keys = new Set(runs.flatMap(({ groups }) => [...groups.keys()]));
  const setAside = new Map<string, ReadonlySet<string>>();
  const reasons: string[] = [];
  for (const key of keys) {
    const paths = pathsOf(key, runs, ignored);
    if (typeof paths === 'string') reasons.push(paths);
    else setAside.set(key, paths);
  }
  if (reasons.length > 0) return { kind: 'unclear', reasons };
  const truth = { groups: first.groups, setAside, durationMs: Math.max(...runs.map((run) => run.durationMs)) };
  return { kind: 'known', truth: { ...truth, groups: withoutSetAside(truth, first.groups) } };
}

/** The paths, or the reason why the group tells nothing. */
function pathsOf(key: string, runs: readonly Outcome[], ignored: readonly string[]): ReadonlySet<string> | string {
  const known = new Set(ignored.flatMap((path) => pathFor(key, path)));
  const values = runs.map((run): readonly Json[] => run.groups.get(key)?.values ?? []);
  const paths = commonPaths(key, values, known);
  if (typeof paths !== 'string' || runs.every((run) => run.groups.get(key)?.kind !== 'outside')) return paths;
  // A browser reads now once, now twice, and reading twice is no failure: what is sent must be the same all the same.
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

/** `STATE.time` is meant for the record STATE; any other path for every group. */
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
  return `${key}: ${ours!.minus(theirs!).length} of ${one.length} are others in each undisturbed run`;
}

/** The groups of a run as they are compared. */
export function withoutSetAside(truth: Pick<Truth, 'setAside'>, groups: ReadonlyMap<string, Group>) {
  return new Map(
    [...groups].map(([key, group]): [string, Group] => {
      const paths = truth.setAside.get(key) ?? new Set();
      return [key, { ...group, values: group.values.map((value) => withoutPaths(value, paths)) }];
    }),
  );
}
