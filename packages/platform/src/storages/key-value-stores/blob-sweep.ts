import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Database } from '../../database/database.ts';
import { defineRead } from '../../database/operation.ts';
import { one } from '../../database/sql.ts';
import { type FileStore, isBlobId } from '../../objects/file-store.ts';
import { nextTurn } from '../../shared/slices.ts';

/** A blob is written before its row is committed, so a recent blob without a row may be about to get one. */
const minAgeMs = 60 * 60 * 1000;

const batchSize = 500;

const unnamedBlobs = defineRead('records.unnamedBlobs', function* (blobIds: readonly string[]) {
  const unnamed: string[] = [];
  for (const blobId of blobIds) {
    if ((yield* one('SELECT 1 FROM records WHERE blob_id = ?', blobId)) === undefined) unnamed.push(blobId);
  }
  return unnamed;
});

export interface BlobSweep {
  readonly database: Database;
  readonly files: FileStore;
  /** The folder that `files` was made with. */
  readonly blobFolder: string;
  /** Files that are not older are kept. Default: one hour. */
  readonly olderThanMs?: number;
  /** Blobs that are kept however old they look, since somebody may have set the clock [clock-1]. */
  readonly isOwn?: (blobId: string) => boolean;
  /** Ends the sweep early. The next one continues. */
  readonly signal?: AbortSignal;
}

/**
 * Removes the blobs that no record names, and files that a crash left incomplete. Such blobs remain after a crash
 * between the write of a blob and the commit of its row, and after operations that replace or delete records as a part
 * of other changes. To be called at the start of the platform. Resolves with the number of removed blobs.
 */
export async function sweepBlobs(sweep: BlobSweep): Promise<number> {
  const { database, files, blobFolder, olderThanMs = minAgeMs, isOwn = () => false, signal } = sweep;
  const found = await oldFiles(blobFolder, olderThanMs, signal);
  const old = found.filter((each) => !isOwn(path.basename(each, '.partial')));
  for (const file of old.filter((each) => each.endsWith('.partial'))) await rm(file, { force: true });
  const blobIds = old.map((each) => path.basename(each)).filter(isBlobId);
  let removed = 0;
  for (let first = 0; first < blobIds.length && signal?.aborted !== true; first += batchSize) {
    const batch = blobIds.slice(first, first + batchSize);
    const unnamed = await database.read(unnamedBlobs, batch, { kind: 'platform' });
    for (const blobId of unnamed) await files.remove(blobId);
    removed += unnamed.length;
    await nextTurn();
  }
  return removed;
}

/**
 * Starts a sweep in the background. A failure is logged, and the next start sweeps again. Returns what ends the sweep.
 */
export function startSweep(sweep: Omit<BlobSweep, 'signal' | 'isOwn'>, logger: Pick<Logger, 'info' | 'error'>) {
  const stop = new AbortController();
  const isOwn = (blobId: string) => sweep.files.hasWritten(blobId);
  // What this process has not written is of an earlier one, so no row of it can be about to come.
  const swept = sweepBlobs({ ...sweep, olderThanMs: 0, isOwn, signal: stop.signal })
    .then(
      (removed) => removed > 0 && logger.info({ removed }, 'removed files that no record names'),
      (error: unknown) => logger.error({ err: error }, 'files that no record names could not be removed'),
    )
    .finally(() => sweep.files.forgetWritten());
  return async (): Promise<void> => {
    stop.abort();
    await swept;
  };
}

async function oldFiles(folder: string, olderThanMs: number, signal: AbortSignal | undefined): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    if (signal?.aborted === true) break;
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true && (olderThanMs === 0 || found.mtimeMs <= Date.now() - olderThanMs)) old.push(file);
  }
  return old;
}
