import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `body` while no other process of this machine builds or packs the package in `folder`: a build empties its
 * output first, and another one must not pack that.
 */
export async function withPackingLock<Result>(folder: string, body: () => Promise<Result>): Promise<Result> {
  const digest = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16);
  const file = path.join(tmpdir(), `wherry-package-${digest}.lock`);
  while (!(await take(file))) await delay(50);
  try {
    return await body();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  // Empty: it is just being written.
  if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
  return false;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
