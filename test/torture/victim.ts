import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileCache } from '../support/compile-cache.ts';
import { fill } from '../support/fill-disk.ts';

const call = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const wherry = path.join(root, 'packages', 'cli', 'src', 'main.ts');
const responseTally = fileURLToPath(new URL('./response-tally.ts', import.meta.url));
const fakeTime = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file));

export const token = 'token-of-the-torture';
/** Room for the logs of an hour of runs, and for copies of their builds. */
const diskMbytes = 400;
const pageBytes = 4096;
/** A start on a machine with two busy cores. */
const startSecs = 120;
/** `wherry up` gives its runs 8 s to end what they do, and then ends them. */
const endSecs = 90;

export interface VictimOptions {
  readonly memoryMbytes: number;
}

/**
 * The platform that is tortured: `wherry up` in a process of its own, on a small disk of its own, with a wall clock that can
 * be set. `problems` takes what must not happen to it: that it ends by itself, does not start, or does not end.
 */
export class Victim {
  readonly folder: string;
  readonly dataFolder: string;
  readonly url: string;
  /** What cannot be tried on this machine, and why. */
  readonly skipped: string[] = [];
  readonly problems: string[] = [];
  readonly pids: number[] = [];
  readonly #port: number;
  readonly #memoryMbytes: number;
  #isDiskOwn = false;
  #child: ChildProcess | undefined;
  #freeDisk: (() => Promise<void>) | undefined;

  private constructor(folder: string, port: number, { memoryMbytes }: VictimOptions) {
    this.folder = folder;
    this.dataFolder = path.join(folder, 'disk', 'data');
    this.url = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#memoryMbytes = memoryMbytes;
  }

  static async open(options: VictimOptions): Promise<Victim> {
    // Below the clone, so that Actors that are built there find the workspace's packages.
    await mkdir(path.join(root, '.tmp'), { recursive: true });
    const folder = await mkdtemp(path.join(root, '.tmp', 'torture-'));
    const victim = new Victim(folder, await freePort(), options);
    await victim.#prepare();
    return victim;
  }

  async #prepare(): Promise<void> {
    const disk = path.join(this.folder, 'disk');
    await mkdir(disk);
    await mkdir(path.join(this.folder, 'tmp'));
    await this.setClock(0);
    try {
      await call('mount', ['-t', 'tmpfs', '-o', `size=${diskMbytes}m`, 'tmpfs', disk]);
      this.#isDiskOwn = true;
    } catch (error) {
      this.skipped.push(`full disks: this process may not mount one (${(error as Error).message.trim()})`);
    }
    if (fakeTime === undefined) this.skipped.push('clocks that are set: libfaketime is not installed');
    await call('prlimit', ['--version']).catch(() => this.skipped.push('file handles: there is no prlimit'));
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  get canFillDisk(): boolean {
    return this.#isDiskOwn;
  }

  get canSetClock(): boolean {
    return fakeTime !== undefined;
  }

  /** Resolves when the API responds. */
  async start(): Promise<void> {
    const flags = ['--port', String(this.#port), '--data', this.dataFolder, '--memory', String(this.#memoryMbytes)];
    const program = ['--disable-warning=ExperimentalWarning', '--import', responseTally, wherry, 'up', '--json'];
    const errorFile = openSync(path.join(this.folder, 'stderr'), 'a');
    const child = spawn(process.execPath, [...program, ...flags], {
      cwd: root,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', errorFile],
    });
    closeSync(errorFile);
    this.pids.push(child.pid!);
    child.once('exit', (code, signal) => {
      // Whoever ends it takes it first.
      if (this.#child !== child) return;
      this.#child = undefined;
      this.problems.push(`the platform ended by itself with ${signal ?? `exit code ${code}`}${this.#lastErrors()}`);
    });
    const lines = createInterface({ input: child.stdout! });
    const isStarted = await Promise.race([
      new Promise((resolve) => lines.once('line', () => resolve(true)).once('close', () => resolve(false))),
      delay(startSecs * 1000, false, { ref: false }),
    ]);
    child.stdout!.resume();
    if (isStarted) {
      this.#child = child;
      return;
    }
    child.kill('SIGKILL');
    throw new Error(`the platform did not start within ${startSecs} s${this.#lastErrors()}`);
  }

  #environment(): NodeJS.ProcessEnv {
    const { PATH, HOME, LANG } = process.env;
    const clock = {
      LD_PRELOAD: fakeTime,
      FAKETIME_TIMESTAMP_FILE: path.join(this.folder, 'clock'),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
      NO_FAKE_STAT: '1',
    };
    return {
      PATH,
      HOME,
      LANG,
      TMPDIR: path.join(this.folder, 'tmp'),
      NODE_COMPILE_CACHE: compileCache,
      WHERRY_TOKEN: token,
      WHERRY_TORTURE_RESPONSES: path.join(this.folder, 'responses'),
      ...(this.canSetClock && clock),
    };
  }

  #lastErrors(): string {
    const errors = readFileSync(path.join(this.folder, 'stderr'), 'utf8').slice(-2000);
    return errors === '' ? '' : `: ${errors}`;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ctrl-C. */
  async stop(): Promise<void> {
    const code = await this.#end('SIGINT');
    if (code !== undefined && code !== 0)
      this.problems.push(`Ctrl-C ended with exit code ${code}${this.#lastErrors()}`);
  }

  /** The exit code; undefined when it was not up. */
  async #end(signal: NodeJS.Signals): Promise<number | null | undefined> {
    const child = this.#child;
    if (child === undefined) return undefined;
    this.#child = undefined;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    const late = Symbol('late');
    const end = await Promise.race([ended, delay(endSecs * 1000, late, { ref: false })]);
    if (end !== late) return end as number | null;
    this.problems.push(`the platform did not end within ${endSecs} s after ${signal}`);
    child.kill('SIGKILL');
    return ended;
  }

  /** Stops the process, and lets it continue: a machine that sleeps. */
  async pause(ms: number): Promise<void> {
    const child = this.#child;
    child?.kill('SIGSTOP');
    await delay(ms);
    child?.kill('SIGCONT');
  }

  /** To be called again only after `freeDisk`. */
  async fillDisk(): Promise<void> {
    this.#freeDisk = await fill(path.join(this.folder, 'disk'), pageBytes);
  }

  async freeDisk(): Promise<void> {
    const free = this.#freeDisk;
    this.#freeDisk = undefined;
    await free?.();
  }

  /** @param offsetSecs between its wall clock and the machine's */
  async setClock(offsetSecs: number): Promise<void> {
    await writeFile(path.join(this.folder, 'clock'), `${offsetSecs < 0 ? '' : '+'}${offsetSecs}\n`);
  }

  /** Leaves the platform so many more file handles than it has open. */
  async limitHandles(more: number): Promise<void> {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    if (open.length > 0) await this.#setHandles(pid, open.length + more);
  }

  async giveHandlesBack(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid !== undefined) await this.#setHandles(pid, await hardLimit(pid));
  }

  /** It may be gone meanwhile. */
  async #setHandles(pid: number, count: number): Promise<void> {
    await call('prlimit', ['--pid', String(pid), `--nofile=${count}:`]).catch(() => undefined);
  }

  /** The responses of 500 and above, each once with its count. */
  async badResponses(): Promise<ReadonlyMap<string, number>> {
    const lines = (await readFile(path.join(this.folder, 'responses'), 'utf8').catch(() => '')).split('\n');
    const counts = new Map<string, number>();
    for (const line of lines.filter(Boolean)) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  }

  async remove(): Promise<void> {
    await this.kill();
    if (this.#isDiskOwn) await call('umount', ['-l', path.join(this.folder, 'disk')]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function hardLimit(pid: number): Promise<number> {
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8').catch(() => '');
  return Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? 1024);
}

/** Below those that outgoing connections get, since it must be free for each restart. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 5000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
