import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  caseText,
  type ProveOptions,
  type Progress as Proving,
  prove,
  reportHtml,
  reportJunit,
  reportText,
  type Verdict,
} from '@wherry/prover';
import { isActorFolder } from './actor/actor-folder.ts';
import { deploy } from './actor/deploy.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { badUsage, Failure, failureOf } from './failure.ts';
import { connect } from './platform/connection.ts';
import { findTarget, type Publication, publish } from './publish-proof.ts';
import { interruption } from './terminal/interruption.ts';
import { printJson, printNote, printResult, tableOf } from './terminal/output.ts';
import { Progress } from './terminal/progress.ts';

export interface ProveActorOptions extends Omit<ProveOptions, 'deploy' | 'folder' | 'signal' | 'onProgress' | 'actor'> {
  /** The Actor's folder. */
  readonly folder: string;
  readonly json: boolean;
  /** The folder for the reports; undefined for no reports. */
  readonly reportFolder: string | undefined;
  /** Returns the command line that tries only this case. */
  readonly replayWith: (replay: string) => string;
  /** Undefined when the report is sent nowhere. */
  readonly publication: Publication | undefined;
}

/** Proves the Actor in a folder, and prints or writes the verdict. Resolves with the exit code. */
export async function proveActor(request: ProveActorOptions): Promise<ExitCode> {
  const { folder, json, reportFolder, replayWith, publication, ...options } = request;
  if (!(await isActorFolder(folder))) {
    throw badUsage(`${folder} has neither .actor/actor.json nor package.json. Name the folder of an Actor.`);
  }
  if (reportFolder !== undefined) await makeFolder(reportFolder);
  // Before the proof, which takes minutes.
  const target = publication && (await findTarget(publication, folder));
  const interrupted = interruption();
  interrupted.second.addEventListener('abort', () => process.exit(exitCodes.badUsage));
  const progress = new Progress(process.stderr);
  const workFolder = await mkdtemp(path.join(tmpdir(), 'wherry-prove-'));
  try {
    const verdict = await prove({
      ...options,
      actor: path.basename(path.resolve(folder)),
      folder: workFolder,
      signal: interrupted.first,
      deploy: (address) => deployPrivately(address, folder, progress),
      onProgress: (state) => show(progress, state, options.budgetSecs ?? 300),
    });
    progress.clear();
    if (reportFolder !== undefined) await writeReports(verdict, reportFolder, replayWith);
    if (json) printJson(verdict);
    else printResult(reportText(verdict, tableOf, replayWith));
    if (reportFolder !== undefined && !json) printResult(`Report: ${path.join(reportFolder, 'report.html')}`);
    if (target !== undefined) await publish(target, verdict, interrupted.first);
    return exitCodeOf(verdict);
  } finally {
    progress.clear();
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Prints the end of the build's log when the build fails, because the private platform is removed with its logs. */
async function deployPrivately(
  { url, token }: { url: string; token: string },
  folder: string,
  progress: Progress,
): Promise<string> {
  const lines: string[] = [];
  try {
    const { actorId } = await deploy(connect(url, token), folder, (line) => {
      lines.push(line);
      progress.update(line);
    });
    return actorId;
  } catch (error) {
    const { exitCode, message } = failureOf(error);
    if (exitCode !== exitCodes.notSucceeded) throw error;
    progress.clear();
    for (const line of lines.slice(-shownLogLines)) printNote(line);
    const summary = message.split('.')[0];
    throw new Failure(exitCodes.badUsage, `${summary}. The log above says why.`, { cause: error });
  }
}

const shownLogLines = 20;

/** An unclear verdict has the exit code of bad usage: in both cases nothing is known about the Actor. */
const exitCodeOf = ({ verdict }: Verdict): ExitCode =>
  ({ safe: exitCodes.ok, unsafe: exitCodes.notSucceeded, unclear: exitCodes.badUsage })[verdict];

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw badUsage(`${folder} cannot be used as the folder of the report (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function writeReports(verdict: Verdict, folder: string, replayWith: (replay: string) => string): Promise<void> {
  await writeFile(path.join(folder, 'report.html'), reportHtml(verdict, replayWith));
  await writeFile(path.join(folder, 'report.junit.xml'), reportJunit(verdict));
  await writeFile(path.join(folder, 'verdict.json'), `${JSON.stringify(verdict, undefined, 2)}\n`);
}

const phases: Readonly<Record<Proving['phase'], string>> = {
  deploying: 'Deploying to a private platform',
  clean: 'Running without faults',
  faults: 'Faults',
  shrinking: 'Simplifying failing cases',
};

function show(progress: Progress, { phase, faults, failedRuns, elapsedSecs, last }: Proving, budgetSecs: number): void {
  const counts = faults === 0 ? '' : `: ${faults} faults, ${failedRuns} runs failed`;
  const time = ` (${Math.round(elapsedSecs)} of ${budgetSecs} s)`;
  const tried = last === undefined ? '' : `, ${caseText(last.faults)}`;
  progress.update(`${phases[phase]}${counts}${time}${tried}`, { always: last === undefined });
}
