/**
 * Control groups of Linux, version 2: https://docs.kernel.org/admin-guide/cgroup-v2.html. An attempt's processes are in a
 * group of their own from their first instruction on, and no fork leads out of it.
 *
 * What the platform may do with them depends on how it was started:
 * - It may write to its own group (as root, or a systemd unit with `Delegate=yes`): attempts have groups, which count and
 *   end their processes.
 * - Its group has the controllers `memory` and `cpu` too and may give them on: attempts have limits as well. A group with
 *   processes of its own may not, so the platform must be alone in its group, and then moves itself into a subgroup, or
 *   have been put into one (`DelegateSubgroup=` of systemd).
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { platformFaultOf } from '../../shared/platform-fault.ts';
import { killGroup, killProcess, type ProcessEntry, readProcess } from '../../shared/process-table.ts';
import type { AttemptProcesses, Usage } from './attempt-processes.ts';

const groupPrefix = 'wherry-';
/** Where the platform moves itself. */
const platformGroup = 'wherry-platform';
const controllers = ['memory', 'cpu', 'pids'] as const;
/** As in `docker/isolation.ts`. */
export const mbytesOfOneCore = 4096;
const maxProcesses = 2048;
const periodMicros = 100_000;
const minQuotaMicros = 1000;
/** A process that waits for a broken disk cannot be killed. */
const killSecs = 5;
const retryMs = 5;
/** While there are no file handles. */
const shortageRetryMs = 50;

export interface GroupLimits {
  readonly memoryMbytes: number;
}

/** The groups of one engine's attempts, in a group of the engine. */
export class ControlGroups {
  readonly folder: string;
  readonly enforcesLimits: boolean;

  private constructor(folder: string, enforcesLimits: boolean) {
    this.folder = folder;
    this.enforcesLimits = enforcesLimits;
  }

  /** Undefined where the platform may make no groups. @param id unique on this machine */
  static open(id: string): ControlGroups | undefined {
    const own = ownGroup();
    if (own === undefined) return undefined;
    for (const parent of [siblingsFolder(own), own]) {
      if (parent === undefined) continue;
      const folder = path.join(parent, `${groupPrefix}${process.pid}-${id}`);
      try {
        removeDeserted(parent);
        mkdirSync(folder);
      } catch {
        continue;
      }
      if (canMoveInto(folder)) return new ControlGroups(folder, passOn(parent) && passOn(folder));
      rmdirSync(folder);
    }
    return undefined;
  }

  /** Makes the group of an attempt. @throws Error when the kernel refuses, for instance because there are too many */
  add(mark: string, { memoryMbytes }: GroupLimits): ControlGroup {
    const folder = groupFolder(this.folder, mark);
    mkdirSync(folder);
    if (this.enforcesLimits) {
      const set = (file: string, value: string) => writeFileSync(path.join(folder, file), value);
      set('memory.max', String(memoryMbytes * 1024 * 1024));
      // With swap it would slow down the whole machine instead of being ended. A kernel without swap lacks the file.
      if (readdirSync(folder).includes('memory.swap.max')) set('memory.swap.max', '0');
      set('memory.oom.group', '1');
      const quota = Math.max(minQuotaMicros, Math.round((memoryMbytes / mbytesOfOneCore) * periodMicros));
      set('cpu.max', `${quota} ${periodMicros}`);
      set('pids.max', String(maxProcesses));
    }
    return new ControlGroup(folder, this.enforcesLimits);
  }

  /** When something could not be killed it stays, which costs nothing. */
  async close(): Promise<void> {
    await removeSoon(this.folder);
  }
}

/** The group of one attempt. */
export class ControlGroup implements AttemptProcesses {
  readonly enforcesLimits: boolean;
  readonly #folder: string;
  #leaderPid: number | undefined;

  constructor(folder: string, enforcesLimits: boolean) {
    this.#folder = folder;
    this.enforcesLimits = enforcesLimits;
  }

  /** The group that a former platform made, if it still exists. @param parent the folder of its `ControlGroups` */
  static find(parent: string, mark: string): ControlGroup | undefined {
    const folder = groupFolder(parent, mark);
    try {
      readFileSync(path.join(folder, 'cgroup.procs'));
      return new ControlGroup(folder, false);
    } catch {
      return undefined;
    }
  }

  /** Moves a process into it; what the process starts from then on is in it too. */
  enter(pid: number): void {
    this.#leaderPid = pid;
    writeFileSync(path.join(this.#folder, 'cgroup.procs'), String(pid));
  }

  async list(): Promise<readonly ProcessEntry[]> {
    const entries = await Promise.all(this.#pids().map((pid) => readProcess(pid)));
    return entries.filter((entry) => entry !== undefined);
  }

  async usage(): Promise<Usage> {
    const processes = await this.list();
    const cpuMicros = fieldOf(await this.#read('cpu.stat'), 'usage_usec');
    const current = Number((await this.#read('memory.current')) || Number.NaN);
    const reclaimable = fieldOf(await this.#read('memory.stat'), 'inactive_file') ?? 0;
    return {
      processes,
      ...(cpuMicros !== undefined && { cpuMicros }),
      ...(Number.isFinite(current) && { memoryBytes: Math.max(0, current - reclaimable) }),
    };
  }

  kill(): void {
    try {
      writeFileSync(path.join(this.#folder, 'cgroup.kill'), '1');
    } catch {
      this.#killEach();
    }
  }

  /** Kernels before 5.14 cannot kill a group, and without a file handle none can: then at least what is known is killed. */
  #killEach(): void {
    try {
      for (const pid of this.#pids()) killProcess(pid);
    } catch {
      if (this.#leaderPid !== undefined) killGroup(this.#leaderPid);
    }
  }

  async killAll(): Promise<void> {
    for (let deadlineMs = performance.now() + killSecs * 1000; performance.now() < deadlineMs; ) {
      this.kill();
      const isPopulated = await this.#isPopulated();
      if (isPopulated === false) return;
      // Who cannot look does not know that anything was killed, and looks until it can.
      if (isPopulated === undefined) deadlineMs = performance.now() + killSecs * 1000;
      await delay(isPopulated === undefined ? shortageRetryMs : retryMs);
    }
  }

  /** Undefined for lack of file handles or memory. */
  async #isPopulated(): Promise<boolean | undefined> {
    try {
      return fieldOf(await this.#read('cgroup.events'), 'populated') === 1;
    } catch {
      return undefined;
    }
  }

  async wasOutOfMemory(): Promise<boolean> {
    return (fieldOf(await this.#read('memory.events').catch(() => ''), 'oom_kill') ?? 0) > 0;
  }

  async remove(): Promise<void> {
    await removeSoon(this.#folder);
  }

  #pids(): number[] {
    return withSubgroups(this.#folder).flatMap((folder) => pidsIn(folder));
  }

  /** Empty when the file, or the group, does not exist. @throws Error for lack of file handles or memory */
  #read(file: string): Promise<string> {
    return readFile(path.join(this.#folder, file), 'utf8').catch((error: unknown) => {
      if (platformFaultOf(error) !== undefined) throw error;
      return '';
    });
  }
}

/** Empty when there is no such group. @throws Error for lack of file handles or memory */
function pidsIn(folder: string): number[] {
  try {
    return readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch (error) {
    if (platformFaultOf(error) !== undefined) throw error;
    return [];
  }
}

/** A group and those that were made in it, the innermost first. @throws Error for lack of file handles or memory */
function withSubgroups(folder: string): string[] {
  try {
    const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...names.flatMap(({ name }) => withSubgroups(path.join(folder, name))), folder];
  } catch (error) {
    if (platformFaultOf(error) !== undefined) throw error;
    return [];
  }
}

/** What was killed may take a moment to leave the group. */
async function removeSoon(folder: string): Promise<void> {
  for (let left = 100; left > 0 && !removeGroup(folder); left -= 1) await delay(retryMs);
}

/** Whether the group is gone. */
function removeGroup(folder: string): boolean {
  try {
    for (const each of withSubgroups(folder)) rmdirSync(each);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Removes the empty groups of platforms that were killed. */
function removeDeserted(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${groupPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeGroup(path.join(parent, name));
  }
}

const groupFolder = (parent: string, mark: string) => path.join(parent, `${groupPrefix}${mark}`);

/** The folder of this process's own group; undefined without version 2. */
function ownGroup(): string | undefined {
  try {
    const own = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    const mount = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find((fields) => fields[fields.indexOf('-') + 1] === 'cgroup2');
    // A path with `..` is outside of what this process can see.
    if (own === undefined || mount === undefined || own.includes('/..')) return undefined;
    // Fields of proc_pid_mountinfo(5): the mounted part of the hierarchy, and where it is mounted.
    const [root, target] = [mount[3]!, mount[4]!];
    const isBelow = root === '/' || own === root || own.startsWith(`${root}/`);
    return isBelow ? path.join(target, root === '/' ? own : own.slice(root.length)) : undefined;
  } catch {
    return undefined;
  }
}

/** Where this process is in a subgroup that was made for it, the group above: it has no processes of its own. */
function siblingsFolder(own: string): string | undefined {
  const parent = path.dirname(own);
  const isSubgroup = path.basename(own) === platformGroup || /\.(service|scope)$/.test(parent);
  return isSubgroup ? parent : undefined;
}

/** A group of type `domain threaded` or below it, and one of another user, take no processes. */
function canMoveInto(folder: string): boolean {
  try {
    accessSync(path.join(folder, 'cgroup.procs'), constants.W_OK);
    return readFileSync(path.join(folder, 'cgroup.type'), 'utf8').trim() === 'domain';
  } catch {
    return false;
  }
}

/** Whether the groups in `folder` have the controllers, after an attempt to enable them. */
function passOn(folder: string): boolean {
  const file = path.join(folder, 'cgroup.subtree_control');
  const listOf = (name: string) => readFileSync(path.join(folder, name), 'utf8').trim().split(' ');
  try {
    const missing = controllers.filter((each) => !listOf('cgroup.subtree_control').includes(each));
    if (missing.length === 0) return true;
    if (!missing.every((each) => listOf('cgroup.controllers').includes(each))) return false;
    leave(folder);
    writeFileSync(file, missing.map((each) => `+${each}`).join(' '));
    return true;
  } catch {
    return false;
  }
}

/** Moves this process into a subgroup, if it is alone in the group. */
function leave(folder: string): void {
  const pids = pidsIn(folder);
  if (pids.length !== 1 || pids[0] !== process.pid) return;
  const own = path.join(folder, platformGroup);
  mkdirSync(own, { recursive: true });
  writeFileSync(path.join(own, 'cgroup.procs'), String(process.pid));
}

/** A field of a file with one `name value` a line. */
function fieldOf(text: string, name: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}
