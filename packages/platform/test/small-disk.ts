import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';

const call = promisify(execFile);

/** A disk of its own, small enough to be filled. Where this process may not mount one, the test is skipped aloud. `at`: an empty folder. */
export async function mountSmallDisk(context: TestContext, at?: string): Promise<string> {
  const folder = at ?? (await mkdtemp(path.join(tmpdir(), 'wherry-disk-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  try {
    await call('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder]);
  } catch (error) {
    const reason = `a full disk is not tested: this process may not mount one (${(error as Error).message.trim()})`;
    process.stderr.write(`\nSKIPPED: ${reason}\n`);
    context.skip(reason);
  }
  onTestFinished(async () => void (await call('umount', ['-l', folder])));
  return folder;
}

/** Takes all the room that is left. Answers how to give it back. */
export async function fill(disk: string): Promise<() => Promise<void>> {
  const ballast = path.join(disk, 'ballast');
  const file = await open(ballast, 'w');
  let size = 0;
  for (let bytes = 1024 * 1024; bytes >= 1; bytes >>= 1) {
    for (;;) {
      const written = await file.write(Buffer.alloc(bytes), 0, bytes, size).catch(() => undefined);
      if (written === undefined || written.bytesWritten === 0) break;
      size += written.bytesWritten;
    }
  }
  await file.close();
  return () => rm(ballast);
}
