import { type ChildProcess, spawn } from 'node:child_process';
import { cp, lstat, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { attemptKey } from '../../shared/attempt-key.ts';
import { LineSplitter } from '../../shared/line-splitter.ts';
import { killGroup, readProcess, readProcesses } from '../../shared/process-table.ts';
import type { ContainerEvent, ContainerRef, ContainerSpec, Engine } from '../engine.ts';

/** Waits until fd 3 says that the reference is stored; ends when the platform died before that [engine-1]. */
const holdScript = 'read -r go <&3 || exit 1; exec 3<&-; exec "$@"';
const telemetryMs = 1000;
const ticksPerSecond = 100;
const pageBytes = 4096;

interface Container {
  readonly spec: ContainerSpec;
  readonly child: ChildProcess;
  readonly folder: string;
  cpuTicks: number;
}

/**
 * The embedded engine: each attempt is a process group on this machine, in a working folder of its own. It isolates
 * nothing, so it is for trusted code. A server is a local slot; all containers end with this process.
 */
export class ProcessEngine implements Engine {
  readonly name = 'process';
  readonly #servers: readonly string[];
  readonly #workFolder: string;
  readonly #containers = new Map<string, Container>();
  readonly #timer: NodeJS.Timeout;
  /** Starts and removals of folders in progress. */
  readonly #pending = new Set<Promise<unknown>>();
  #isClosed = false;
  #listener: (event: ContainerEvent) => void = () => undefined;

  constructor(options: { servers: number; workFolder: string }) {
    this.#servers = Array.from({ length: options.servers }, (_, index) => `local-${index + 1}`);
    this.#workFolder = options.workFolder;
    this.#timer = setInterval(() => void this.#measure(), telemetryMs);
    this.#timer.unref();
  }

  servers(): readonly string[] {
    return this.#servers;
  }

  listen(listener: (event: ContainerEvent) => void): void {
    this.#listener = listener;
  }

  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    return this.#track(this.#start(spec, record));
  }

  async #start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    const { program } = spec;
    if (program.kind !== 'folder')
      throw new Error('The build is an image for the docker engine. Build the Actor again.');
    const folder = await this.#prepareFolder(spec, program.folder);
    this.#checkOpen();
    const { file, args } = program.command;
    const child = spawn('/bin/sh', ['-c', holdScript, 'sh', file, ...args], {
      cwd: folder,
      env: spec.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    const container: Container = { spec, child, folder, cpuTicks: 0 };
    this.#containers.set(attemptKey(spec.runId, spec.attempt), container);
    this.#follow(container);
    const entry = await readProcess(child.pid!);
    const go = child.stdio[3] as Writable;
    go.on('error', () => undefined); // A child that was killed meanwhile; its exit is an event of its own.
    try {
      this.#checkOpen();
      await record({ pid: child.pid!, startTicks: entry?.startTicks ?? 0, bootId: await bootId() });
      go.end('go\n');
    } catch (error) {
      go.end();
      throw error;
    }
  }

  kill(runId: string, attempt: number): void {
    const container = this.#containers.get(attemptKey(runId, attempt));
    if (container !== undefined) killGroup(container.child.pid!);
  }

  async killOrphan(ref: ContainerRef): Promise<void> {
    if (ref.bootId !== (await bootId())) return;
    const pid = Number(ref.pid);
    const members = (await readProcesses()).filter((entry) => entry.groupId === pid);
    const leader = members.find((entry) => entry.pid === pid);
    // A leader that started at another time is another program, which got the same process id since.
    const isOurs = leader === undefined ? members.length > 0 : leader.startTicks === ref.startTicks;
    if (isOurs && members.length > 0) killGroup(pid);
  }

  /** Resolves when nothing that it started is left, neither processes nor folders. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    while (this.#containers.size > 0 || this.#pending.size > 0) {
      const ends = [...this.#containers.values()].map(({ child }) => {
        const ended = new Promise((resolve) => child.once('close', resolve));
        killGroup(child.pid!);
        return ended;
      });
      await Promise.allSettled([...ends, ...this.#pending]);
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the platform is shutting down');
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#pending.add(work);
    const forget = () => this.#pending.delete(work);
    work.then(forget, forget);
    return work;
  }

  /** A copy of the build's files, since an Actor may write to its folder; the modules are shared. */
  async #prepareFolder(spec: ContainerSpec, buildFolder: string): Promise<string> {
    const folder = path.join(this.#workFolder, `${spec.runId}-${spec.attempt}`);
    const modules = path.join(buildFolder, 'node_modules');
    await rm(folder, { recursive: true, force: true });
    await mkdir(this.#workFolder, { recursive: true, mode: 0o700 });
    await cp(buildFolder, folder, { recursive: true, verbatimSymlinks: true, filter: (from) => from !== modules });
    if (await lstat(modules).catch(() => undefined)) await symlink(modules, path.join(folder, 'node_modules'));
    return folder;
  }

  #follow(container: Container): void {
    const { spec, child, folder } = container;
    const { runId, attempt } = spec;
    for (const stream of [child.stdout!, child.stderr!]) {
      const lines = new LineSplitter((text) => this.#listener({ kind: 'output', runId, attempt, text }));
      stream.on('data', (chunk: Buffer) => lines.write(chunk)).on('end', () => lines.end());
    }
    let exitCode = 0;
    child.once('exit', (code, signal) => {
      exitCode = code ?? 128 + (signalNumbers[signal!] ?? 9);
      // The program's own child processes must not outlive it, and would keep its output open.
      killGroup(child.pid!);
    });
    child.once('close', () => {
      this.#containers.delete(attemptKey(runId, attempt));
      void this.#track(rm(folder, { recursive: true, force: true }));
      this.#listener({ kind: 'exited', runId, attempt, exitCode });
    });
  }

  async #measure(): Promise<void> {
    if (this.#containers.size === 0) return;
    const processes = await readProcesses();
    for (const container of this.#containers.values()) {
      const group = processes.filter((entry) => entry.groupId === container.child.pid);
      const cpuTicks = sum(group.map((entry) => entry.cpuTicks));
      const cpuCurrentUsage = Math.max(0, cpuTicks - container.cpuTicks) / ticksPerSecond / (telemetryMs / 1000);
      container.cpuTicks = cpuTicks;
      const memCurrentBytes = sum(group.map((entry) => entry.residentPages)) * pageBytes;
      const { runId, attempt } = container.spec;
      this.#listener({ kind: 'telemetry', runId, attempt, telemetry: { memCurrentBytes, cpuCurrentUsage } });
    }
  }
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGKILL: 9,
  SIGTERM: 15,
  SIGINT: 2,
  SIGSEGV: 11,
  SIGABRT: 6,
};
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** Process ids start again with the machine. */
let knownBootId: string | undefined;
async function bootId(): Promise<string> {
  knownBootId ??= (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim();
  return knownBootId;
}
