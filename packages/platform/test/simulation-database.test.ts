import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import type { Clock } from '../src/shared/clock.ts';
import { CrashTally } from './simulation/crash-points.ts';
import { DatabaseLedger } from './simulation/database-ledger.ts';
import { runHistory } from './simulation/history.ts';
import { isReplay, runSeeds } from './simulation/seeds.ts';

const file = 'packages/platform/test/simulation-database.test.ts';

let folder: string;
let database: SqliteDatabase;
/** The time of the history that is under way. */
let time: { readonly wallMs: number } = { wallMs: 0 };
const clock: Clock = {
  now: () => time.wallMs,
  monotonicMs: () => time.wallMs,
  after: () => () => undefined,
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wherry-simulation-'));
  database = SqliteDatabase.open(path.join(folder, 'simulation.sqlite'), clock);
  await DatabaseLedger.prepare(database);
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const ledgerOf = (itsTime: typeof time) => {
  time = itsTime;
  return new DatabaseLedger(database);
};

test('the promises hold over the real database, its transactions and its fence', async () => {
  await runSeeds(
    file,
    { first: 1_000_001, count: 150 },
    { temper: 'harsh', tally: new CrashTally(), ledger: ledgerOf },
  );
  await runSeeds(
    file,
    { first: 2_000_001, count: 50 },
    { temper: 'gentle', tally: new CrashTally(), ledger: ledgerOf },
  );
});

test.skipIf(isReplay)('a history is the same, step by step, over the real database and over its model', async () => {
  const historyOf = async (seed: number, ledger?: typeof ledgerOf) => {
    const lines: string[] = [];
    const trace = (line: string) => lines.push(line);
    await runHistory(seed, {
      temper: 'harsh',
      breakage: 'none',
      tally: new CrashTally(),
      trace,
      ...(ledger && { ledger }),
    });
    return lines;
  };
  for (let seed = 3_000_001; seed <= 3_000_050; seed += 1) {
    expect(await historyOf(seed, ledgerOf)).toEqual(await historyOf(seed));
  }
});
