/**
 * Ends what disabled users have under way [user-2], and deletes what removed ones had [user-3]. What is left when the platform
 * ends is done by the next start.
 */
import type { Logger } from 'pino';
import { eraseUser, type LeftOfUser, leftOfUser, workOfDisabledUsers } from '../accounts/ended-users.ts';
import { listRemovedUsers } from '../accounts/users.ts';
import { deleteActor } from '../builds/build-ends.ts';
import type { Builder } from '../builds/builder.ts';
import { abortBuild, deleteBuild } from '../builds/builds.ts';
import type { Database } from '../database/database.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { FileStore } from '../objects/file-store.ts';
import { deleteRun } from '../runs/operations/run-deletion.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import type { Clock } from '../shared/clock.ts';
import { Refusal } from '../shared/errors.ts';
import { nextTurn } from '../shared/slices.ts';
import { datasets } from '../storages/datasets/dataset.ts';
import type { Eraser } from '../storages/erasure.ts';
import { keyValueStores } from '../storages/key-value-stores/store.ts';
import { requestQueues } from '../storages/request-queues/queue.ts';

export interface UserEndingParts {
  readonly database: Database;
  readonly runControl: Pick<RunControl, 'change'>;
  readonly builder: Pick<Builder, 'stop' | 'removeFiles'>;
  readonly logs: Pick<LogStore, 'remove'>;
  readonly files: Pick<FileStore, 'remove'>;
  readonly eraser: Pick<Eraser, 'wake'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error' | 'info'>;
}

/** How long to wait for ends of runs, and after a failure. */
const retryMs = 1000;
const platform = { kind: 'platform' } as const;
const storageKinds = { datasets, key_value_stores: keyValueStores, request_queues: requestQueues };

export class UserEndings {
  readonly #parts: UserEndingParts;
  #working: Promise<void> | undefined;
  #isWanted = false;
  #isClosed = false;
  #cancelRetry: () => void = () => undefined;

  constructor(parts: UserEndingParts) {
    this.#parts = parts;
  }

  /** To be called at the start, and after a user was disabled or removed. */
  wake(): void {
    this.#isWanted = true;
    if (this.#isClosed) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#isWanted) this.wake();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { database, logger } = this.#parts;
    this.#isWanted = false;
    let isOver = true;
    try {
      await this.#abortWork();
      for (const userId of await database.read(listRemovedUsers, null, platform)) {
        if (!(await this.#erase(userId))) isOver = false;
        else logger.info({ userId }, 'a removed user is deleted with all data');
      }
    } catch (error) {
      isOver = false;
      logger.error({ err: error }, 'what disabled and removed users have was not ended; this is tried again');
    }
    if (isOver || this.#isClosed) return;
    this.#cancelRetry();
    this.#cancelRetry = this.#parts.clock.after(retryMs, () => this.wake());
  }

  /** [user-2] */
  async #abortWork(): Promise<void> {
    const { database, runControl, builder } = this.#parts;
    const { runs, builds } = await database.read(workOfDisabledUsers, null, platform);
    // Not gracefully: whoever is disabled may be one whose token has leaked. A run can be resurrected later.
    const abort = { kind: 'abort', graceMs: 0 } as const;
    for (const { id } of runs) {
      if (this.#isClosed) return;
      await unlessRefused(runControl.change(id, abort, platform));
    }
    for (const { id: buildId, userId } of builds) {
      await unlessRefused(database.write(abortBuild, { userId, buildId }, platform));
      builder.stop(buildId);
    }
  }

  /** [user-3] Resolves with false when something could not be deleted yet. */
  async #erase(userId: string): Promise<boolean> {
    for (;;) {
      if (this.#isClosed) return false;
      const left = await this.#parts.database.read(leftOfUser, { userId }, platform);
      if (Object.values(left).every((each) => each.length === 0)) break;
      if (!(await this.#eraseSlice(userId, left))) return false;
      await nextTurn();
    }
    await this.#parts.database.write(eraseUser, { userId }, platform);
    return true;
  }

  /** Resolves with false when nothing of it could be deleted. */
  async #eraseSlice(userId: string, { actors, runs, builds, storages }: LeftOfUser): Promise<boolean> {
    const { database, builder, logs, files, eraser } = this.#parts;
    let deleted = 0;
    for (const actor of actors) {
      for (const buildId of await database.write(deleteActor, { userId, actor }, platform)) builder.stop(buildId);
      deleted += 1;
    }
    for (const runId of runs) {
      const address = { kind: 'id', userId, runId } as const;
      const deletion = await unlessRefused(database.write(deleteRun, { address }, platform));
      if (deletion?.kind !== 'deleted') continue;
      if (!deletion.isOver) eraser.wake();
      await logs.remove(runId);
      deleted += 1;
    }
    // Runs need their storages and builds to their end.
    if (runs.length > 0) return deleted > 0;
    for (const { table, id: address } of storages) {
      const erased = await database.write(storageKinds[table].delete, { userId, address }, platform);
      if (!erased.isOver) eraser.wake();
      for (const blobId of erased.blobIds) await files.remove(blobId);
      deleted += 1;
    }
    for (const buildId of builds) {
      const found = await unlessRefused(database.write(deleteBuild, { userId, buildId }, platform));
      if (found === undefined) continue;
      await builder.removeFiles(buildId);
      deleted += 1;
    }
    return deleted > 0;
  }
}

/** Undefined for what is over, or is not to be deleted yet. */
async function unlessRefused<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Refusal && error.statusCode < 500) return undefined;
    throw error;
  }
}
