import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteDatabase } from '../src/database/sqlite/database.ts';
import type { RunState } from '../src/runs/state/run-state.ts';
import type { Change } from '../src/runs/state/transitions.ts';
import { Refusal } from '../src/shared/errors.ts';
import { DatabaseLedger } from './simulation/database-ledger.ts';
import type { Ledger } from './simulation/ledger.ts';
import { MemoryLedger } from './simulation/memory-ledger.ts';
import { newRun } from './simulation/new-run.ts';
import { Random } from './simulation/random.ts';
import { emptyData } from './simulation/run-data.ts';

const platform = { kind: 'platform' } as const;
let folder: string;
let database: SqliteDatabase;
let nowMs = 1000;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wherry-run-store-'));
  const clock = { now: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined };
  database = SqliteDatabase.open(path.join(folder, 'test.sqlite'), clock);
  await DatabaseLedger.prepare(database);
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const attempt = fc.integer({ min: 1, max: 6 });
const serverId = fc.constantFrom('server-1', 'server-2');
const text = fc.constantFrom('one', 'two');
const time = fc.option(fc.integer({ min: 0, max: 2000 }));
const metamorph = fc.constant({ actorId: 'other', buildId: 'other', buildNumber: '0.0.2', inputKey: 'INPUT-2' });
const usage = fc.constant({ memAvgBytes: 1.5 });
const options: RunState['options'] = {
  build: 'latest',
  timeoutSecs: 3,
  memoryMbytes: 256,
  diskMbytes: 512,
  restartOnError: true,
  maxItems: 5,
  maxTotalChargeUsd: 0.25,
};

/** Ids of handoffs are made by the test: they are unique over all runs. */
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('recordContainer' as const),
    attempt,
    tokenHash: fc.uuid(),
    container: fc.constant({ pid: 7, bootId: 'boot' }),
  }),
  fc.record({ kind: fc.constant('addWaiting' as const), serverId }),
  fc.record({ kind: fc.constant('allocate' as const), serverId }),
  fc.record(
    {
      kind: fc.constant('requestHandoff' as const),
      id: fc.uuid(),
      targetServerId: fc.option(serverId),
      mode: fc.constantFrom('warm' as const, 'cold' as const, 'lost' as const),
      reason: fc.constantFrom(...(['migration', 'lost', 'reboot', 'metamorph', 'restart'] as const)),
      metamorph,
    },
    { requiredKeys: ['kind', 'id', 'mode', 'reason', 'targetServerId'] },
  ),
  fc.record({ kind: fc.constant('switch' as const), to: fc.option(attempt), serverId, migratingAt: time }),
  fc.record({ kind: fc.constant('completeHandoff' as const), outcome: text, firstCallAt: time, downtimeMs: time }),
  fc.record({ kind: fc.constant('cancelHandoff' as const), outcome: text }),
  fc.record({ kind: fc.constant('endAttempt' as const), attempt, exitCode: fc.option(fc.nat(255)) }),
  fc.record({
    kind: fc.constant('finish' as const),
    attempt,
    exitCode: fc.option(fc.nat(255)),
    message: fc.option(text),
    usage,
    status: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const, 'TIMED-OUT' as const, 'ABORTED' as const),
  }),
  fc.record({ kind: fc.constant('abort' as const), graceMs: fc.nat(500) }),
  fc.record({ kind: fc.constant('setStatusMessage' as const), message: text, isTerminal: fc.boolean() }),
  fc.record({
    kind: fc.constant('resurrect' as const),
    serverId,
    buildId: text,
    buildNumber: text,
    options: fc.constant(options),
  }),
);

/** The state that a change leaves, or what it is refused with. */
async function outcomeOf(ledger: Ledger, runId: string, change: Change): Promise<RunState | string> {
  try {
    await ledger.change(runId, change, platform);
    const state = await ledger.load(runId, platform);
    return { ...state, attempts: state.attempts.toSorted((one, other) => one.number - other.number) };
  } catch (error) {
    if (error instanceof Refusal) return error.type;
    throw error;
  }
}

const handoffsOf = async (ledger: Ledger, runId: string) =>
  (await ledger.handoffs(runId))
    .map(({ from: _from, to: _to, ...handoff }) => handoff)
    .sort((one, other) => one.id.localeCompare(other.id));

test('the database makes of any sequence of changes what the transitions make of it', async () => {
  let runs = 0;
  const property = fc.asyncProperty(fc.array(changes, { maxLength: 25 }), async (sequence) => {
    runs += 1;
    const run = newRun(`run-${runs}`, new Random(runs), 'server-1', nowMs);
    const ledgers = [new MemoryLedger(() => nowMs, 'none'), new DatabaseLedger(database)] as const;
    for (const ledger of ledgers) await ledger.create(run, emptyData([]));
    for (const change of sequence) {
      nowMs += 7;
      // Shrinking repeats a sequence, and ids are unique over all runs.
      const own = 'tokenHash' in change ? { ...change, tokenHash: `${run.id}/${change.tokenHash}` } : change;
      const unique = 'id' in own ? { ...own, id: `${run.id}/${own.id}` } : own;
      const [expected, found] = [
        await outcomeOf(ledgers[0], run.id, unique),
        await outcomeOf(ledgers[1], run.id, unique),
      ];
      expect(found).toEqual(expected);
    }
    expect(await handoffsOf(ledgers[1], run.id)).toEqual(await handoffsOf(ledgers[0], run.id));
  });
  await fc.assert(property, { numRuns: 150 });
});
