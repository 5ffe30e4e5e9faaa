import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureUser } from '../src/accounts/tokens.ts';
import { createActor } from '../src/actors/actors.ts';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import { newId } from '../src/shared/ids.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly database: SqliteDatabase;
  /** Where its files are. */
  readonly folder: string;
  readonly userId: string;
  readonly actorId: string;
  /** Moves both clocks on. */
  pass(ms: number): void;
}

/** What its clocks show at first. */
export const worldStartMs = 1_800_000_000_000;

/** A database with a user and an Actor, and a clock of the test. */
export async function databaseOfTest(): Promise<TestDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-webhooks-'));
  let now = worldStartMs;
  const clock = { now: () => now, monotonicMs: () => now, after: () => () => undefined };
  const database = SqliteDatabase.open(path.join(folder, 'database.sqlite'), clock);
  const byPlatform = { kind: 'platform' } as const;
  const userId = newId();
  await database.write(ensureUser, { userId, username: 'user', tokenHash: 'hash' }, byPlatform);
  const actorId = newId();
  await database.write(createActor, { userId, id: actorId, input: { name: 'hooked' } }, byPlatform);
  return {
    database,
    folder,
    userId,
    actorId,
    pass(ms) {
      now += ms;
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
