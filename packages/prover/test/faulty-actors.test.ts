/** The prover can see: Actors with known faults, each written as people write them, and what it says of each. */
import { expect, test } from 'vitest';
import type { FaultKind } from '../src/fault.ts';
import type { Failure } from '../src/finding.ts';
import type { Json } from '../src/json.ts';
import type { Verdict } from '../src/verdict.ts';
import { patientMs, proveActor } from './prove-actor.ts';

interface Known {
  readonly actor: string;
  readonly input: Json;
  readonly kinds: readonly FaultKind[];
  readonly mostFaults: number;
  /** Each failure with a kind of fault under which it must be seen. */
  readonly seen: readonly (readonly [FaultKind, Failure])[];
  /** Kinds that must find nothing lost and nothing twice. */
  readonly fine?: readonly FaultKind[];
  readonly story: RegExp;
  readonly advice: RegExp;
}

const known: readonly Known[] = [
  {
    actor: 'saved-on-migrating',
    // So many that a move finds it at work, however long that takes.
    input: { pages: 40 },
    kinds: ['kill', 'warm'],
    mostFaults: 6,
    seen: [
      ['kill', 'duplicated'],
      ['warm', 'duplicated'],
    ],
    story:
      /^Killed after item \{"page":\d+\} was pushed and before .*: item \{"page":0\} is there 2 times instead of once/,
    advice: /persistState/,
  },
  {
    actor: 'saved-on-persist-state',
    input: { pages: 6 },
    kinds: ['warm', 'cold', 'kill'],
    mostFaults: 9,
    seen: [['kill', 'duplicated']],
    fine: ['warm', 'cold'],
    story: /^Killed after item/,
    advice: /state\.commit/,
  },
  {
    actor: 'no-listener',
    input: { pages: 6 },
    kinds: ['cold', 'platform-kill'],
    mostFaults: 5,
    seen: [
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
    mostFaults: 6,
    seen: [
      ['kill', 'duplicated'],
      ['frozen', 'duplicated'],
    ],
    story:
      /^Frozen, replaced and thawed later after item (\S+) was pushed and before request (\S+) was marked handled: item \1 is there 2 times/,
    advice: /durableCrawler/,
  },
  {
    actor: 'ends-at-null',
    input: { pages: 4 },
    kinds: ['warm'],
    mostFaults: 4,
    seen: [['warm', 'lost']],
    story: /^Moved by a warm handoff after .* is missing, and \d more/,
    advice: /isFinished/,
  },
  {
    actor: 'array-saved-each-minute',
    input: { pages: 4 },
    kinds: ['kill'],
    mostFaults: 6,
    seen: [['kill', 'lost']],
    story: /^Killed .*: record RESULTS has no \{"url":"https:\/\/shop\.example\/0"\}/,
    advice: /one commit/,
  },
  {
    actor: 'charge-without-key',
    input: { pages: 3 },
    kinds: ['kill', 'lost-answer'],
    mostFaults: 8,
    seen: [['kill', 'chargedTwice']],
    fine: ['lost-answer'],
    story: /^Killed after event page was charged and before record PAGE-\d was saved: charge page is there 4 times/,
    advice: /tx\.charge/,
  },
  {
    actor: 'child-without-key',
    input: { parts: 2 },
    kinds: ['kill', 'lost-answer'],
    mostFaults: 4,
    seen: [
      ['kill', 'startedTwice'],
      ['lost-answer', 'startedTwice'],
    ],
    story: /^Killed after child run with input \{"part":0\} was started and before record STARTED was saved: child run/,
    advice: /state\.call/,
  },
  {
    actor: 'crawlee-use-state',
    input: { pages: 7 },
    kinds: ['kill'],
    mostFaults: 6,
    seen: [
      ['kill', 'lost'],
      ['kill', 'duplicated'],
    ],
    story: /^Killed /,
    advice: /useState/,
  },
];

const rowOf = ({ rows }: Verdict, kind: FaultKind) => rows.find((row) => row.kind === kind)!;

test.each(known)('$actor: the right failure is named', { timeout: patientMs }, async (each) => {
  const { actor, input, kinds, mostFaults, seen, fine = [], story, advice } = each;
  const verdict = await proveActor(actor, {
    input,
    kinds,
    mostFaults,
    ...(actor.startsWith('charge') && { chargedEvents: ['page'] }),
  });
  const told = JSON.stringify({ ...verdict, failing: verdict.failing.map(({ story, replay }) => ({ story, replay })) });
  expect(verdict.verdict, told).toBe('unsafe');
  for (const [kind, failure] of seen) expect(rowOf(verdict, kind).counts[failure], told).toBeGreaterThan(0);
  for (const kind of fine) {
    expect(rowOf(verdict, kind).counts, told).toMatchObject({ lost: 0, duplicated: 0, chargedTwice: 0 });
  }
  const failing = verdict.failing.find(({ kind }) => kind === (seen[0]![0] as string))!;
  expect(verdict.failing.map((one) => one.story).join('\n'), told).toMatch(new RegExp(story.source, 'm'));
  expect(failing.findings.map(({ failure }) => failure)).toContain(seen[0]![1]);
  expect(verdict.advice.map(({ text }) => text).join('\n')).toMatch(advice);
});
