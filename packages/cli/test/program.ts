import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const wherry = fileURLToPath(new URL('../bin/wherry.mjs', import.meta.url));

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly environment?: Record<string, string>;
  /** Whether it leads a process group, so that one signal reaches it and the program that it starts. */
  readonly leadsGroup?: boolean;
}

/** The environment without Wherry's variables. */
function environmentWith(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('WHERRY_'));
  return { ...Object.fromEntries(own), ...more };
}

/** Starts the real `wherry` in its own process. */
export function startWherry(commandLine: readonly string[], options: CallOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [wherry, ...commandLine], {
    cwd: options.cwd,
    env: environmentWith(options.environment),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.leadsGroup === true,
  });
  child.stdin!.end(options.stdin ?? '');
  return child;
}

/** Starts it in a terminal of its own, by `script`; the child is that. */
export function startInTerminal(commandLine: readonly string[]): ChildProcess {
  const line = [process.execPath, wherry, ...commandLine].map((word) => `'${word}'`).join(' ');
  return spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: environmentWith(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export const exitCodeOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', resolve));

/** Runs the real `wherry` to its end. */
export async function callWherry(commandLine: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  const child = startWherry(commandLine, options);
  const ended = exitCodeOf(child);
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { exitCode: await ended, stdout, stderr };
}
