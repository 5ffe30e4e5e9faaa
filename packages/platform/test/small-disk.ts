import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';
import { reserveBytes } from '../src/database/sqlite/disk-reserve.ts';

const call = promisify(execFile);

/** A disk of its own, small enough to be filled, with room for the reserve besides. Where this process may not mount one, the test is skipped aloud. `at`: an empty folder. */
export async function mountSmallDisk(context: TestContext, at?: string): Promise<string> {
  const folder = at ?? (await mkdtemp(path.join(tmpdir(), 'wherry-disk-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  try {
    const sizeBytes = 32 * 1024 * 1024 + reserveBytes;
    await call('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]);
  } catch (error) {
    const reason = `a full disk is not tested: this process may not mount one (${(error as Error).message.trim()})`;
    process.stderr.write(`\nSKIPPED: ${reason}\n`);
    context.skip(reason);
  }
  onTestFinished(async () => void (await call('umount', ['-l', folder])));
  return folder;
}
