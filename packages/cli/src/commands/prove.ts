import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Case, type Failure, type FaultKind, failureNames, failures, faultKinds, parseCase } from '@wherry/prover';
import { type Command, Option } from 'commander';
import { badUsage } from '../failure.ts';
import { readInput } from '../run-input.ts';
import type { ConnectionFlags } from '../settings.ts';
import { helpOf, wholeNumber } from './command.ts';

interface ProveFlags extends ConnectionFlags {
  readonly input?: string;
  readonly seed?: number;
  readonly budget: number;
  readonly faults?: readonly FaultKind[];
  readonly faultsPerRun?: number;
  readonly maxFaults?: number;
  readonly charge?: readonly string[];
  readonly ignore?: readonly string[];
  readonly reads?: readonly string[];
  readonly allow?: readonly Failure[];
  readonly replay?: Case;
  readonly report?: string;
  readonly json?: boolean;
  readonly asApify?: boolean;
  readonly publish?: boolean;
  readonly build?: string;
}

export function addProve(program: Command): void {
  program
    .command('prove <folder>')
    .description('run the Actor in a folder with faults at its writes, and report what they do to its results')
    .option('--input <json>', 'the input: JSON, a file, or - for stdin')
    .addOption(new Option('--seed <number>', 'the seed for the order of the faults').argParser(wholeNumber).default(1))
    .addOption(
      new Option('--budget <time>', 'the time for the proof: 90s, 5m, 1h').argParser(seconds).default(300, '5m'),
    )
    .addOption(
      new Option('--faults <kinds>', `the kinds of fault, separated by commas: ${faultKinds.join(',')}`).argParser(
        kindsOf,
      ),
    )
    .addOption(
      new Option('--faults-per-run <count>', 'the number of faults in one run (default: 1)').argParser(wholeNumber),
    )
    .addOption(
      new Option('--max-faults <count>', 'end after this many faults, even if there is time').argParser(wholeNumber),
    )
    .option('--charge <events...>', 'the events of the price list (default: those in .actor/pay_per_event.json)')
    .option('--ignore <paths...>', 'paths that may differ: crawledAt, rows[].time, STATE.restarts')
    .option('--reads <paths...>', 'requests that only read, although they are POSTs: /graphql, /api/*, host/search')
    .addOption(
      new Option(
        '--allow <failures...>',
        `failures to accept: ${failures.map((each) => failureNames[each]).join(' ')}`,
      ).argParser(allowedOf),
    )
    .addOption(new Option('--replay <case>', 'try only this case, in the form of the report').argParser(caseOf))
    .option('--report <folder>', 'write report.html, report.junit.xml and verdict.json to this folder')
    .option('--as-apify', 'accept no commits, as on Apify')
    .option('--publish', 'send the report to the platform, for its Actor with the name of this one')
    .option('--build <number>', 'the build of that Actor that the report is about, such as 0.1.7')
    .option('--url <url>', 'the platform for --publish (default: http://127.0.0.1:8010, env: WHERRY_URL)')
    .option('--token <token>', 'its API token (default: the one in ./data/token, env: WHERRY_TOKEN)')
    .option('--json', 'write only JSON to stdout')
    .addHelpText(
      'after',
      helpOf([
        'prove ./my-crawler --input input.json --budget 2m --report proof',
        'prove . --faults kill,warm --seed 7',
        'prove . --replay kill@push#17:after',
        'prove . --publish',
      ]),
    )
    .action(run);
}

async function run(folder: string, flags: ProveFlags): Promise<void> {
  const input = flags.input === undefined ? undefined : await readInput(sourceOf(flags.input));
  const chargedEvents = flags.charge ?? (await readChargedEvents(folder));
  const { seed, budget: budgetSecs, faults, faultsPerRun, maxFaults } = flags;
  const { ignore, reads, allow, replay, report, json, asApify, publish, build } = flags;
  if (build !== undefined && publish !== true)
    throw badUsage('--build says what --publish is about. Give both, or neither.');
  const { proveActor } = await import('../prove.ts');
  process.exitCode = await proveActor({
    folder,
    budgetSecs,
    chargedEvents,
    json: json === true,
    reportFolder: report,
    takesCommits: asApify !== true,
    publication: publish === true ? { connection: flags, build: build ?? null } : undefined,
    ...(input !== undefined && { input: input as never }),
    ...(seed !== undefined && { seed }),
    ...(faults !== undefined && { kinds: faults }),
    ...(faultsPerRun !== undefined && { faultsPerRun }),
    ...(maxFaults !== undefined && { maxFaults }),
    ...(ignore !== undefined && { ignored: ignore }),
    ...(reads !== undefined && { reads }),
    ...(allow !== undefined && { allowed: allow }),
    ...(replay !== undefined && { replay }),
    replayWith: (text) => replayCommand(folder, flags, text),
  });
}

/** Elsewhere in `wherry` a file name needs a leading @. Here it is optional. */
const sourceOf = (text: string): string => (/^\s*[[{"@]|^-$/.test(text) ? text : `@${text}`);

function replayCommand(folder: string, { input, charge, ignore, reads, asApify }: ProveFlags, replay: string): string {
  return [
    `wherry prove ${quoted(folder)}`,
    ...(input === undefined ? [] : [`--input ${quoted(input)}`]),
    ...(charge === undefined ? [] : [`--charge ${charge.map(quoted).join(' ')}`]),
    ...(ignore === undefined ? [] : [`--ignore ${ignore.map(quoted).join(' ')}`]),
    ...(reads === undefined ? [] : [`--reads ${reads.map(quoted).join(' ')}`]),
    ...(asApify === true ? ['--as-apify'] : []),
    `--replay ${quoted(replay)}`,
  ].join(' ');
}

/** Quotes the text for a shell, if that is necessary. */
const quoted = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const unitSecs: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function seconds(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const secs = Number(count) * (unitSecs[unit ?? ''] ?? 0);
  if (secs > 0) return secs;
  throw badUsage(`--budget must be a time such as 90s, 5m or 1h, but is "${text}".`);
}

function kindsOf(text: string): FaultKind[] {
  return text.split(',').map((each) => {
    const kind = faultKinds.find((known) => known === each.trim());
    if (kind === undefined) throw badUsage(`"${each}" is not a kind of fault. Use one of: ${faultKinds.join(', ')}.`);
    return kind;
  });
}

function allowedOf(text: string, previous: readonly Failure[] | undefined): Failure[] {
  const allowed = text.split(',').map((each) => {
    const failure = failures.find((known) => failureNames[known] === each.trim());
    if (failure !== undefined) return failure;
    throw badUsage(
      `"${each}" is not a failure. Use one of: ${failures.map((known) => failureNames[known]).join(', ')}.`,
    );
  });
  return [...(previous ?? []), ...allowed];
}

function caseOf(text: string): Case {
  try {
    return parseCase(text);
  } catch (error) {
    throw badUsage(`--replay: ${(error as Error).message}.`);
  }
}

/** The names of the events that `.actor/pay_per_event.json` prices; none without that file. */
async function readChargedEvents(folder: string): Promise<string[]> {
  const file = path.join(folder, '.actor', 'pay_per_event.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  try {
    const listed = JSON.parse(text) as object | object[];
    return [listed].flat().flatMap((prices) => Object.keys(prices));
  } catch (error) {
    throw badUsage(`${file} is not JSON: ${(error as Error).message}.`);
  }
}
