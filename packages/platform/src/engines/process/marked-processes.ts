import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { killGroup, killProcess, type ProcessEntry, readProcesses } from '../../shared/process-table.ts';
import type { AttemptProcesses, Usage } from './attempt-processes.ts';

/** The variable of an attempt's environment by which its processes are found. Each attempt has another value. */
export const markVariable = 'WHERRY_ATTEMPT_MARK';

/** How often a process is asked for its environment. The kernel shows none for a moment while a program is replaced. */
const environmentReads = 3;
/** A process may fork while `/proc` is read and be gone at its turn; its child is found by the next scan. */
const emptyScansNeeded = 2;
/** A process that waits for a broken disk cannot be killed. */
const killSecs = 5;
const retryMs = 5;

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
 * itself, all between two scans.
 */
export class ProcessScanner {
  readonly #leaders = new Map<string, Leader>();
  #known = new Map<number, Known>();
  /** The attempts of sessions. Only a process of an attempt can begin one and have another process in it. */
  #sessions = new Map<number, string>();
  #running: Promise<void> = Promise.resolve();
  #next: Promise<ReadonlyMap<string, readonly ProcessEntry[]>> | undefined;

  add(mark: string, leader: Leader): void {
    this.#leaders.set(mark, leader);
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
    const present = new Set(entries.map(({ sessionId }) => sessionId));
    this.#sessions = new Map([...this.#sessions].filter(([id, mark]) => present.has(id) && this.#leaders.has(mark)));
    this.#spread(entries, known);
    const members = new Map<string, ProcessEntry[]>([...this.#leaders.keys()].map((mark) => [mark, []]));
    for (const entry of entries) members.get(known.get(entry.pid)?.mark ?? '')?.push(entry);
    return members;
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
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  const start = `\0${environment}`.indexOf(`\0${markVariable}=`);
  return start < 0 ? undefined : environment.slice(start + markVariable.length + 1).split('\0', 1)[0];
}

/** The processes of one attempt, where there are no control groups. */
export class MarkedProcesses implements AttemptProcesses {
  readonly enforcesMemory = false;
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
    const deadlineMs = performance.now() + killSecs * 1000;
    for (let emptyScans = 0; emptyScans < emptyScansNeeded && performance.now() < deadlineMs; ) {
      const count = await this.#killFound().catch(() => undefined);
      emptyScans = count === 0 ? emptyScans + 1 : 0;
      if (count !== 0) await delay(retryMs);
    }
  }

  /** Resolves with how many there were, without those that have changed their user and cannot be killed. */
  async #killFound(): Promise<number> {
    return (await this.list()).filter(({ pid }) => killProcess(pid)).length;
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
