import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { installedCli } from './installed-cli.ts';
import { type Call, call, type Outcome } from './program.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

export interface LoggedInCli extends AsyncDisposable {
  /** Its home folder, which is in no clone. */
  readonly home: string;
  /** A copy of an Actor of `actors/`, where a user would have it: in no other clone. */
  actor(name: 'javascript' | 'typescript'): Promise<string>;
  /** `apify …` in a folder; it must end with exit code 0. */
  apify(folder: string, ...args: string[]): Promise<Outcome>;
  json<Answer>(folder: string, ...args: string[]): Promise<Answer>;
  /** Whatever it ends with. */
  attempt(folder: string, args: readonly string[], options?: Pick<Call, 'interruptAt'>): Promise<Outcome>;
}

/** The stock CLI with a home folder of its own, after `apify login --token`. */
export async function logIn(
  { url, token }: { url: string; token: string },
  { templateList }: { templateList: boolean },
): Promise<LoggedInCli> {
  const program = await installedCli();
  const home = await mkdtemp(path.join(tmpdir(), 'wherry-apify-cli-'));
  const preload = `--import=${pathToFileURL(path.join(here, 'template-list.mjs'))}`;
  const { CI: _, ...own } = process.env;
  const environment = {
    ...own,
    HOME: home,
    APIFY_CLIENT_BASE_URL: url,
    NO_COLOR: '1',
    APIFY_DISABLE_KEYRING: '1',
    APIFY_CLI_DISABLE_TELEMETRY: '1',
    APIFY_CLI_SKIP_UPDATE_CHECK: '1',
    NODE_OPTIONS: templateList ? preload : '',
  };
  const cli: LoggedInCli = {
    home,
    async actor(name) {
      const folder = path.join(home, name);
      await cp(path.join(here, 'actors', name), folder, { recursive: true });
      return folder;
    },
    attempt: (cwd, args, options) => call(process.execPath, [program, ...args], { cwd, environment, ...options }),
    async apify(folder, ...args) {
      const outcome = await cli.attempt(folder, args);
      expect(outcome.exitCode, `apify ${args.join(' ')}\n${outcome.output}`).toBe(0);
      return outcome;
    },
    async json(folder, ...args) {
      return JSON.parse((await cli.apify(folder, ...args)).stdout);
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
  await cli.apify(home, 'login', '--token', token);
  return cli;
}
