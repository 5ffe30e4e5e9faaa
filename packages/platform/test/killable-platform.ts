import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const script = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

export interface KillablePlatform {
  readonly url: string;
  readonly pid: number;
  /** `kill -9`; answers when the process is gone, also when it was before. */
  kill(): Promise<void>;
}

/** Starts a platform in a process of its own and answers when its API does. The end of the test kills it if it is still up. */
export async function startKillable(
  dataFolder: string,
  program = script,
  ...options: string[]
): Promise<KillablePlatform> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, dataFolder, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(kill);
  return { url: await firstLineOf(child), pid: child.pid!, kill };
}

async function firstLineOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('the platform ended before it answered');
}
