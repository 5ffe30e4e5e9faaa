import { readFile } from 'node:fs/promises';
import type { ProcessEntry } from '../../shared/process-table.ts';

/**
 * All processes that one attempt has started, whatever session or group they are in. How they are found depends on the
 * machine: `control-groups.ts`, else `marked-processes.ts`.
 */
export interface AttemptProcesses {
  /** Whether the kernel keeps the attempt below its limits of memory, processor and processes. */
  readonly enforcesLimits: boolean;
  list(): Promise<readonly ProcessEntry[]>;
  usage(): Promise<Usage>;
  /** Stops the program at once, and kills all without waiting for it. */
  kill(): void;
  /** Resolves when none is left, or what is left could not be killed within a few seconds. */
  killAll(): Promise<void>;
  /** Whether the kernel has ended a process because the memory limit was reached. */
  wasOutOfMemory(): Promise<boolean>;
  /** To be called once, when none is left. */
  remove(): Promise<void>;
}

export interface Usage {
  readonly processes: readonly ProcessEntry[];
  /** As the kernel counts them, where it does. */
  readonly memoryBytes?: number;
  readonly cpuMicros?: number;
}

/**
 * The memory of processes that cannot be taken from them without ending them, in bytes: without the pages of files, which
 * the kernel can read again, and with shared pages counted once. It is what the kernel compares with a limit in the end.
 */
export async function unreclaimableBytes(processes: readonly ProcessEntry[]): Promise<number> {
  const each = await Promise.all(processes.map(({ pid }) => unreclaimableOf(pid)));
  return each.reduce((total, bytes) => total + bytes, 0);
}

/** Fields of proc_pid_smaps(5), in kB. Kernels before 5.13 lack the parts of Pss, so that nothing is counted there. */
const countedFields = /^(?:Pss_Anon|Pss_Shmem|SwapPss): +(\d+) kB$/gm;

async function unreclaimableOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return [...rollup.matchAll(countedFields)].reduce((total, [, kilobytes]) => total + Number(kilobytes) * 1024, 0);
}
