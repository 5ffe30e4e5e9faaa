/**
 * A report of `wherry prove`, read as what it is: a file of somebody. Pure.
 *
 * [proof-report-1] every field that is shown has been checked; what has another form than it should is left out, or the whole is
 *     refused when nothing is left to show.
 */
import { formatCount, formatDuration } from './format.ts';
import type { Tone } from './status.ts';

const verdicts = ['safe', 'unsafe', 'unclear'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Finding {
  readonly failure: string;
  readonly what: string;
  readonly how: string;
  readonly count: number;
}

export interface Trial {
  readonly replay: string;
  readonly injected: readonly { readonly kind: string; readonly type: string }[];
  readonly outcome: string;
  readonly status: string;
  readonly durationMs: number;
  readonly findings: readonly Finding[];
  readonly moreFindings: number;
  readonly log: string | null;
}

export interface FailingCase {
  readonly kind: string;
  readonly story: string;
  readonly replay: string;
  readonly isReproduced: boolean | null;
  readonly findings: readonly Finding[];
  readonly log: string;
}

interface Combination {
  readonly kind: string;
  readonly type: string;
  readonly runs: number;
  readonly failedRuns: number;
}

export interface Report {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly actor: string;
  readonly seed: number;
  readonly tookSecs: number;
  readonly faults: number;
  readonly cleanRuns: number;
  readonly cleanMs: number;
  readonly writes: Readonly<Record<string, number>>;
  readonly allowed: readonly string[];
  readonly rows: readonly { readonly kind: string; readonly runs: number; readonly failedRuns: number }[];
  /** Undefined in reports of versions before they were recorded. */
  readonly combinations: readonly Combination[] | undefined;
  readonly trials: readonly Trial[] | undefined;
  readonly failing: readonly FailingCase[];
  readonly advice: readonly string[];
}

/** What is wrong with a file, and what to do. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

export const maxReportBytes = 20 * 1024 * 1024;

/** @throws ReportError for what is no report */
export function parseReport(text: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ReportError(`This is not JSON. ${howToMake}`);
  }
  return readReport(value);
}

const howToMake = 'Make a report with `wherry prove FOLDER --json > report.json`, or open verdict.json of `--report`.';

/** @throws ReportError for what is no report */
export function readReport(value: unknown): Report {
  const report = objectOf(value);
  if (report === undefined || !verdicts.includes(report.verdict as Verdict) || !Array.isArray(report.rows))
    throw new ReportError(`This is no report of wherry prove. ${howToMake}`);
  if (report.format !== 1)
    throw new ReportError(
      'The report is of another version of wherry prove than this console reads. Prove the Actor again.',
    );
  return {
    verdict: report.verdict as Verdict,
    reasons: textsOf(report.reasons),
    actor: textOf(report.actor),
    seed: numberOf(report.seed),
    tookSecs: numberOf(report.tookSecs),
    faults: numberOf(report.faults),
    cleanRuns: numberOf(report.cleanRuns),
    cleanMs: numberOf(report.cleanMs),
    writes: countsOf(report.writes),
    allowed: textsOf(report.allowed),
    rows: listOf(report.rows, (row) => ({ kind: textOf(row.kind), ...runsOf(row) })),
    combinations: Array.isArray(report.combinations)
      ? listOf(report.combinations, (each) => ({ kind: textOf(each.kind), type: textOf(each.type), ...runsOf(each) }))
      : undefined,
    trials: Array.isArray(report.trials) ? listOf(report.trials, trialOf) : undefined,
    failing: listOf(report.failing, (each) => ({
      kind: textOf(each.kind),
      story: textOf(each.story),
      replay: textOf(each.replay),
      isReproduced: typeof each.isReproduced === 'boolean' ? each.isReproduced : null,
      findings: listOf(each.findings, findingOf),
      log: textOf(each.log),
    })),
    advice: listOf(report.advice, (each) => textOf(each.text)).filter((text) => text !== ''),
  };
}

const trialOf = (trial: Fields): Trial => ({
  replay: textOf(trial.replay),
  injected: listOf(trial.injected, (each) => ({ kind: textOf(each.kind), type: textOf(each.type) })),
  outcome: textOf(trial.outcome),
  status: textOf(trial.status),
  durationMs: numberOf(trial.durationMs),
  findings: listOf(trial.findings, findingOf),
  moreFindings: numberOf(trial.moreFindings),
  log: typeof trial.log === 'string' ? trial.log : null,
});

const findingOf = (finding: Fields): Finding => ({
  failure: textOf(finding.failure),
  what: textOf(finding.what),
  how: textOf(finding.how),
  count: numberOf(finding.count),
});

type Fields = Readonly<Record<string, unknown>>;

const runsOf = ({ runs, failedRuns }: Fields) => ({ runs: numberOf(runs), failedRuns: numberOf(failedRuns) });

const objectOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const numberOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

function listOf<Item>(value: unknown, read: (fields: Fields) => Item): Item[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) => {
    const fields = objectOf(each);
    return fields === undefined ? [] : [read(fields)];
  });
}

const countsOf = (value: unknown): Record<string, number> =>
  Object.fromEntries(
    Object.entries(objectOf(value) ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );

export const verdictTexts: Readonly<Record<Verdict, { readonly tone: Tone; readonly text: string }>> = {
  safe: { tone: 'ok', text: 'Safe' },
  unsafe: { tone: 'failed', text: 'Unsafe' },
  unclear: { tone: 'late', text: 'Could not tell' },
};

/** The verdict in a sentence. */
export function headlineOf({ verdict, failing, faults, tookSecs }: Report): string {
  const facts = `${formatCount(faults, 'fault')} in ${formatDuration(tookSecs * 1000)}`;
  switch (verdict) {
    case 'safe':
      return `It lost nothing and repeated nothing in its results, under ${facts}.`;
    case 'unsafe':
      return `Its results are wrong under ${failing.map(({ kind }) => kind).join(', ') || 'faults'}: ${facts} were tried.`;
    case 'unclear':
      return `Whether it is safe could not be told from ${facts}.`;
  }
}

/** What a kind of fault does. */
export const faultTexts: Readonly<Record<string, string>> = {
  warm: 'moved by a warm handoff',
  cold: 'moved by a cold handoff',
  kill: 'killed',
  frozen: 'frozen, replaced and thawed later',
  'lost-answer': 'the response of a write is lost',
  'sent-twice': 'a write is sent twice',
  deaf: 'its events stream is cut, and it is moved without notice',
  'platform-kill': 'the platform is killed and restarted',
  burst: 'a burst of 429 and 5xx responses',
  slow: 'the storage becomes slow',
};

export type Cell =
  | { readonly kind: 'tried'; readonly runs: number; readonly failedRuns: number }
  | { readonly kind: 'not tried' }
  /** The fault would show nothing at such a write. */
  | { readonly kind: 'none' }
  /** The report does not have it. */
  | { readonly kind: 'not known' };

export interface Matrix {
  /** Types of writes. */
  readonly columns: readonly { readonly type: string; readonly writes: number }[];
  readonly rows: readonly {
    readonly fault: string;
    readonly all: { readonly runs: number; readonly failedRuns: number };
    readonly cells: readonly Cell[];
  }[];
}

/** Kinds of faults by types of writes. */
export function matrixOf({ rows, writes, combinations }: Report): Matrix {
  const types = [...new Set([...Object.keys(writes), ...(combinations ?? []).map(({ type }) => type)])];
  const byPair = new Map((combinations ?? []).map((each) => [pairOf(each.kind, each.type), each]));
  const cellOf = (kind: string, type: string): Cell => {
    if (combinations === undefined) return { kind: 'not known' };
    const found = byPair.get(pairOf(kind, type));
    if (found === undefined) return { kind: 'none' };
    return found.runs === 0
      ? { kind: 'not tried' }
      : { kind: 'tried', runs: found.runs, failedRuns: Math.min(found.failedRuns, found.runs) };
  };
  return {
    columns: types.map((type) => ({ type, writes: writes[type] ?? 0 })),
    rows: rows.map(({ kind, runs, failedRuns }) => ({
      fault: kind,
      all: { runs, failedRuns },
      cells: types.map((type) => cellOf(kind, type)),
    })),
  };
}

const pairOf = (kind: string, type: string): string => `${kind}@${type}`;

/** `kill@push`, as it is in the address. Undefined for what is none. */
export function parsePair(text: string): { readonly kind: string; readonly type: string } | undefined {
  const [kind, type, ...more] = text.split('@');
  return kind && type && more.length === 0 ? { kind, type } : undefined;
}

/** The trials in which a fault was injected at such a write, those that failed first. Undefined when the report has none. */
export function trialsOf(
  { trials }: Report,
  pair: { readonly kind: string; readonly type: string },
): Trial[] | undefined {
  return trials
    ?.filter(({ injected }) => injected.some(({ kind, type }) => kind === pair.kind && type === pair.type))
    .toSorted((one, other) => Number(other.outcome === 'failed') - Number(one.outcome === 'failed'));
}
