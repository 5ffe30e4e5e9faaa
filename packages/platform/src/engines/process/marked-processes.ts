import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { platformFaultOf } from '../../shared/platform-fault.ts';
import {
  killGroup,
  killProcess,
  type ProcessEntry,
  processIdsNow,
  readProcesses,
  readProcessNow,
} from '../../shared/process-table.ts';
import type { AttemptProcesses, Usage } from './attempt-processes.ts';

/** The variable of an attempt's environment by which its processes are found. Each attempt has another value. */
export const markVariable = 'WHERRY_ATTEMPT_MARK';

/** How often a process is asked for its environment. The kernel shows none for a moment while a program is replaced. */
const environmentReads = 3;
/** A process may fork while `/proc` is read and be gone at its turn; its child is found by the next sweep. */
const emptySweepsNeeded = 2;
/** When a process was gone at its turn. On a busy machine there always is one, mostly of another program. */
const emptySweepsAfterMiss = 5;
/** Younger results of a scan are enough to begin sweeps. */
const recentMs = 2000;
/** A process that waits for a broken disk cannot be killed. */
const killSecs = 5;
const retryMs = 1;
/** While there are no file handles. */
const shortageRetryMs = 50;

/** The first process of an attempt. */
export interface Leader {
  readonly pid: number;
  /** As in `ProcessEntry`. */
  readonly startTicks: number;
}

interface Known {
  readonly startTicks: number;
  mark: string | undefined;
  reads: number;
}

/**
 * Finds in `/proc` the processes of attempts, also those in sessions and groups of their own, whose parents have ended. A
 * process belongs to an attempt when its environment has the attempt's mark, or its parent or its session belongs to it,
 * or when it once did: a program may overwrite its environment or start another one with an empty one.
 *
 * What is not found: a process with an emptied environment that begins a session of its own and whose parent ends by
 * itself, all between two scans. A program that only forks and ends, again and again, can be faster than the scans.
 */
export class ProcessScanner {
  readonly #leaders = new Map<string, Leader>();
  #known = new Map<number, Known>();
  /** The attempts of sessions. Only a process of an attempt can begin one and have another process in it. */
  #sessions = new Map<number, string>();
  #running: Promise<void> = Promise.resolve();
  #next: Promise<ReadonlyMap<string, readonly ProcessEntry[]>> | undefined;
  #scannedAtMs = Number.NEGATIVE_INFINITY;

  add(mark: string, leader: Leader): void {
    this.#leaders.set(mark, leader);
    // What was identified before the mark was known is identified again.
    this.#scannedAtMs = Number.NEGATIVE_INFINITY;
  }

  get isRecent(): boolean {
    return performance.now() - this.#scannedAtMs < recentMs;
  }

  remove(mark: string): void {
    this.#leaders.delete(mark);
  }

  /**
   * The processes of each attempt, by a scan that begins after this call. Calls at the same time share one.
   * @throws Error for lack of file handles or memory
   */
  scan(): Promise<ReadonlyMap<string, readonly ProcessEntry[]>> {
    if (this.#next === undefined) {
      const next = this.#running.then(() => {
        this.#next = undefined;
        return this.#scan();
      });
      this.#next = next;
      this.#running = next.then(
        () => undefined,
        () => undefined,
      );
    }
    return this.#next;
  }

  async #scan(): Promise<ReadonlyMap<string, readonly ProcessEntry[]>> {
    const entries = (await readProcesses()).filter(({ pid }) => pid !== process.pid);
    const known = new Map<number, Known>();
    await Promise.all(
      entries.map(async (entry) => {
        known.set(entry.pid, await this.#identify(entry));
      }),
    );
    this.#known = known;
    this.#scannedAtMs = performance.now();
    const present = new Set(entries.map(({ sessionId }) => sessionId));
    this.#sessions = new Map([...this.#sessions].filter(([id, mark]) => present.has(id) && this.#leaders.has(mark)));
    this.#spread(entries, known);
    const members = new Map<string, ProcessEntry[]>([...this.#leaders.keys()].map((mark) => [mark, []]));
    for (const entry of entries) members.get(known.get(entry.pid)?.mark ?? '')?.push(entry);
    return members;
  }

  /**
   * Kills an attempt's processes as they are now, without a pause in which they could fork: only processes that no scan or
   * sweep has seen before are identified. Returns how many there were, without those that cannot be killed because they
   * have changed their user; and whether a process ended before it could be identified.
   * @throws Error for lack of file handles or memory
   */
  sweep(mark: string): { readonly found: number; readonly hasMissed: boolean } {
    const ids = processIdsNow();
    const before = this.#known;
    this.#known = new Map(ids.flatMap((pid) => (before.has(pid) ? [[pid, before.get(pid)!]] : [])));
    let hasMissed = false;
    let found = 0;
    // The newest first, and each killed as soon as it is identified: it may be about to fork.
    for (const pid of ids.reverse()) {
      if (pid === process.pid) continue;
      if (!this.#known.has(pid)) hasMissed = !this.#identifyNow(pid) || hasMissed;
      const isMember = this.#known.get(pid)?.mark === mark && readProcessNow(pid) !== undefined;
      if (isMember && killProcess(pid)) found += 1;
    }
    return { found, hasMissed };
  }

  /** False when it has ended meanwhile. */
  #identifyNow(pid: number): boolean {
    const entry = readProcessNow(pid);
    if (entry === undefined) {
      // A zombie stays in the list until its parent asks for it, and is counted as missed once.
      this.#known.set(pid, { startTicks: 0, mark: undefined, reads: environmentReads });
      return false;
    }
    const { startTicks, parentId, sessionId } = entry;
    const own = readMark(() => readFileSync(`/proc/${pid}/environ`, 'latin1'));
    const isKnown = own !== undefined && this.#leaders.has(own);
    const mark = isKnown ? own : (this.#known.get(parentId)?.mark ?? this.#sessions.get(sessionId));
    if (mark !== undefined) this.#sessions.set(sessionId, mark);
    this.#known.set(pid, { startTicks, mark, reads: own === undefined ? 1 : 0 });
    return true;
  }

  async #identify({ pid, startTicks }: ProcessEntry): Promise<Known> {
    const before = this.#known.get(pid);
    const known = before?.startTicks === startTicks ? before : { startTicks, mark: undefined, reads: 0 };
    if (known.mark !== undefined && this.#leaders.has(known.mark)) return known;
    known.mark = [...this.#leaders].find(([, leader]) => leader.pid === pid && leader.startTicks === startTicks)?.[0];
    if (known.mark !== undefined || known.reads >= environmentReads) return known;
    known.reads += 1;
    const mark = await markOf(pid);
    // Without a mark of a known attempt it is read again, since the mark may be that of an orphan, which is added later.
    if (mark !== undefined) known.reads = 0;
    if (mark !== undefined && this.#leaders.has(mark)) known.mark = mark;
    return known;
  }

  /** Gives each process the attempt of its parent or session, until nothing changes. */
  #spread(entries: readonly ProcessEntry[], known: ReadonlyMap<number, Known>): void {
    for (const { pid, sessionId } of entries) {
      const mark = known.get(pid)!.mark;
      if (mark !== undefined) this.#sessions.set(sessionId, mark);
    }
    for (let changed = true; changed; ) {
      changed = false;
      for (const { pid, parentId, sessionId } of entries) {
        const process = known.get(pid)!;
        if (process.mark !== undefined) continue;
        process.mark = known.get(parentId)?.mark ?? this.#sessions.get(sessionId);
        if (process.mark === undefined) continue;
        this.#sessions.set(sessionId, process.mark);
        changed = true;
      }
    }
  }
}

/** The mark in the environment that a process was started with; undefined when it has none or belongs to another user. */
async function markOf(pid: number): Promise<string | undefined> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch((error: unknown) => {
    if (platformFaultOf(error) !== undefined) throw error;
    return '';
  });
  return readMark(() => environment);
}

/** @throws Error for lack of file handles or memory: the process could pass for one without a mark */
function readMark(read: () => string): string | undefined {
  try {
    const environment = read();
    const start = `\0${environment}`.indexOf(`\0${markVariable}=`);
    return start < 0 ? undefined : environment.slice(start + markVariable.length + 1).split('\0', 1)[0];
  } catch (error) {
    if (platformFaultOf(error) !== undefined) throw error;
    return undefined;
  }
}

/** The processes of one attempt, where there are no control groups. */
export class MarkedProcesses implements AttemptProcesses {
  readonly enforcesLimits = false;
  readonly #scanner: ProcessScanner;
  readonly #mark: string;
  readonly #leader: Leader;

  constructor(scanner: ProcessScanner, mark: string, leader: Leader) {
    this.#scanner = scanner;
    this.#mark = mark;
    this.#leader = leader;
    scanner.add(mark, leader);
  }

  async list(): Promise<readonly ProcessEntry[]> {
    return (await this.#scanner.scan()).get(this.#mark) ?? [];
  }

  async usage(): Promise<Usage> {
    return { processes: await this.list() };
  }

  /** Stops them first: while parents exist, their children are found, also those with another environment. */
  kill(): void {
    stopGroup(this.#leader.pid);
    // The group is killed whatever the scan finds: there may be no `/proc`, or no file handle to read it.
    void this.killAll().finally(() => killGroup(this.#leader.pid));
  }

  async killAll(): Promise<void> {
    let deadlineMs = performance.now() + killSecs * 1000;
    // The many processes of the machine are identified without blocking; the sweeps see only new ones.
    if (!this.#scanner.isRecent) await this.#scanner.scan().catch(() => undefined);
    let needed = emptySweepsNeeded;
    for (let emptySweeps = 0; emptySweeps < needed && performance.now() < deadlineMs; ) {
      const swept = this.#sweep();
      // Who cannot look does not know that anything was killed, and looks until it can.
      if (swept === undefined) {
        deadlineMs = performance.now() + killSecs * 1000;
        await delay(shortageRetryMs);
      }
      if (swept?.hasMissed) needed = emptySweepsAfterMiss;
      emptySweeps = swept?.found === 0 ? emptySweeps + 1 : 0;
      await (emptySweeps > 0 ? setImmediate() : delay(retryMs));
    }
  }

  /** Undefined when the processes cannot be read now. */
  #sweep(): ReturnType<ProcessScanner['sweep']> | undefined {
    try {
      return this.#scanner.sweep(this.#mark);
    } catch {
      return undefined;
    }
  }

  async wasOutOfMemory(): Promise<boolean> {
    return false;
  }

  async remove(): Promise<void> {
    this.#scanner.remove(this.#mark);
  }
}

function stopGroup(groupId: number): void {
  try {
    process.kill(-groupId, 'SIGSTOP');
  } catch {
    // It has ended.
  }
}
