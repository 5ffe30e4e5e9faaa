import { open, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Takes all the room that is left on the disk of a folder. Resolves with what gives it back.
 * @param leastBytes what may be left; with 1, others must not give room back meanwhile, which would be taken byte by byte
 */
export async function fill(disk: string, leastBytes = 1): Promise<() => Promise<void>> {
  const ballast = path.join(disk, 'ballast');
  const file = await open(ballast, 'w');
  let size = 0;
  for (let bytes = 1024 * 1024; bytes >= leastBytes; bytes >>= 1) {
    for (;;) {
      const written = await file.write(Buffer.alloc(bytes), 0, bytes, size).catch(() => undefined);
      if (written === undefined || written.bytesWritten === 0) break;
      size += written.bytesWritten;
    }
  }
  await file.close();
  return () => rm(ballast);
}
