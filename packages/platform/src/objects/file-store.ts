import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { storageFull } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import { syncPath } from '../shared/sync-path.ts';

/**
 * Blobs that are too large for the database, one file each. A blob's name is an id that Wherry made, so no path comes from
 * a request. It is written, synced and renamed before the row that refers to it is committed [database-1], so a crash
 * leaves at worst a file without a row. May import from `shared/`.
 */
export class FileStore {
  readonly #folder: string;
  #written: Set<string> | undefined = new Set();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Stores all of `source` durably. Resolves with the blob's id and its size in bytes.
   * @throws Refusal 507 `storage-full`; nothing is left behind then
   */
  async put(source: Readable | Buffer): Promise<{ blobId: string; bytes: number }> {
    const blobId = newId();
    this.#written?.add(blobId);
    try {
      return { blobId, bytes: await this.#write(this.#pathOf(blobId), source) };
    } catch (error) {
      throw isDiskFull(error) ? storageFull() : error;
    }
  }

  async #write(target: string, source: Readable | Buffer): Promise<number> {
    const partial = `${target}.partial`;
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    const file = await open(partial, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const chunk of source instanceof Buffer ? [source] : source) {
        await file.writeFile(chunk); // `write` may write only a part when the disk is nearly full.
        bytes += chunk.length;
      }
      await file.sync();
      await file.close();
      await rename(partial, target);
      // A rename is durable only once the folder is.
      await syncPath(path.dirname(target));
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
      throw error;
    }
    return bytes;
  }

  /** Whether this process has written the blob, or that is not remembered any more. */
  hasWritten(blobId: string): boolean {
    return this.#written?.has(blobId) ?? true;
  }

  /** To be called once nobody asks what was written, so that the list does not grow for ever. */
  forgetWritten(): void {
    this.#written = undefined;
  }

  /** @param part the first and the last byte; all of them without */
  read(blobId: string, part?: { readonly start: number; readonly end: number }): ReadStream {
    return createReadStream(this.#pathOf(blobId), part);
  }

  async remove(blobId: string): Promise<void> {
    await rm(this.#pathOf(blobId), { force: true });
  }

  #pathOf(blobId: string): string {
    if (!isBlobId(blobId)) throw new Error(`"${blobId}" is not a blob's id`);
    return path.join(this.#folder, blobId.slice(0, 2), blobId);
  }
}

/** The disk is full, or this user's quota is used up. */
const isDiskFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code!);

export const isBlobId = (name: string): boolean => /^[A-Za-z0-9]{17}$/.test(name);
