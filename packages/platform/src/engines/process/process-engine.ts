/**
 * The embedded engine: each attempt is a process on this machine with a working folder and a port of its own. It isolates
 * nothing, so it is for trusted code. A server is a local slot; all containers end with this process.
 *
 * [process-1] an attempt is all that its program has started, also processes in sessions of their own. All of it is counted,
 *     and none of it outlives the attempt, however the attempt ends (`attempt-processes.ts`).
 * [process-2] an attempt ends with its first process. What is in its pipes by then is still read; a process that was not
 *     found and holds them makes it last a bounded time.
 * [process-3] output is read at the pace of the log: what does not fit waits in the pipe, and then the program waits.
 * [process-4] an attempt that needs more memory than its run has is ended: by the kernel, else within about a second.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, readdirSync } from 'node:fs';
import { cp, lstat, mkdir, readFile, rm, rmdir, symlink } from 'node:fs/promises';
import { availableParallelism, constants } from 'node:os';
import path from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { attemptKey } from '../../shared/attempt-key.ts';
import { newId } from '../../shared/ids.ts';
import { killGroup, readProcess, readProcesses, terminateGroup } from '../../shared/process-table.ts';
import type {
  ContainerListener,
  ContainerRef,
  ContainerSpec,
  Engine,
  ExitCause,
  Program,
  ServerCapacity,
} from '../engine.ts';
import { machineMbytes } from '../machine-memory.ts';
import { connectTo, findFreePort, portVariables } from '../web-server-port.ts';
import { type AttemptProcesses, type Usage, unreclaimableBytes } from './attempt-processes.ts';
import { ControlGroup, ControlGroups, mbytesOfOneCore } from './control-groups.ts';
import { type Leader, MarkedProcesses, markVariable, ProcessScanner } from './marked-processes.ts';
import { closePipes, Output, type Pipe, PipeMaker } from './output.ts';

/** Waits until fd 3 says that the reference is stored; ends when the platform died before that [engine-1]. */
const holdScript = 'read -r go <&3 || exit 1; exec 3<&-; exec "$@"';
const perl = '/usr/bin/perl';
/**
 * The same in Perl, which first gives the pipes of the output more room (1031 is F_SETPIPE_SZ of fcntl(2)): a Node program
 * that calls `process.exit()` loses what its pipe has not taken, and the usual 64 KB are full within milliseconds. For a user
 * without privileges it is less, so that not all that a user may have (pipe-user-pages-soft of proc(5)) goes to few attempts.
 */
const holdProgram = [
  'open(my $word, "<&=", 3) or exit 1;',
  'fcntl($_, 1031, $> ? 262144 : 1048576) for (*STDOUT, *STDERR);',
  'defined(my $go = <$word>) or exit 1;',
  'close $word;',
  'delete $ENV{PERL_BADLANG};',
  'exec { $ARGV[0] } @ARGV;',
  'print STDERR "$ARGV[0]: $!\\n";',
  'exit 127;',
].join(' ');
const telemetryMs = 1000;
const ticksPerSecond = 100;
const pageBytes = 4096;
const bytesOfMbyte = 1024 * 1024;
/** As in `docker/container-telemetry.ts`: what uses more than this share of its limit would use more if it could. */
const overloadedShare = 0.9;
/** [process-2] */
const drainMs = 2000;

export interface ProcessEngineOptions {
  readonly servers: number;
  readonly workFolder: string;
  /** What its servers, which share this machine, have for runs in all; the machine's memory unless given. */
  readonly memoryMbytes?: number | undefined;
  /** False finds the processes of attempts by a scan also where there are control groups. */
  readonly controlGroups?: boolean;
}

interface Container {
  readonly spec: ContainerSpec;
  /** The first process, which leads the group. */
  readonly child: ChildProcess;
  /** Resolves with the exit code of the first process. */
  readonly exited: Promise<number>;
  readonly folder: string;
  readonly port: number;
  readonly outputs: readonly Output[];
  readonly ended: Promise<void>;
  readonly processes: AttemptProcesses;
  cpuMicros: number;
  killCause: ExitCause | undefined;
}

export class ProcessEngine implements Engine {
  readonly name = 'process';
  readonly #servers: readonly string[];
  readonly #capacity: ServerCapacity;
  readonly #workFolder: string;
  readonly #containers = new Map<string, Container>();
  readonly #scanner = new ProcessScanner();
  readonly #pipes: PipeMaker;
  /** Ports of attempts, from their choice on. */
  readonly #ports = new Set<number>();
  readonly #timer: NodeJS.Timeout;
  /** What a platform that was killed has left in the work folder. */
  readonly #leftovers: readonly string[];
  #cleaned: Promise<void> | undefined;
  /** Starts and ends of containers in progress. */
  readonly #pending = new Set<Promise<unknown>>();
  readonly #mayUseGroups: boolean;
  /** Opened with the first attempt. */
  #groups: { readonly opened: ControlGroups | undefined } | undefined;
  #isMeasuring = false;
  #isClosed = false;
  #listener: ContainerListener = () => undefined;

  constructor({ servers, workFolder, memoryMbytes, controlGroups = true }: ProcessEngineOptions) {
    this.#capacity = {
      machine: 'local',
      memoryMbytes: memoryMbytes ?? machineMbytes(),
      cores: availableParallelism(),
    };
    this.#servers = Array.from({ length: servers }, (_, index) => `local-${index + 1}`);
    this.#workFolder = workFolder;
    this.#pipes = new PipeMaker(workFolder);
    this.#leftovers = existsSync(workFolder) ? readdirSync(workFolder) : [];
    this.#mayUseGroups = controlGroups;
    this.#timer = setInterval(() => void this.#measure(), telemetryMs);
    this.#timer.unref();
  }

  servers(): readonly string[] {
    return this.#servers;
  }

  capacityOf(): ServerCapacity {
    return this.#capacity;
  }

  listen(listener: ContainerListener): void {
    this.#listener = listener;
  }

  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    return this.#track(this.#start(spec, record));
  }

  async #start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void> {
    const { program } = spec;
    if (program.kind !== 'folder')
      throw new Error('The build is an image for the docker engine. Build the Actor again.');
    await this.#clean();
    const folder = path.join(this.#workFolder, `${spec.runId}-${spec.attempt}`);
    const mark = newId();
    const { child, exited, pipes, port } = await this.#prepare(spec, { ...program, mark }, folder).catch(
      async (error: unknown) => {
        // [engine-6] a disk that is full has no room for a half-made folder.
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
        throw error;
      },
    );
    const entry = await readProcess(child.pid!).catch(() => undefined);
    const leader: Leader = { pid: child.pid!, startTicks: entry?.startTicks ?? 0 };
    const processes = this.#enclose(spec, mark, leader);
    const streams: readonly Readable[] = pipes?.map(({ reader }) => reader) ?? [child.stdout!, child.stderr!];
    this.#follow({ spec, child, exited, folder, port, processes, cpuMicros: 0, killCause: undefined }, streams);
    const go = child.stdio[3] as Writable;
    try {
      this.#checkOpen();
      const group = processes instanceof ControlGroup && { group: this.#groups!.opened!.folder };
      await record({ ...leader, bootId: await bootId(), mark, port, ...group });
      go.end('go\n');
    } catch (error) {
      go.end();
      throw error;
    }
  }

  /** Makes all that an attempt needs, and the process that waits for its word. */
  async #prepare(
    spec: ContainerSpec,
    program: Extract<Program, { kind: 'folder' }> & { readonly mark: string },
    folder: string,
  ) {
    await this.#prepareFolder(folder, program.folder);
    const pipes = await this.#pipes.open(2);
    const port = await this.#takePort().catch((error: unknown) => {
      closePipes(pipes ?? []);
      throw error;
    });
    const { mark, command } = program;
    return { pipes, port, ...(await this.#spawn(spec, { folder, pipes, port, mark, command })) };
  }

  async #spawn(
    { env, runId }: ContainerSpec,
    parts: {
      readonly folder: string;
      readonly pipes: readonly Pipe[] | undefined;
      readonly port: number;
      readonly mark: string;
      readonly command: Command;
    },
  ): Promise<{ child: ChildProcess; exited: Promise<number> }> {
    const { folder, pipes, port, mark, command } = parts;
    const [stdout, stderr] = pipes?.map(({ writeEnd }) => writeEnd) ?? [];
    try {
      this.#checkOpen();
      const own = { ...env, ...portVariables(port), [markVariable]: mark };
      const hold = holdOf(command, own);
      const child = spawn(hold.file, hold.args, {
        cwd: folder,
        env: hold.env,
        detached: true,
        stdio: ['ignore', stdout ?? 'pipe', stderr ?? 'pipe', 'pipe'],
      });
      const exited = new Promise<number>((resolve) => {
        child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
      });
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      // A child that was killed meanwhile; its exit is an event of its own.
      child.stdio[3]!.on('error', () => undefined);
      for (const { writeEnd } of pipes ?? []) closeSync(writeEnd);
      return { child, exited };
    } catch (error) {
      closePipes(pipes ?? []);
      this.#ports.delete(port);
      throw new Error(`The attempt of run ${runId} could not be started: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** [process-1] before its program runs. */
  #enclose({ memoryMbytes }: ContainerSpec, mark: string, leader: Leader): AttemptProcesses {
    this.#groups ??= { opened: this.#mayUseGroups ? ControlGroups.open(newId()) : undefined };
    try {
      const group = this.#groups.opened?.add(mark, { memoryMbytes });
      group?.enter(leader.pid);
      if (group !== undefined) return group;
    } catch {
      // For instance too many groups, or one that was deleted by somebody else.
    }
    return new MarkedProcesses(this.#scanner, mark, leader);
  }

  kill(runId: string, attempt: number): void {
    this.#containers.get(attemptKey(runId, attempt))?.processes.kill();
  }

  /** The whole group, since a program that was started by npm or a shell may not be passed the signal. */
  stop(runId: string, attempt: number): void {
    const child = this.#containers.get(attemptKey(runId, attempt))?.child;
    // The id of a process that has ended may be another one's.
    if (child !== undefined && child.exitCode === null && child.signalCode === null) terminateGroup(child.pid!);
  }

  /** [engine-7] an Actor may listen on `localhost`, which is an address of either family. */
  async connect(runId: string, attempt: number): Promise<Duplex> {
    const container = this.#containers.get(attemptKey(runId, attempt));
    if (container === undefined) throw new Error(`the attempt ${attempt} of the run ${runId} is not here`);
    return connectTo({ host: 'localhost', port: container.port });
  }

  async killOrphan(ref: ContainerRef): Promise<void> {
    if (ref.bootId !== (await bootId())) return;
    const leader: Leader = { pid: Number(ref.pid), startTicks: Number(ref.startTicks) };
    if (typeof ref.mark !== 'string') return killUnmarked(leader);
    if (typeof ref.group === 'string') {
      const group = ControlGroup.find(ref.group, ref.mark);
      await group?.killAll();
      await group?.remove();
      await rmdir(ref.group).catch(() => undefined); // The last orphan leaves it empty.
    }
    const processes = new MarkedProcesses(this.#scanner, ref.mark, leader);
    await processes.killAll();
    await processes.remove();
  }

  /** Resolves when nothing that it started is left, neither processes nor folders. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    while (this.#containers.size > 0 || this.#pending.size > 0) {
      for (const { processes } of this.#containers.values()) processes.kill();
      const ends = [...this.#containers.values()].map(({ ended }) => ended);
      await Promise.allSettled([...ends, ...this.#pending]);
    }
    await this.#groups?.opened?.close();
    await this.#pipes.close();
    await this.#clean();
  }

  /** Once, when the orphans are dead that had worked there. */
  #clean(): Promise<void> {
    this.#cleaned ??= Promise.all(this.#leftovers.map((name) => removeFolder(path.join(this.#workFolder, name)))).then(
      () => undefined,
      () => undefined,
    );
    return this.#cleaned;
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

  async #takePort(): Promise<number> {
    const port = await findFreePort((each) => this.#ports.has(each));
    this.#ports.add(port);
    return port;
  }

  /** A copy of the build's files, since an Actor may write to its folder; the modules are shared. */
  async #prepareFolder(folder: string, buildFolder: string): Promise<void> {
    const modules = path.join(buildFolder, 'node_modules');
    await rm(folder, { recursive: true, force: true });
    await mkdir(this.#workFolder, { recursive: true, mode: 0o700 });
    await cp(buildFolder, folder, { recursive: true, verbatimSymlinks: true, filter: (from) => from !== modules });
    if (await isThere(modules)) await symlink(modules, path.join(folder, 'node_modules'));
  }

  #follow(parts: Omit<Container, 'outputs' | 'ended'>, streams: readonly Readable[]): void {
    const { runId, attempt } = parts.spec;
    const outputs = streams.map((stream) => {
      return new Output(stream, (text) => this.#listener({ kind: 'output', runId, attempt, text }));
    });
    const ended = parts.exited.then((exitCode) => this.#track(this.#end(container, exitCode)));
    const container: Container = { ...parts, outputs, ended };
    this.#containers.set(attemptKey(runId, attempt), container);
  }

  /** [process-2] */
  async #end(container: Container, exitCode: number): Promise<void> {
    const { spec, folder, port, outputs, processes } = container;
    const { runId, attempt } = spec;
    // First the group at once, which is all that can be found where there is no `/proc`.
    processes.kill();
    await processes.killAll();
    await Promise.all(outputs.map((output) => output.finish(drainMs)));
    const isOutOfMemory = exitCode !== 0 && (await processes.wasOutOfMemory());
    const cause = container.killCause ?? (isOutOfMemory ? 'outOfMemory' : undefined);
    this.#containers.delete(attemptKey(runId, attempt));
    this.#ports.delete(port);
    void this.#track(processes.remove());
    void this.#track(removeFolder(folder));
    void this.#listener({ kind: 'exited', runId, attempt, exitCode, ...(cause && { cause }) });
  }

  async #measure(): Promise<void> {
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    try {
      await Promise.all([...this.#containers.values()].map((container) => this.#measureOne(container)));
    } catch {
      // What cannot be read now, for lack of file handles for instance, is read the next time.
    } finally {
      this.#isMeasuring = false;
    }
  }

  async #measureOne(container: Container): Promise<void> {
    const { runId, attempt } = container.spec;
    const usage = await container.processes.usage();
    const cpuMicros = usage.cpuMicros ?? sum(usage.processes.map(({ cpuTicks }) => cpuTicks)) * (1e6 / ticksPerSecond);
    const cpuCurrentUsage = Math.max(0, cpuMicros - container.cpuMicros) / 1000 / telemetryMs;
    container.cpuMicros = cpuMicros;
    const residentBytes = sum(usage.processes.map(({ residentPages }) => residentPages)) * pageBytes;
    const memCurrentBytes = usage.memoryBytes ?? residentBytes;
    await this.#checkMemory(container, usage, residentBytes);
    if (!this.#containers.has(attemptKey(runId, attempt))) return;
    const { memoryMbytes } = container.spec;
    const isCpuOverloaded = cpuCurrentUsage > (overloadedShare * memoryMbytes) / mbytesOfOneCore;
    const limited = container.processes.enforcesLimits && { isCpuOverloaded };
    void this.#listener({
      kind: 'telemetry',
      runId,
      attempt,
      telemetry: { memCurrentBytes, cpuCurrentUsage, ...limited },
    });
  }

  /** [process-4] where the kernel does not. */
  async #checkMemory(container: Container, { processes }: Usage, residentBytes: number): Promise<void> {
    const limitBytes = container.spec.memoryMbytes * bytesOfMbyte;
    if (container.processes.enforcesLimits || residentBytes <= limitBytes) return;
    // Counts shared pages once for each process, and files: enough to see that no closer count is needed.
    if ((await unreclaimableBytes(processes)) <= limitBytes) return;
    container.killCause ??= 'outOfMemory';
    container.processes.kill();
  }
}

/** Kills what a platform started that gave attempts no marks: only the process group is known. */
async function killUnmarked({ pid, startTicks }: Leader): Promise<void> {
  const members = (await readProcesses()).filter((entry) => entry.groupId === pid);
  const leader = members.find((entry) => entry.pid === pid);
  // A leader that started at another time is another program, which got the same process id since.
  const isOurs = leader === undefined ? members.length > 0 : leader.startTicks === startTicks;
  if (isOurs && members.length > 0) killGroup(pid);
}

/** @throws Error when that cannot be found out, for instance since too many files are open */
const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** How a program is started so that it waits for its word. */
function holdOf({ file, args }: Command, env: Readonly<Record<string, string>>) {
  // Variables such as PERL5OPT are for the Actor's own Perl, and may keep this one from starting.
  const mayUsePerl = process.platform === 'linux' && !Object.keys(env).some((name) => name.startsWith('PERL'));
  if (!mayUsePerl || !existsSync(perl)) return { file: '/bin/sh', args: ['-c', holdScript, 'sh', file, ...args], env };
  // Otherwise it would warn of a locale that the machine does not have.
  return { file: perl, args: ['-e', holdProgram, '--', file, ...args], env: { ...env, PERL_BADLANG: '0' } };
}

/** Again for a while when it fails, for instance for lack of file handles. */
const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** Process ids start again with the machine. */
let knownBootId: string | undefined;
async function bootId(): Promise<string> {
  knownBootId ??= (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim();
  return knownBootId;
}
