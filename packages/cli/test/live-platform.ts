import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ApifyClient } from 'apify-client';
import { type CallOptions, callWherry, exitCodeOf, type Outcome, startWherry } from './program.ts';

export const actorFolder = (name: string): string => fileURLToPath(new URL(`./actors/${name}`, import.meta.url));

/** Inside the clone, so that Actors that are built there find the workspace's packages without an installation. */
export async function dataFolderOfTest(): Promise<string> {
  const folder = fileURLToPath(new URL('../../../.tmp', import.meta.url));
  await mkdir(folder, { recursive: true });
  return mkdtemp(path.join(folder, 'cli-'));
}

/** A platform that `wherry up` started in a process of its own. Its disposal ends it if it is still up. */
export interface LivePlatform extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly client: ApifyClient;
  /** Runs another command with this platform. */
  wherry(...commandLine: string[]): Promise<Outcome>;
  startWherry(...commandLine: string[]): ChildProcess;
  /** Runs a command with `--json` and returns its parsed stdout; it must end with exit code 0. */
  json<Answer>(...commandLine: string[]): Promise<Answer>;
  /** Sends Ctrl-C. Returns the exit code. */
  interrupt(): Promise<number | null>;
  /** Sends `kill -9`. */
  kill(): Promise<void>;
}

export const startLive = (dataFolder: string, port = '0'): Promise<LivePlatform> =>
  livePlatformOf(['up', '--port', port, '--data', dataFolder, '--json']);

/** The command line or the environment must ask for JSON. */
export async function livePlatformOf(commandLine: readonly string[], how: CallOptions = {}): Promise<LivePlatform> {
  const up = startWherry(commandLine, { ...how, leadsGroup: true });
  const ended = exitCodeOf(up);
  const { url, token } = await startedEventOf(up);
  const options: CallOptions = { environment: { WHERRY_URL: url, WHERRY_TOKEN: token } };
  // A terminal sends its signals to the whole group; a run's processes have groups of their own.
  const signal = (name: NodeJS.Signals) => {
    process.kill(-up.pid!, name);
    return ended;
  };
  return {
    url,
    token,
    client: new ApifyClient({ baseUrl: url, token, maxRetries: 0 }),
    wherry: (...commandLine) => callWherry(commandLine, options),
    startWherry: (...commandLine) => startWherry(commandLine, options),
    async json(...commandLine) {
      const { exitCode, stdout, stderr } = await callWherry([...commandLine, '--json'], options);
      if (exitCode !== 0) throw new Error(`${commandLine.join(' ')} ended with ${exitCode}: ${stderr}`);
      return JSON.parse(stdout);
    },
    interrupt: () => signal('SIGINT'),
    kill: async () => void (await signal('SIGKILL')),
    async [Symbol.asyncDispose]() {
      if (up.exitCode !== null || up.signalCode !== null) return;
      const killing = setTimeout(() => signal('SIGKILL'), 20_000);
      await signal('SIGINT');
      clearTimeout(killing);
    },
  };
}

interface StartedEvent {
  readonly event: 'started';
  readonly url: string;
  readonly token: string;
}

async function startedEventOf(up: ChildProcess): Promise<StartedEvent> {
  up.stderr!.resume();
  for await (const line of createInterface({ input: up.stdout! })) {
    // Later output that nobody reads would keep the process from closing.
    queueMicrotask(() => up.stdout!.resume());
    return JSON.parse(line);
  }
  throw new Error('the platform ended before it answered');
}
