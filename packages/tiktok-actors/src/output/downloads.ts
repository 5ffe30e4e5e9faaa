/**
 * Files of posts, stored in a key-value store.
 *
 * [download-1] A file is stored before the commit of its item, under a key that follows from the item. If an attempt ends in
 *     between, the next one finds the file by its key and does not request it again.
 * [download-2] A file is stored completely or not at all.
 * [download-3] No file exceeds the limit of a file, and all files of a run together do not exceed the limit of the run. A
 *     file whose length is not known beforehand counts as the largest allowed one while it is read.
 * [download-4] A file that cannot be had is no failure of its item, which says why.
 * [download-5] When the process is told to end, no further file is begun and a file in progress gets a few seconds. The
 *     item is then left to the next attempt.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { pipeline, type Readable, Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { useState } from '@wherry/durable';
import { Actor, type KeyValueStore } from 'apify';
import { log } from 'crawlee';
import type { Item } from '../items/item.ts';
import { pauseMs } from '../settings.ts';
import { type FileResponse, fetchFile } from './fetch-file.ts';
import { type FileKind, filesOf, type MediaFile } from './media-files.ts';
import { type MediaSource, mediaSource } from './media-source.ts';

export interface DownloadOptions {
  readonly wanted: ReadonlySet<FileKind>;
  /** The run's default store by default. */
  readonly storeIdOrName: string | undefined;
  readonly maxFileBytes: number;
  readonly maxRunBytes: number;
}

/** A file of an item. `key` is null if it is not in the store; `errorCode` and `error` then say why. */
export interface StoredFile {
  readonly key: string | null;
  readonly url: string | null;
  readonly bytes: number | null;
  readonly errorCode: FileError | null;
  readonly error: string | null;
}

type FileError = 'expired' | 'gone' | 'refused' | 'unavailable' | 'too_large' | 'run_limit';

export interface DownloadedFiles {
  readonly storeId: string;
  readonly video: StoredFile | null;
  readonly cover: StoredFile | null;
  readonly subtitles: readonly (StoredFile & { readonly language: string | null })[];
}

/** Thrown when the process has been told to end [download-5]. Nothing of the page was given. */
export class DownloadsPaused extends Error {
  override readonly name = 'DownloadsPaused';
}

const filesAtOnce = 4;
const triesOfAddress = 4;
const secsToFinish = 5;

export class Downloads {
  readonly #options: DownloadOptions;
  readonly #store: KeyValueStore;
  /** The sizes of the stored files by key. It belongs to the commits of the items. */
  readonly #state: { readonly files: Record<string, number> };
  /** The same, with files whose items are not committed yet. */
  readonly #known: Map<string, number>;
  readonly #pending = new Map<string, Promise<StoredFile>>();
  readonly #stop = new AbortController();
  readonly #slots = new Slots(filesAtOnce);
  /** A request handler's writes are a part of its commit, which is too small for files. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #isStopping = false;
  #reservedBytes = 0;
  #hasToldLimit = false;

  private constructor(options: DownloadOptions, store: KeyValueStore, state: { files: Record<string, number> }) {
    this.#options = options;
    this.#store = store;
    this.#state = state;
    this.#known = new Map(Object.entries(state.files));
    for (const event of ['migrating', 'aborting'] as const) Actor.on(event, () => this.#end());
  }

  /** Outside of a request handler. @throws if the store cannot be opened */
  static async open(options: DownloadOptions): Promise<Downloads> {
    const store = await Actor.openKeyValueStore(options.storeIdOrName);
    const state = await useState('DOWNLOADS', { files: {} as Record<string, number> });
    return new Downloads(options, store, state);
  }

  /** Resolves with the items' files, once they are stored. @throws DownloadsPaused */
  async filesOf(items: readonly Item[]): Promise<Map<Item, DownloadedFiles>> {
    const source = mediaSource();
    const files = await Promise.all(
      items
        .filter(({ type }) => type === 'video')
        .map(async (item) => [item, await this.#filesOf(item, source)] as const),
    );
    return new Map(files);
  }

  async #filesOf(item: Item, source: MediaSource): Promise<DownloadedFiles> {
    const files = filesOf(item, this.#options.wanted);
    const stored = await Promise.all(files.map(async (file) => [file, await this.#once(file, source)] as const));
    for (const [, { key, bytes }] of stored) if (key !== null) this.#state.files[key] = bytes!;
    const first = (kind: FileKind) => stored.find(([file]) => file.kind === kind)?.[1] ?? null;
    return {
      storeId: this.#store.id,
      video: first('video'),
      cover: first('cover'),
      subtitles: stored.flatMap(([{ kind, language }, file]) => (kind === 'subtitle' ? [{ language, ...file }] : [])),
    };
  }

  /** Two lists may have the same post at the same time [download-1]. */
  #once(file: MediaFile, source: MediaSource): Promise<StoredFile> {
    const pending = this.#pending.get(file.key);
    if (pending !== undefined) return pending;
    const mine = this.#outside(() => this.#slots.use(() => this.#have(file, source)));
    this.#pending.set(file.key, mine);
    const forget = (): void => void this.#pending.delete(file.key);
    void mine.then(forget, forget);
    return mine;
  }

  async #have(file: MediaFile, source: MediaSource): Promise<StoredFile> {
    const bytes = this.#known.get(file.key) ?? (await this.#storedBytes(file.key));
    if (bytes !== null) return this.#found(file.key, bytes);
    const end = await this.#tryUrls(file, source);
    if (end.kind === 'stored') return this.#found(file.key, end.bytes);
    log.warning(`${file.key}: ${end.message}.`);
    return { key: null, url: null, bytes: null, errorCode: end.kind, error: end.message };
  }

  /** Tries the addresses of a file, the best one first. One that is refused, or too large, may have a better sibling. */
  async #tryUrls({ key, urls }: MediaFile, source: MediaSource): Promise<StoreEnd> {
    let failure: FileFailure = { kind: 'unavailable', message: 'there is no address' };
    for (const url of urls) {
      const end = await this.#tryUrl(key, url, source);
      if (end.kind === 'stored' || end.kind === 'run_limit') return end;
      failure = end;
    }
    return failure;
  }

  /** A server that fails for a moment is asked again, since its sibling may have another quality. */
  async #tryUrl(key: string, url: string, source: MediaSource): Promise<StoreEnd> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#isStopping) throw new DownloadsPaused('The files are left to the next attempt of the run.');
      const response = await fetchFile(url, source, this.#stop.signal);
      const end = response.kind === 'open' ? await this.#save(key, response) : response;
      if (end.kind !== 'unavailable' || attempt === triesOfAddress) return end;
      await delay((pauseMs / 4) * 2 ** attempt);
    }
  }

  /** Stores a response as a record, or nothing [download-2], within the limits [download-3]. */
  async #save(key: string, { body, contentType, bytes }: FileResponse & { kind: 'open' }): Promise<StoreEnd> {
    const { maxFileBytes, maxRunBytes } = this.#options;
    const room = maxRunBytes - this.#reservedBytes - this.#known.values().reduce((sum, each) => sum + each, 0);
    const wanted = bytes ?? Math.min(maxFileBytes, room);
    if (wanted > maxFileBytes || wanted > room || room <= 0) {
      body.on('error', () => undefined).destroy();
      return wanted > maxFileBytes ? tooLarge(maxFileBytes) : this.#runLimit();
    }
    this.#reservedBytes += wanted;
    try {
      const counted = countedBytes(body, wanted, bytes);
      const failure = await this.#write(key, counted, contentType);
      if (failure === null) this.#known.set(key, counted.count);
      if (counted.isTooLarge) return wanted < maxFileBytes ? this.#runLimit() : tooLarge(maxFileBytes);
      return failure ?? { kind: 'stored', bytes: counted.count };
    } finally {
      this.#reservedBytes -= wanted;
    }
  }

  async #write(key: string, { stream }: CountedBytes, contentType: string): Promise<FileFailure | null> {
    try {
      await this.#store.setValue(key, stream, { contentType, timeoutSecs: 3600, doNotRetryTimeouts: true });
      return null;
    } catch (error) {
      stream.destroy();
      if (this.#isStopping) throw new DownloadsPaused('The files are left to the next attempt of the run.');
      const { statusCode, message } = error as Error & { statusCode?: number };
      const isRefused = statusCode !== undefined && [400, 404, 413].includes(statusCode);
      return { kind: isRefused ? 'refused' : 'unavailable', message: `the file could not be stored: ${message}` };
    }
  }

  /** The size of a file that an earlier attempt has stored [download-1]. */
  async #storedBytes(key: string): Promise<number | null> {
    let bytes: number | null = null;
    await this.#store.forEachKey(
      (each, _index, { size }) => {
        if (each === key) bytes = size;
      },
      { prefix: key },
    );
    if (bytes !== null) this.#known.set(key, bytes);
    return bytes;
  }

  #found = (key: string, bytes: number): StoredFile => ({
    key,
    url: this.#store.getPublicUrl(key),
    bytes,
    errorCode: null,
    error: null,
  });

  #runLimit(): FileFailure {
    const message = `the files of this run have reached their limit of ${mbytes(this.#options.maxRunBytes)} MB`;
    if (!this.#hasToldLimit) log.warning(`No more large files are downloaded: ${message}. Raise maxDownloadMbytes.`);
    this.#hasToldLimit = true;
    return { kind: 'run_limit', message };
  }

  #end(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    setTimeout(() => this.#stop.abort(), secsToFinish * 1000).unref();
  }
}

type FileFailure = { readonly kind: FileError; readonly message: string };
type StoreEnd = FileFailure | { readonly kind: 'stored'; readonly bytes: number };

const mbytes = (bytes: number): number => Math.round(bytes / 1e6);

const tooLarge = (maxBytes: number): FileFailure => ({
  kind: 'too_large',
  message: `the file is larger than maxFileMbytes allows (${mbytes(maxBytes)} MB)`,
});

interface CountedBytes {
  readonly stream: Readable;
  readonly count: number;
  readonly isTooLarge: boolean;
}

/** The same stream, which fails if it has more bytes than `most` or ends before `expected` bytes [download-2]. */
function countedBytes(body: Readable, most: number, expected: number | null): CountedBytes {
  const counted = { count: 0, isTooLarge: false };
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      counted.count += chunk.length;
      counted.isTooLarge = counted.count > most;
      done(counted.isTooLarge ? new Error('the file is too large') : null, chunk);
    },
    flush(done) {
      const isCut = expected !== null && counted.count !== expected;
      done(isCut ? new Error(`the file ended after ${counted.count} of ${expected} bytes`) : null);
    },
  });
  // An error of either reaches the store's request through the stream.
  pipeline(body, stream, () => undefined);
  return Object.assign(counted, { stream });
}

/** So many at a time; the others wait in their order. */
class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
