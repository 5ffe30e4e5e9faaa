/** The prover finds known mistakes: Actors as people write them, and what the verdict says about each. */
import { expect, test } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import type { Failure } from '../src/comparison/finding.ts';
import type { Json } from '../src/comparison/json.ts';
import type { FaultKind } from '../src/faults/fault.ts';
import type { Verdict } from '../src/verdict.ts';
import { patientMs, proveActor } from './prove-actor.ts';

interface Known {
  readonly actor: string;
  /** Only in `npm run test:long`. The others have each kind of fault and each type of failure. */
  readonly isOnlyLong?: true;
  readonly input: Json;
  readonly kinds: readonly FaultKind[];
  readonly maxFaults: number;
  /** Failures that must be found, each with the kind of fault that must cause it. */
  readonly expected: readonly (readonly [FaultKind, Failure])[];
  /** Kinds of fault that must cause no loss and no duplicate. */
  readonly harmless?: readonly FaultKind[];
  readonly story: RegExp;
  readonly advice: RegExp;
}

const known: readonly Known[] = [
  {
    actor: 'saved-on-migrating',
    isOnlyLong: true,
    // Enough that a move always happens while the Actor works, even on a slow machine.
    input: { pages: 40 },
    kinds: ['kill', 'warm'],
    maxFaults: 6,
    expected: [
      ['kill', 'duplicated'],
      ['warm', 'duplicated'],
    ],
    story:
      /^Killed after item \{"page":\d+\} was pushed and before .*: item \{"page":0\} appears 2 times instead of once/,
    advice: /persistState/,
  },
  {
    actor: 'saved-on-persist-state',
    isOnlyLong: true,
    input: { pages: 6 },
    kinds: ['warm', 'cold', 'kill'],
    maxFaults: 9,
    expected: [['kill', 'duplicated']],
    harmless: ['warm', 'cold'],
    story: /^Killed after item/,
    advice: /state\.commit/,
  },
  {
    actor: 'no-listener',
    input: { pages: 6 },
    kinds: ['cold', 'platform-kill'],
    maxFaults: 5,
    expected: [
      ['cold', 'duplicated'],
      ['platform-kill', 'duplicated'],
    ],
    story: /^Moved by a cold handoff after item \{"page":0\} was pushed and before item \{"page":1\} was pushed/,
    advice: /persistState/,
  },
  {
    actor: 'pushed-before-marked',
    input: { pages: 3 },
    kinds: ['kill', 'frozen'],
    maxFaults: 6,
    expected: [
      ['kill', 'duplicated'],
      ['frozen', 'duplicated'],
    ],
    story:
      /^Frozen, replaced and thawed later after item (\S+) was pushed and before request (\S+) was marked handled: item \1 appears 2 times/,
    advice: /durableCrawler/,
  },
  {
    actor: 'ends-at-null',
    input: { pages: 4 },
    kinds: ['warm'],
    maxFaults: 4,
    expected: [['warm', 'lost']],
    story: /^Moved by a warm handoff after .* is missing, and \d more/,
    advice: /isFinished/,
  },
  {
    actor: 'array-saved-each-minute',
    isOnlyLong: true,
    input: { pages: 4 },
    kinds: ['kill'],
    maxFaults: 6,
    expected: [['kill', 'lost']],
    story: /^Killed .*: record RESULTS has no \{"url":"https:\/\/shop\.example\/0"\}/,
    advice: /one commit/,
  },
  {
    actor: 'charge-without-key',
    input: { pages: 3 },
    kinds: ['kill', 'lost-answer'],
    maxFaults: 8,
    expected: [['kill', 'chargedTwice']],
    harmless: ['lost-answer'],
    story: /^Killed after event page was charged and before record PAGE-\d was saved: charge page appears 4 times/,
    advice: /tx\.charge/,
  },
  {
    actor: 'child-without-key',
    input: { parts: 2 },
    kinds: ['kill', 'lost-answer'],
    maxFaults: 4,
    expected: [
      ['kill', 'startedTwice'],
      ['lost-answer', 'startedTwice'],
    ],
    story: /^Killed after child run with input \{"part":0\} was started and before record STARTED was saved: child run/,
    advice: /state\.call/,
  },
  {
    actor: 'crawlee-use-state',
    isOnlyLong: true,
    input: { pages: 7 },
    kinds: ['kill'],
    maxFaults: 6,
    expected: [
      ['kill', 'lost'],
      ['kill', 'duplicated'],
    ],
    story: /^Killed /,
    advice: /useState/,
  },
];

const rowOf = ({ rows }: Verdict, kind: FaultKind) => rows.find((row) => row.kind === kind)!;

const share = known.filter(({ isOnlyLong }) => isLong || !isOnlyLong);

test('the share of every day has each kind of fault', () => {
  const kindsOf = (rows: readonly Known[]) => new Set(rows.flatMap(({ kinds }) => kinds));
  expect(kindsOf(share)).toEqual(kindsOf(known));
});

test.each(share)('$actor: the verdict names its failure', { timeout: patientMs }, async (each) => {
  const { actor, input, kinds, maxFaults, expected, harmless = [], story, advice } = each;
  const verdict = await proveActor(actor, {
    input,
    kinds,
    maxFaults,
    ...(actor.startsWith('charge') && { chargedEvents: ['page'] }),
  });
  const summary = JSON.stringify({
    ...verdict,
    failing: verdict.failing.map(({ story, replay }) => ({ story, replay })),
  });
  expect(verdict.verdict, summary).toBe('unsafe');
  for (const [kind, failure] of expected) expect(rowOf(verdict, kind).counts[failure], summary).toBeGreaterThan(0);
  for (const kind of harmless) {
    expect(rowOf(verdict, kind).counts, summary).toMatchObject({ lost: 0, duplicated: 0, chargedTwice: 0 });
  }
  const failing = verdict.failing.find(({ kind }) => kind === (expected[0]![0] as string))!;
  expect(verdict.failing.map((one) => one.story).join('\n'), summary).toMatch(new RegExp(story.source, 'm'));
  expect(failing.findings.map(({ failure }) => failure)).toContain(expected[0]![1]);
  expect(verdict.advice.map(({ text }) => text).join('\n')).toMatch(advice);
});
