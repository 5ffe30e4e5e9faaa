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

export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
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

/** All processes except zombies. Empty where there is no `/proc`, as on macOS. */
export async function readProcesses(): Promise<ProcessEntry[]> {
  const names = await readdir('/proc').catch(() => []);
  const entries = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name))),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** Kills all processes of a group. Does nothing when there are none. */
export function killGroup(groupId: number): void {
  killProcess(-groupId);
}

/** Does nothing when there is no such process. @throws Error with the code EPERM when it belongs to another user */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
