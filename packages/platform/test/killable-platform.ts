import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

export interface KillablePlatform {
  readonly url: string;
  readonly pid: number;
  /** `kill -9`; answers when the process is gone. */
  kill(): Promise<void>;
}

/** Starts a platform in a process of its own and answers when its API does. */
export async function startKillable(
  dataFolder: string,
  program = script,
  ...options: string[]
): Promise<KillablePlatform> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, dataFolder, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await firstLineOf(child);
  return {
    url,
    pid: child.pid!,
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function firstLineOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('the platform ended before it answered');
}
