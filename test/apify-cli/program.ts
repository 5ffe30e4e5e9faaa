import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Of both streams. */
  readonly output: string;
}

export interface Call {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Sends the program Ctrl-C as soon as its output has this. */
  readonly interruptAt?: string;
}

/** What a program comes to. */
export async function call(file: string, args: readonly string[], options: Call): Promise<Outcome> {
  const { cwd, environment, interruptAt } = options;
  const child = spawn(file, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, output] = ['', ''];
  const take = (stream: Readable, add: (text: string) => void) =>
    stream.setEncoding('utf8').on('data', (text: string) => {
      add(text);
      const isNew = !output.includes(interruptAt ?? '');
      output += text;
      if (isNew && output.includes(interruptAt!)) child.kill('SIGINT');
    });
  take(child.stdout, (text) => {
    stdout += text;
  });
  take(child.stderr, () => undefined);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  return { exitCode, stdout, output };
}
