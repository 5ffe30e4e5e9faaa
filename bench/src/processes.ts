import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Child, startChild } from './child.ts';

export const token = `bench_${randomBytes(16).toString('hex')}`;

/** A new folder, removed at the end. `within` should be on the disk that is to be measured. */
export async function newFolder(within = tmpdir()): Promise<{ path: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(within, 'wherry-bench-'));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The platform under test, in a process of its own. Ask it for the bytes of memory that it holds. */
export function startPlatformProcess(dataFolder: string, profileFolder?: string): Promise<Child<string, null, number>> {
  return startChild('children/platform-process.ts', { args: [dataFolder, token], profileFolder });
}

export const startNothingProcess = (): Promise<Child<string, null, null>> => startChild('children/nothing-process.ts');
