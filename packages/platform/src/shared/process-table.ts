import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** Fields of a process from `/proc/PID/stat` on Linux. Source: proc(5). */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentId: number;
  readonly groupId: number;
  readonly sessionId: number;
  /** Clock ticks from boot to the start of the process. With the pid it identifies a process until the next boot. */
  readonly startTicks: number;
  readonly cpuTicks: number;
  readonly residentPages: number;
}

/** Undefined when there is no such process, or only a zombie. @throws Error for lack of file handles or memory */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  return entryOf(pid, await readFile(`/proc/${pid}/stat`, 'utf8').catch(undefinedIfHidden));
}

/** As `readProcess`, without a pause in which the process could end. */
export function readProcessNow(pid: number): ProcessEntry | undefined {
  try {
    return entryOf(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return undefinedIfHidden(error as NodeJS.ErrnoException);
  }
}

/** The ids of all processes, zombies included. Empty where there is no `/proc`. @throws as `readProcesses` */
export function processIdsNow(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch (error) {
    return undefinedIfHidden(error as NodeJS.ErrnoException) ?? [];
  }
}

function entryOf(pid: number, stat: string | undefined): ProcessEntry | undefined {
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, which may contain any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  if (fields[0] === 'Z') return undefined;
  return {
    pid,
    parentId: field(4),
    groupId: field(5),
    sessionId: field(6),
    startTicks: field(22),
    cpuTicks: field(14) + field(15),
    residentPages: field(24),
  };
}

/**
 * All processes except zombies. Empty where there is no `/proc`, as on macOS.
 * @throws Error for lack of file handles or memory
 */
export async function readProcesses(): Promise<ProcessEntry[]> {
  const names = (await readdir('/proc').catch(undefinedIfHidden)) ?? [];
  const entries = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** A process that has ended meanwhile, or belongs to a user who hides it. */
function undefinedIfHidden(error: NodeJS.ErrnoException): undefined {
  if (!['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) throw error;
}

/** Kills all processes of a group. Does nothing when there are none. */
export function killGroup(groupId: number): void {
  killProcess(-groupId);
}

/** Asks all processes of a group to end. Does nothing when there are none, or they belong to another user. */
export function terminateGroup(groupId: number): void {
  sendSignal(-groupId, 'SIGTERM');
}

/** Does nothing when there is no such process. Returns false when it belongs to another user. */
export function killProcess(pid: number): boolean {
  return sendSignal(pid, 'SIGKILL');
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    return code !== 'EPERM';
  }
}
