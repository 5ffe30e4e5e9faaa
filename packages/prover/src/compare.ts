/**
 * A disturbed run against the truth.
 *
 * [compare-1] what the truth has and the run has not is lost; what the run has more often than the truth is there twice.
 * [compare-2] a value that the truth does not know stands for one that is missing: it is changed. Without a missing one it is one
 *     too many, so it counts as a duplicate.
 * [compare-3] reading from the outside twice is waste and no failure; so is a request that may be repeated.
 */
import { compareRecord } from './compare-record.ts';
import type { Failure, Finding } from './finding.ts';
import { canonical, type Json, leavesOf, shortTextOf } from './json.ts';
import { matchValues } from './match-values.ts';
import { Multiset } from './multiset.ts';
import { type EntryKind, type Group, isRepeatable, type Outcome, type OutsideRequest, outsideText } from './outcome.ts';
import { type Truth, withoutSetAside } from './truth.ts';

export function compare(truth: Truth, outcome: Outcome): Finding[] {
  const groups = withoutSetAside(truth, outcome.groups);
  const keys = new Set([...truth.groups.keys(), ...groups.keys()]);
  const findings = [...keys].flatMap((key) => compareGroup(truth.groups.get(key), groups.get(key)));
  if (outcome.status === 'SUCCEEDED') return findings;
  const code = outcome.exitCode === null ? '' : ` with exit code ${outcome.exitCode}`;
  // What is missing after a run that did not come to its end follows from that; what is too much does not.
  const others = findings.filter(({ failure }) => failure !== 'lost' && failure !== 'changed');
  return [{ failure: 'neverFinished', what: 'the run', how: `ended ${outcome.status}${code}`, count: 1 }, ...others];
}

function compareGroup(truth: Group | undefined, actual: Group | undefined): Finding[] {
  const { kind, place } = (truth ?? actual)!;
  const [expected, found] = [truth?.values ?? [], actual?.values ?? []];
  if (kind === 'record') return compareRecord(place, expected[0], found[0]);
  if (kind === 'outside') return compareOutside(expected as OutsideRequest[], found as OutsideRequest[]);
  const { missing, repeated, changed, unknown } = matchValues(expected, found);
  const counts = new Multiset(found, canonical);
  const expectedCounts = new Multiset(expected, canonical);
  const name = (value: Json) => `${nouns[kind]} ${shortTextOf(value)}${place === 'default' ? '' : ` in ${place}`}`;
  const twice = (value: Json): Finding => {
    const [is, was] = [counts.countOf(canonical(value)), expectedCounts.countOf(canonical(value))];
    return {
      failure: twiceOf(kind),
      what: name(value),
      how: `is there ${is} times instead of ${times(was)}`,
      count: is - was,
    };
  };
  return [
    ...missing.map((value): Finding => ({ failure: 'lost', what: name(value), how: 'is missing', count: 1 })),
    ...distinct(repeated).map(twice),
    ...changed.map(([was, is]): Finding => changedValue(name(was), was, is)),
    ...unknown.map(
      (value): Finding => ({
        failure: twiceOf(kind),
        what: name(value),
        how: 'is there, one more than there should be',
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

const twiceOf = (kind: EntryKind): Failure =>
  kind === 'charge' ? 'chargedTwice' : kind === 'child' ? 'startedTwice' : 'duplicated';

const changedValue = (what: string, was: Json, is: Json): Finding => {
  const before = new Set(leavesOf(was).map((leaf) => leaf.join(' = ')));
  const differing = leavesOf(is)
    .map((leaf) => leaf.join(' = '))
    .filter((leaf) => !before.has(leaf));
  return {
    failure: 'changed',
    what,
    how: `has become another: ${shortTextOf(differing.join(', ') || 'a field is gone')}`,
    count: 1,
  };
};

/** [compare-3]. */
function compareOutside(expected: readonly OutsideRequest[], found: readonly OutsideRequest[]): Finding[] {
  const [truth, actual] = [new Multiset(expected, canonical), new Multiset(found, canonical)];
  const surplus = actual.minus(truth);
  const twice = surplus.filter((request) => !isRepeatable(request));
  const wasted = surplus.length - twice.length;
  return [
    ...truth
      .minus(actual)
      .filter(({ reads }) => !reads)
      .map((request): Finding => ({ failure: 'lost', what: outsideText(request), how: 'was never sent', count: 1 })),
    ...twice.map(
      (request): Finding => ({
        failure: 'duplicated',
        what: outsideText(request),
        how: 'was sent once more than it should be',
        count: 1,
      }),
    ),
    ...(wasted === 0
      ? []
      : [
          {
            failure: 'wasted',
            what: `${wasted} requests to the outside`,
            how: 'were made again',
            count: wasted,
          } as const,
        ]),
  ];
}

const distinct = (values: readonly Json[]): Json[] => [
  ...new Map(values.map((value) => [canonical(value), value])).values(),
];
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
