/**
 * Deletes what retention does not keep ([retention-1] to [retention-5]) every hour, and when an administrator asks for it.
 *
 * [retention-6] it works in slices, each a short write of its own with a turn for all other work after it. What is left when
 *     the platform ends is found by the next start.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { limitsOfUser, retentionDaysOf } from '../accounts/user-limits.ts';
import { listUserIds } from '../accounts/users.ts';
import type { CollectedKind, Collection, GarbageCollector } from '../api/gc/gc-routes.ts';
import { folderOfBuild } from '../builds/build-for-run.ts';
import type { Builder } from '../builds/builder.ts';
import { deleteExpiredBuild, findExpiredBuilds } from '../builds/expired-builds.ts';
import type { Database } from '../database/database.ts';
import type { LogStore, StoredLog } from '../logs/log-store.ts';
import type { FileStore } from '../objects/file-store.ts';
import {
  deleteExpiredRuns,
  deleteExpiredStorages,
  type ExpiredStorage,
  findExpiredRuns,
  findExpiredStorages,
  firstPlace,
  type Place,
  statesOfLogs,
} from '../runs/operations/expired-runs.ts';
import type { Clock } from '../shared/clock.ts';
import { Refusal } from '../shared/errors.ts';
import { nextTurn } from '../shared/slices.ts';
import type { Eraser } from '../storages/erasure.ts';
import type { StorageTable } from '../storages/storage-row.ts';

/** For how many days what is over is kept; for ever unless set. */
export interface RetentionDays {
  /** A user may have set fewer for runs and storages. */
  readonly runs?: number | undefined;
  /** Unnamed ones, after the last write. */
  readonly storages?: number | undefined;
  /** Of runs and builds that are kept longer. */
  readonly logs?: number | undefined;
  /** Those without a tag, after their last use. */
  readonly builds?: number | undefined;
}

export interface RetentionParts {
  readonly database: Database;
  readonly builder: Pick<Builder, 'removeFiles'>;
  readonly logs: Pick<LogStore, 'remove' | 'stored' | 'expire' | 'sizeOf'>;
  readonly files: Pick<FileStore, 'remove'>;
  readonly eraser: Pick<Eraser, 'wake'>;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'info'>;
  readonly days: RetentionDays;
}

const everyMs = 3_600_000;
/** After the start, when the runs that were continued have come up. */
const firstAfterMs = 60_000;
const runsOfSlice = 20;
const storagesOfSlice = 25;
const bytesOfSlice = 256 * 1024;
const logsOfSlice = 100;
/** A log without a run or a build may be one whose run is about to be stored. */
const leastAgeMs = 3_600_000;
const platform = { kind: 'platform' } as const;

const tables: Readonly<Record<'datasets' | 'keyValueStores' | 'requestQueues', StorageTable>> = {
  datasets: 'datasets',
  keyValueStores: 'key_value_stores',
  requestQueues: 'request_queues',
};

type Counts = Record<CollectedKind, { count: number; bytes: number }>;

/** A collection while it is under way. */
type Work = { -readonly [Key in keyof Collection]: Collection[Key] } & { readonly collected: Counts };

const newWork = (isDryRun: boolean, startedAt: number): Work => ({
  isDryRun,
  startedAt,
  finishedAt: null,
  error: null,
  collected: {
    runs: { count: 0, bytes: 0 },
    datasets: { count: 0, bytes: 0 },
    keyValueStores: { count: 0, bytes: 0 },
    requestQueues: { count: 0, bytes: 0 },
    logs: { count: 0, bytes: 0 },
    builds: { count: 0, bytes: 0 },
  },
});

export class Retention implements GarbageCollector {
  readonly #parts: RetentionParts;
  #work: Work | null = null;
  #working: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  get last(): Collection | null {
    return this.#work;
  }

  /** Collects from now on every hour. */
  startHourly(delayMs = firstAfterMs): void {
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      // One that somebody has started does the same.
      if (this.#work === null || this.#work.finishedAt !== null) this.start({ isDryRun: false });
      this.startHourly(everyMs);
    });
  }

  start({ isDryRun }: { readonly isDryRun: boolean }): Collection {
    const { clock, logger } = this.#parts;
    if (this.#work !== null && this.#work.finishedAt === null) {
      if (this.#work.isDryRun === isDryRun) return this.#work;
      const message = `A collection is under way${this.#work.isDryRun ? ' that deletes nothing' : ''}. Wait for its end.`;
      throw new Refusal(409, 'gc-under-way', message);
    }
    const work = newWork(isDryRun, clock.now());
    this.#work = work;
    this.#working = this.#collect(work).then(
      () => {
        work.finishedAt = clock.now();
        const hasDeleted = Object.values(work.collected).some(({ count }) => count > 0);
        if (hasDeleted && !isDryRun) logger.info({ collected: work.collected }, 'retention has deleted what is over');
      },
      (error: unknown) => {
        work.error = error instanceof Refusal ? error.message : 'It failed. The log of the platform says why.';
        work.finishedAt = clock.now();
        logger.error({ err: error }, 'retention could not delete all that is over; the next collection continues');
      },
    );
    return work;
  }

  /** Resolves when no slice is under way. The next process continues. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#working;
  }

  /** Resolves when the collection under way is over. */
  settled(): Promise<void> {
    return this.#working;
  }

  async #collect(work: Work): Promise<void> {
    const { database, days } = this.#parts;
    for (const userId of await database.read(listUserIds, null, platform)) {
      const { dataRetentionDays } = await database.read(limitsOfUser, { userId }, platform);
      const runDays = retentionDaysOf(dataRetentionDays, days.runs ?? null);
      if (runDays !== null) await this.#collectRuns(work, { userId, days: runDays });
      const storageDays = retentionDaysOf(dataRetentionDays, days.storages ?? null);
      if (storageDays !== null) {
        for (const kind of ['datasets', 'keyValueStores', 'requestQueues'] as const) {
          await this.#collectStorages(work, kind, { userId, days: storageDays });
        }
      }
    }
    await this.#collectLogs(work);
    if (days.builds !== undefined) await this.#collectBuilds(work, days.builds);
  }

  /** What a search finds, a page at a time, until its end or that of the platform. Each page has a turn of its own. */
  async *#pages<Thing, At>(
    first: At,
    search: (after: At) => Promise<{ readonly expired: readonly Thing[]; readonly next: At | null }>,
  ): AsyncIterable<readonly Thing[]> {
    let after: At | null = first;
    while (after !== null && !this.#isClosed) {
      const { expired, next }: { expired: readonly Thing[]; next: At | null } = await search(after);
      yield expired;
      after = next;
      await nextTurn();
    }
  }

  async #collectRuns(work: Work, of: { readonly userId: string; readonly days: number }): Promise<void> {
    const { database, logs } = this.#parts;
    const search = (after: Place) => database.read(findExpiredRuns, { ...of, after }, platform);
    for await (const expired of this.#pages(firstPlace, search)) {
      for (let first = 0; first < expired.length && !this.#isClosed; first += runsOfSlice) {
        const ids = expired.slice(first, first + runsOfSlice).map(({ id }) => id);
        const deleted = work.isDryRun ? ids : await this.#deleteRuns({ ...of, ids });
        // Together: on a busy platform each step waits for its turn.
        const sizes = await Promise.all(deleted.map((id) => logs.sizeOf(id)));
        for (const bytes of sizes) count(work, 'runs', bytes);
        if (!work.isDryRun) await Promise.all(deleted.map((id) => logs.remove(id)));
        await nextTurn();
      }
    }
  }

  async #deleteRuns(slice: {
    readonly userId: string;
    readonly days: number;
    readonly ids: readonly string[];
  }): Promise<readonly string[]> {
    const { deleted, isOver } = await this.#parts.database.write(deleteExpiredRuns, slice, platform);
    if (!isOver) this.#parts.eraser.wake();
    return deleted;
  }

  async #collectStorages(
    work: Work,
    kind: keyof typeof tables,
    of: { readonly userId: string; readonly days: number },
  ): Promise<void> {
    const { database } = this.#parts;
    const table = tables[kind];
    const search = (after: Place) => database.read(findExpiredStorages, { ...of, after, table }, platform);
    for await (const expired of this.#pages(firstPlace, search)) {
      for (const slice of slicesOf(expired)) {
        if (this.#isClosed) return;
        const ids = slice.map(({ id }) => id);
        const deleted = work.isDryRun ? ids : await this.#deleteStorages({ ...of, ids, table });
        for (const { id, bytes } of slice) if (deleted.includes(id)) count(work, kind, bytes);
        await nextTurn();
      }
    }
  }

  async #deleteStorages(slice: {
    readonly userId: string;
    readonly days: number;
    readonly ids: readonly string[];
    readonly table: StorageTable;
  }): Promise<readonly string[]> {
    const { database, files, eraser } = this.#parts;
    const { deleted, blobIds, isOver } = await database.write(deleteExpiredStorages, slice, platform);
    if (!isOver) eraser.wake();
    for (const blobId of blobIds) await files.remove(blobId);
    return deleted;
  }

  /** Those that are old, and those whose run or build was deleted by a process that died before it deleted the log. */
  async #collectLogs(work: Work): Promise<void> {
    let slice: StoredLog[] = [];
    for await (const log of this.#parts.logs.stored()) {
      if (this.#isClosed) return;
      slice.push(log);
      if (slice.length < logsOfSlice) continue;
      await this.#collectLogSlice(work, slice);
      slice = [];
    }
    await this.#collectLogSlice(work, slice);
  }

  async #collectLogSlice(work: Work, slice: readonly StoredLog[]): Promise<void> {
    const { database, logs, days, clock } = this.#parts;
    const ids = slice.map(({ id }) => id);
    const states = await database.read(statesOfLogs, { ids, days: days.logs ?? null }, platform);
    for (const [index, { id, bytes, modifiedAt }] of slice.entries()) {
      const isLost = states[index] === 'gone' && modifiedAt <= clock.now() - leastAgeMs;
      if (bytes === 0 || !(isLost || states[index] === 'ended')) continue;
      if (work.isDryRun || logs.expire(id)) count(work, 'logs', bytes);
    }
    await nextTurn();
  }

  async #collectBuilds(work: Work, days: number): Promise<void> {
    const { database, builder, dataFolder } = this.#parts;
    const search = (after: string) => database.read(findExpiredBuilds, { days, after }, platform);
    for await (const expired of this.#pages('', search)) {
      for (const id of expired) {
        if (this.#isClosed) return;
        const bytes = await bytesOf(path.join(dataFolder, folderOfBuild(id)));
        if (!work.isDryRun) {
          if (!(await database.write(deleteExpiredBuild, { days, id }, platform))) continue;
          await builder.removeFiles(id);
        }
        count(work, 'builds', bytes);
        await nextTurn();
      }
    }
  }
}

function count({ collected }: Work, kind: CollectedKind, bytes: number): void {
  collected[kind].count += 1;
  collected[kind].bytes += bytes;
}

/** Of a few storages each, fewer when they are large. */
function* slicesOf(storages: readonly ExpiredStorage[]): Iterable<readonly ExpiredStorage[]> {
  let slice: ExpiredStorage[] = [];
  let bytes = 0;
  for (const storage of storages) {
    if (slice.length === storagesOfSlice || (slice.length > 0 && bytes + storage.bytes > bytesOfSlice)) {
      yield slice;
      slice = [];
      bytes = 0;
    }
    slice.push(storage);
    bytes += storage.bytes;
  }
  if (slice.length > 0) yield slice;
}

/** Of all files below a folder; 0 for one that does not exist. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += (await stat(path.join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}
