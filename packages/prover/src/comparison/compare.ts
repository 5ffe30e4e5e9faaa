/**
 * Compares a run with faults to the baseline.
 *
 * The folder `comparison/` says what a run produced (`outcome.ts`, `outcome-reader.ts`), what undisturbed runs have in
 * common (`baseline.ts`, `ignored-paths.ts`) and what is wrong with a run (here, `finding.ts`). Only
 * `outcome-reader.ts` does I/O. It imports no other folder of the prover.
 *
 * [compare-1] what the baseline has and the run does not have is lost; what the run has more often is duplicated.
 * [compare-2] a value that the baseline does not have is paired with a missing one, which has then changed. Without a
 *     missing one it is one too many, so it counts as a duplicate.
 * [compare-3] a request to the outside that only reads, or that may be repeated, is waste when it is repeated, not a
 *     failure.
 */
import { type Baseline, withoutIgnoredPaths } from './baseline.ts';
import type { Failure, Finding } from './finding.ts';
import { canonical, isObject, type Json, leavesOf, pathBelow, shortTextOf } from './json.ts';
import { Multiset } from './multiset.ts';
import { type EntryKind, type Group, isRepeatable, type Outcome, type OutsideRequest, outsideText } from './outcome.ts';

export function compare(baseline: Baseline, outcome: Outcome): Finding[] {
  const groups = withoutIgnoredPaths(baseline, outcome.groups);
  const keys = new Set([...baseline.groups.keys(), ...groups.keys()]);
  const findings = [...keys].flatMap((key) => compareGroup(baseline.groups.get(key), groups.get(key)));
  if (outcome.status === 'SUCCEEDED') return findings;
  const code = outcome.exitCode === null ? '' : ` with exit code ${outcome.exitCode}`;
  // Results are missing because the run did not finish; that is no further failure. Duplicates are.
  const others = findings.filter(({ failure }) => failure !== 'lost' && failure !== 'changed');
  return [{ failure: 'neverFinished', what: 'the run', how: `ended ${outcome.status}${code}`, count: 1 }, ...others];
}

function compareGroup(baseline: Group | undefined, actual: Group | undefined): Finding[] {
  const { kind, place } = (baseline ?? actual)!;
  const [expected, found] = [baseline?.values ?? [], actual?.values ?? []];
  if (kind === 'record') return compareRecord(place, expected[0], found[0]);
  if (kind === 'outside') return compareOutside(expected as OutsideRequest[], found as OutsideRequest[]);
  const { missing, repeated, changed, unknown } = matchValues(expected, found);
  const counts = new Multiset(found, canonical);
  const expectedCounts = new Multiset(expected, canonical);
  const name = (value: Json) => `${nouns[kind]} ${shortTextOf(value)}${place === 'default' ? '' : ` in ${place}`}`;
  const repetition = (value: Json): Finding => {
    const [is, was] = [counts.countOf(canonical(value)), expectedCounts.countOf(canonical(value))];
    return {
      failure: surplusFailureOf(kind),
      what: name(value),
      how: `appears ${is} times instead of ${times(was)}`,
      count: is - was,
    };
  };
  return [
    ...missing.map((value): Finding => ({ failure: 'lost', what: name(value), how: 'is missing', count: 1 })),
    ...distinct(repeated).map(repetition),
    ...changed.map(([was, is]): Finding => changedValue(name(was), was, is)),
    ...unknown.map(
      (value): Finding => ({
        failure: surplusFailureOf(kind),
        what: name(value),
        how: 'appears once more than expected',
        count: 1,
      }),
    ),
  ];
}

const nouns: Readonly<Record<EntryKind, string>> = {
  item: 'item',
  record: 'record',
  handled: 'handled request',
  charge: 'charge',
  child: 'child run',
  outside: 'request',
};

const surplusFailureOf = (kind: EntryKind): Failure =>
  kind === 'charge' ? 'chargedTwice' : kind === 'child' ? 'startedTwice' : 'duplicated';

const changedValue = (what: string, was: Json, is: Json): Finding => {
  const before = new Set(leavesOf(was).map((leaf) => leaf.join(' = ')));
  const differing = leavesOf(is)
    .map((leaf) => leaf.join(' = '))
    .filter((leaf) => !before.has(leaf));
  return {
    failure: 'changed',
    what,
    how: `has changed: ${shortTextOf(differing.join(', ') || 'a field is missing')}`,
    count: 1,
  };
};

/** Expected values matched with the values that were found. */
interface Match {
  readonly missing: readonly Json[];
  readonly repeated: readonly Json[];
  readonly changed: readonly (readonly [was: Json, is: Json])[];
  readonly unknown: readonly Json[];
}

/** [compare-1], [compare-2]. */
function matchValues(expected: readonly Json[], found: readonly Json[]): Match {
  const [baseline, actual] = [new Multiset(expected, canonical), new Multiset(found, canonical)];
  const surplus = actual.minus(baseline);
  const missing = baseline.minus(actual);
  const unknown = surplus.filter((value) => baseline.countOf(canonical(value)) === 0);
  const repeated = surplus.filter((value) => baseline.countOf(canonical(value)) > 0);
  const changed: [Json, Json][] = [];
  while (missing.length > 0 && unknown.length > 0) {
    const was = missing.shift()!;
    const [is] = unknown.splice(closestTo(was, unknown), 1);
    changed.push([was, is!]);
  }
  return { missing, repeated, changed, unknown };
}

/** The index of the candidate that has the most scalars in common with the value. */
function closestTo(value: Json, candidates: readonly Json[]): number {
  const leaves = new Set(leavesOf(value).map((leaf) => leaf.join('=')));
  const shared = candidates.map((each) => leavesOf(each).filter((leaf) => leaves.has(leaf.join('='))).length);
  return shared.indexOf(Math.max(...shared));
}

/** Lists in a record are compared in the same way as items, because an entry of a list is a result as well. */
function compareRecord(name: string, expected: Json | undefined, found: Json | undefined): Finding[] {
  const record = `record ${name.replace(/^default\//, '')}`;
  // A record that only a run with faults has is state that it saved during a migration, not a result.
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
        return [{ failure: 'changed', what, how: `has an unexpected ${name}: ${shortTextOf(is, 40)}`, count: 1 }];
      return compareValues(record, pathBelow(path, name), was, is);
    });
  }
  return [
    { failure: 'changed', what, how: `is ${shortTextOf(found, 40)} instead of ${shortTextOf(expected, 40)}`, count: 1 },
  ];
}

function compareLists(what: string, expected: readonly Json[], found: readonly Json[]): Finding[] {
  const { missing, repeated, changed, unknown } = matchValues(expected, found);
  const text = (value: Json) => shortTextOf(value, 60);
  return [
    ...missing.map((value): Finding => ({ failure: 'lost', what, how: `has no ${text(value)}`, count: 1 })),
    ...[...repeated, ...unknown].map(
      (value): Finding => ({
        failure: 'duplicated',
        what,
        how: `has ${text(value)} once more than expected`,
        count: 1,
      }),
    ),
    ...changed.map(
      ([was, is]): Finding => ({ failure: 'changed', what, how: `has ${text(is)} instead of ${text(was)}`, count: 1 }),
    ),
  ];
}

/** [compare-3]. */
function compareOutside(expected: readonly OutsideRequest[], found: readonly OutsideRequest[]): Finding[] {
  const [baseline, actual] = [new Multiset(expected, canonical), new Multiset(found, canonical)];
  const surplus = actual.minus(baseline);
  const duplicates = surplus.filter((request) => !isRepeatable(request));
  const wastedCount = surplus.length - duplicates.length;
  const findings: Finding[] = [
    ...baseline
      .minus(actual)
      .filter(({ reads }) => !reads)
      .map((request): Finding => ({ failure: 'lost', what: outsideText(request), how: 'was never sent', count: 1 })),
    ...duplicates.map(
      (request): Finding => ({
        failure: 'duplicated',
        what: outsideText(request),
        how: 'was sent once more than expected',
        count: 1,
      }),
    ),
  ];
  if (wastedCount > 0) {
    const what = `${wastedCount} requests to the outside`;
    findings.push({ failure: 'wasted', what, how: 'were repeated', count: wastedCount });
  }
  return findings;
}

const distinct = (values: readonly Json[]): Json[] => [
  ...new Map(values.map((value) => [canonical(value), value])).values(),
];
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
