import { expect, test } from 'vitest';
import { Timeline } from '../src/faults/timeline.ts';
import { type FailingCase, reportHtml, reportJunit, reportText, type Verdict } from '../src/index.ts';
import { storyOf } from '../src/story.ts';

const counts = {
  lost: 0,
  duplicated: 0,
  changed: 0,
  chargedTwice: 0,
  startedTwice: 0,
  neverFinished: 0,
  wasted: 0,
};

/** Two attempts. The first is killed between an item and the mark of its request. */
function timelineOf(item: string): Timeline {
  const timeline = new Timeline();
  timeline.began(1);
  timeline.write(1, { type: 'push', text: `item ${item} was pushed` }).outcome = 'done';
  timeline.fault(1, { kind: 'kill', type: 'push', ordinal: 1, side: 'after' });
  timeline.began(2);
  timeline.write(2, { type: 'push', text: `item ${item} was pushed` }).outcome = 'done';
  timeline.write(2, { type: 'handled', text: 'request x was marked handled' }).outcome = 'done';
  return timeline;
}

function cleanOf(item: string): Timeline {
  const timeline = new Timeline();
  timeline.write(1, { type: 'push', text: `item ${item} was pushed` }).outcome = 'done';
  timeline.write(1, { type: 'handled', text: 'request x was marked handled' }).outcome = 'done';
  return timeline;
}

function failingOf(item: string): FailingCase {
  const timeline = timelineOf(item);
  const how = 'appears 2 times instead of once';
  const findings = [{ failure: 'duplicated', what: `item ${item}`, how, count: 1 } as const];
  return {
    kind: 'kill',
    failures: ['duplicated'],
    findings,
    replay: 'kill@push#1:after',
    isReproduced: true,
    story: storyOf(timeline, findings, cleanOf(item)),
    timeline: timeline.events,
    log: '<b>log</b>',
  };
}

const verdictOf = (item: string): Verdict => ({
  format: 1,
  verdict: 'unsafe',
  reasons: [],
  actor: 'a & b',
  seed: 3,
  budgetSecs: 60,
  tookSecs: 12.5,
  faults: 2,
  failedRuns: 1,
  cleanRuns: 2,
  cleanMs: 400,
  writes: { push: 1, handled: 1 },
  ignoredPaths: { 'item/default': ['at'] },
  allowed: [],
  rows: [
    { kind: 'warm', runs: 0, failedRuns: 0, counts },
    { kind: 'kill', runs: 2, failedRuns: 1, counts: { ...counts, duplicated: 1 } },
  ],
  combinations: [
    { kind: 'kill', type: 'push', runs: 2, failedRuns: 1 },
    { kind: 'kill', type: 'handled', runs: 0, failedRuns: 0 },
  ],
  trials: [],
  failing: [failingOf(item)],
  advice: [{ failure: 'duplicated', text: 'Use `state.commit`.' }],
});

const replayWith = (replay: string) => `wherry prove . --replay ${replay}`;

test('a story says which write had happened, which had not, and what the result was', () => {
  expect(verdictOf('{"page":17}').failing[0]!.story).toBe(
    'Killed after item {"page":17} was pushed and before request x was marked handled: item {"page":17} appears 2 times instead of once.',
  );
});

test('the page is self-contained, and text of the Actor is escaped in it', () => {
  const html = reportHtml(verdictOf('<script>alert(1)</script>'), replayWith);
  expect(html).not.toMatch(/<script|<b>log|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  expect(html).toContain('item &lt;script&gt;alert(1)&lt;/script&gt; appears 2 times');
  expect(html).toContain('<code>wherry prove . --replay kill@push#1:after</code>');
  expect(html).toContain('Use <code>state.commit</code>.');
  // Both pushes of the item that appears twice have a ring, and nothing else has.
  expect(html.split('<svg')[1]!.match(/r="10"/g)).toHaveLength(2);
  expect(html.match(/>attempt \d</g)).toEqual(['>attempt 1<', '>attempt 2<']);
});

test('JUnit has a case for each kind of fault: failed, passed or skipped', () => {
  const xml = reportJunit(verdictOf('{"a":"<&>\u0000"}'));
  expect(xml).toContain('<testsuites tests="2" failures="1" errors="0" time="12.5">');
  expect(xml).toContain('<testcase classname="a &amp; b" name="warm"><skipped/></testcase>');
  expect(xml).toContain('<failure message="1 of 2 runs failed: duplicated">');
  expect(xml).toContain('item {&quot;a&quot;:&quot;&lt;&amp;&gt;&quot;}');
  const unclear = reportJunit({ ...verdictOf('1'), verdict: 'unclear', reasons: ['it was interrupted'] });
  expect(unclear).toContain('<error message="it was interrupted"/>');
});

test('the terminal shows the table, the story with its replay, the advice, and the verdict last', () => {
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
    [head, ...rows].map((row) => row.join(' ')).join('\n');
  const lines = reportText(verdictOf('1'), table, replayWith).split('\n');
  expect(lines).toContain('kill 2 0 1 0 0 0 0 0');
  expect(lines).toContain('  replay: wherry prove . --replay kill@push#1:after');
  expect(lines).toContain('  - Use `state.commit`.');
  expect(lines.at(-1)).toBe('UNSAFE: a & b fails under kill (2 faults in 13 s, seed 3).');
});
