import { spawn } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import path from 'node:path';
import { LineSplitter } from '../../shared/line-splitter.ts';
import { killGroup, readProcesses } from '../../shared/process-table.ts';

export interface BuildCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/**
 * Runs a command in its own process group. Resolves with its exit code.
 * @throws the signal's reason when it is aborted; the group is killed
 */
export async function runBuildCommand(command: BuildCommand): Promise<number> {
  const { file, args, folder, environment, signal, onLine } = command;
  signal.throwIfAborted();
  const child = spawn(file, args, {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  signal.addEventListener('abort', kill, { once: true });
  for (const output of [child.stdout, child.stderr]) {
    const lines = new LineSplitter(onLine);
    output.on('data', (chunk: Buffer) => lines.write(chunk)).on('end', () => lines.end());
  }
  try {
    const code = await new Promise<number>((resolve, reject) => {
      let exitCode = 1;
      child.once('error', reject);
      child.once('exit', (given) => {
        exitCode = given ?? 1;
        // Processes that the command left behind would keep its output open.
        kill();
      });
      child.once('close', () => resolve(exitCode));
    });
    signal.throwIfAborted();
    return code;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/**
 * Ends the processes in `folders` that a previous platform process left running. They are found by their working
 * folder: a process id could be missing after a crash between start and record, or belong to another program by now.
 */
export async function killOrphans(folders: readonly string[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const own = (await readProcesses()).find(({ pid }) => pid === process.pid);
  for (const entry of await readProcesses()) {
    const folder = await readlink(`/proc/${entry.pid}/cwd`).catch(() => '');
    const isInside = folders.some((each) => folder === each || folder.startsWith(`${each}${path.sep}`));
    if (isInside && entry.groupId !== own?.groupId) killGroup(entry.groupId);
  }
}
