import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headlineOf, matrixOf, parsePair, parseReport, ReportError, readReport, trialsOf } from '../src/model/proof.ts';

const trial = (kind: string, type: string, outcome: string) => ({
  replay: `${kind}@${type}#1:after`,
  injected: [{ kind, type }],
  outcome,
  status: 'SUCCEEDED',
  durationMs: 12,
  findings: [{ failure: 'lost', what: 'item 1', how: 'is missing', count: 1 }],
  moreFindings: 0,
  log: outcome === 'failed' ? 'a log' : null,
});

const report = {
  format: 1,
  verdict: 'unsafe',
  reasons: ['it was interrupted'],
  actor: 'crawler',
  seed: 7,
  budgetSecs: 30,
  tookSecs: 12.5,
  faults: 3,
  failedRuns: 1,
  cleanRuns: 2,
  cleanMs: 400,
  writes: { push: 20, record: 2 },
  ignoredPaths: {},
  allowed: [],
  rows: [
    { kind: 'kill', runs: 2, failedRuns: 1, counts: {} },
    { kind: 'slow', runs: 1, failedRuns: 0, counts: {} },
  ],
  combinations: [
    { kind: 'kill', type: 'push', runs: 2, failedRuns: 1 },
    { kind: 'kill', type: 'record', runs: 0, failedRuns: 0 },
    { kind: 'slow', type: 'push', runs: 1, failedRuns: 0 },
  ],
  trials: [trial('kill', 'push', 'passed'), trial('slow', 'push', 'passed'), trial('kill', 'push', 'failed')],
  failing: [
    {
      kind: 'kill',
      failures: ['lost'],
      findings: [{ failure: 'lost', what: 'item 1', how: 'is missing', count: 1 }],
      story: 'Killed before item 1 was pushed: item 1 is missing.',
      replay: 'kill@push#1:before',
      isReproduced: true,
      timeline: [],
      log: 'a log',
    },
  ],
  advice: [{ failure: 'lost', text: 'Use `useState`.' }],
};

test('a report is a matrix of faults and writes', () => {
  const { columns, rows } = matrixOf(readReport(report));
  expect(columns).toEqual([
    { type: 'push', writes: 20 },
    { type: 'record', writes: 2 },
  ]);
  expect(rows.map(({ fault, cells }) => [fault, cells.map(({ kind }) => kind)])).toEqual([
    ['kill', ['tried', 'not tried']],
    ['slow', ['tried', 'none']],
  ]);
  expect(rows[0]!.cells[0]).toEqual({ kind: 'tried', runs: 2, failedRuns: 1 });
});

test('a report from before trials were recorded has its rows', () => {
  const { combinations: _, trials: __, ...old } = report;
  const read = readReport(old);
  expect(matrixOf(read).rows.map(({ all, cells }) => [all.failedRuns, cells[0]!.kind])).toEqual([
    [1, 'not known'],
    [0, 'not known'],
  ]);
  expect(trialsOf(read, { kind: 'kill', type: 'push' })).toBeUndefined();
});

test('a cell leads to its trials, those that failed first', () => {
  const read = readReport(report);
  expect(trialsOf(read, parsePair('kill@push')!)!.map(({ outcome }) => outcome)).toEqual(['failed', 'passed']);
  expect(trialsOf(read, parsePair('warm@push')!)).toEqual([]);
  for (const none of ['', 'kill', '@push', 'kill@', 'a@b@c']) expect(parsePair(none)).toBeUndefined();
});

test.each([
  ['safe', /^It lost nothing and repeated nothing in its results, under 3 faults in 13 s\.$/],
  ['unsafe', /^Its results are wrong under kill: 3 faults in 13 s were tried\.$/],
  ['unclear', /^Whether it is safe could not be told from 3 faults in 13 s\.$/],
])('the verdict %s is a sentence', (verdict, sentence) => {
  expect(headlineOf(readReport({ ...report, verdict }))).toMatch(sentence);
});

test.each([
  ['no JSON', '{'],
  ['nothing', ''],
  ['a list', '[]'],
  ['another object', '{"format":1}'],
  ['another verdict', JSON.stringify({ ...report, verdict: 'perhaps' })],
  ['another format', JSON.stringify({ ...report, format: 2 })],
])('what is no report is refused with what to do: %s', (_, text) => {
  expect(() => parseReport(text)).toThrow(ReportError);
  expect(() => parseReport(text)).toThrow(/wherry prove/);
});

test('[proof-report-1] whatever the fields of a report are, what is read of them has the form that the pages show', () => {
  const fields = Object.keys(report).filter((name) => name !== 'format' && name !== 'verdict');
  const mangled = fc
    .tuple(fc.subarray(fields, { minLength: 1 }), fc.jsonValue(), fc.boolean())
    .map(([names, value, isInList]) => ({
      ...report,
      ...Object.fromEntries(names.map((name) => [name, isInList ? [value, value] : value])),
      rows: isInList && names.includes('rows') ? [value] : report.rows,
    }));
  fc.assert(
    fc.property(mangled, (value) => {
      const read = readReport(value);
      const texts = [
        read.actor,
        ...read.reasons,
        ...read.allowed,
        ...read.advice,
        ...read.failing.flatMap(({ kind, story, replay, log }) => [kind, story, replay, log]),
        ...(read.trials ?? []).flatMap(({ replay, outcome, status }) => [replay, outcome, status]),
      ];
      const numbers = [read.seed, read.tookSecs, read.faults, read.cleanRuns, ...Object.values(read.writes)];
      expect(texts.every((text) => typeof text === 'string')).toBe(true);
      expect(numbers.every((number) => Number.isFinite(number))).toBe(true);
      expect(() => [matrixOf(read), headlineOf(read), trialsOf(read, { kind: 'kill', type: 'push' })]).not.toThrow();
    }),
  );
});
