import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { Change, ChangeSource } from '../src/database/changes.ts';
import type { Database } from '../src/database/database.ts';
import {
  activate,
  add,
  addDespiteConflict,
  addOnce,
  addRun,
  addThree,
  attempt,
  deleteTheRun,
  type Fault,
  ids,
  platform,
  readThatWrites,
} from './database-contract-operations.ts';

/** Opens the one database that belongs to a folder, made when it is missing. Another process does the same. */
export type OpenDatabase = (folder: string) => Database & ChangeSource;

/** An adapter under test: a module that exports `openDatabase`, so that a process that is killed can open it too. */
export interface Adapter {
  readonly openDatabase: OpenDatabase;
  readonly opener: URL;
}

const killRounds = 6;
const child = new URL('./database-contract-child.ts', import.meta.url);

/** What `database.ts`, `fence.ts` and `idempotency.ts` promise, checked on one adapter. */
export function describeDatabase(name: string, adapter: Adapter): void {
  describe(name, () => {
    describeDurability(adapter);
    describeGroups(adapter);
    describeFence(adapter);
    describeOnce(adapter);
    describeChanges(adapter);
  });
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-database-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function open({ openDatabase }: Adapter): Promise<Database & ChangeSource> {
  const database = openDatabase(await newFolder());
  onTestFinished(() => database.close());
  return database;
}

function spawnChild({ opener }: Adapter, folder: string, task: 'write' | 'switch', name: string): ChildProcess {
  const spawned = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(child), opener.href, folder, task, name],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void spawned.kill('SIGKILL'));
  return spawned;
}

/** Lets another process write until it is killed, after `lifeMs` from its first answer. What it was answered. */
async function writeAndKill(adapter: Adapter, folder: string, name: string, lifeMs: number): Promise<string[]> {
  const writer = spawnChild(adapter, folder, 'write', name);
  const acknowledged: string[] = [];
  const lines = createInterface({ input: writer.stdout! }).on('line', (line) => acknowledged.push(line));
  await once(lines, 'line');
  await delay(lifeMs);
  writer.kill('SIGKILL');
  await once(lines, 'close');
  return acknowledged;
}

const wholeOf = (seen: readonly string[]) => Map.groupBy(seen, (id) => id.slice(0, id.lastIndexOf('/')));
const partsOf = (seen: readonly string[]) => [...new Set([...wholeOf(seen).values()].map((parts) => parts.length))];

function describeDurability(adapter: Adapter): void {
  test('[database-1] what was acknowledged is there after kill -9 at a random moment; the rest whole or not at all', async () => {
    const folder = await newFolder();
    const acknowledged: string[] = [];
    for (let round = 1; round <= killRounds; round += 1) {
      const lifeMs = Math.random() * 200;
      const inRound = await writeAndKill(adapter, folder, `round-${round}`, lifeMs);
      acknowledged.push(...inRound);
      const database = adapter.openDatabase(folder);
      const seen = await database.read(ids, null, platform);
      await database.close();
      const there = wholeOf(seen);
      const lost = acknowledged.filter((id) => !there.has(id));
      expect(lost, `round ${round}, killed after ${lifeMs} ms, ${inRound.length} answers`).toEqual([]);
      expect(partsOf(seen), 'rows of one write').toEqual([3]);
    }
  });

  test('[database-4] another process sees whole writes only, while they are made', async () => {
    const folder = await newFolder();
    const database = adapter.openDatabase(folder);
    onTestFinished(() => database.close());
    const writing = writeAndKill(adapter, folder, 'writer', 500);
    let ended = false;
    void writing.finally(() => {
      ended = true;
    });
    const seen = new Set<number>();
    while (!ended) {
      const now = await database.read(ids, null, platform);
      seen.add(now.length);
      expect(partsOf(now).filter((count) => count !== 3)).toEqual([]);
      await delay(1);
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  test('[database-1] writes that wait when the database is closed are done, and there when it is opened again', async () => {
    const folder = await newFolder();
    const first = adapter.openDatabase(folder);
    const writes = ['a', 'b', 'c'].map((id) => first.write(add, { id }, platform));
    await first.close();
    expect(await Promise.all(writes)).toEqual([1, 2, 3]);
    const second = adapter.openDatabase(folder);
    expect(await second.read(ids, null, platform)).toEqual(['a', 'b', 'c']);
    await second.close();
  });
}

function describeGroups(adapter: Adapter): void {
  test('[database-2], [database-5] of the writes of a group, those that throw change nothing, and the others take effect in order', async () => {
    const database = await open(adapter);
    const faults: readonly (Fault | undefined)[] = [undefined, 'refuses', undefined, 'fails', 'breaks a constraint'];
    const inputs = Array.from({ length: 50 }, (_, index) => ({
      id: `s${index}`,
      fault: faults[index % faults.length],
    }));
    const outcomes = await Promise.allSettled(
      inputs.map(({ id, fault }) => database.write(add, { id, ...(fault !== undefined && { fault }) }, platform)),
    );
    const kept = inputs.filter(({ fault }) => fault === undefined).map(({ id }) => id);
    expect(await database.read(ids, null, platform)).toEqual(kept);
    const places = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(places).toEqual(kept.map((_, index) => index + 1));
    expect(outcomes[1]).toMatchObject({ reason: { statusCode: 400, message: 'refused on purpose' } });
    expect(outcomes[3]).toMatchObject({ reason: { message: 'failed on purpose' } });
    expect(outcomes[4]).toMatchObject({ status: 'rejected' });
  });

  test('[database-2] a write may go on after a statement that the database refused', async () => {
    const database = await open(adapter);
    expect(await database.write(addDespiteConflict, 'x', platform)).toBeGreaterThan(0);
    expect(await database.read(ids, null, platform)).toContain('x-instead');
  });

  test('[database-5] writes end in the order of their calls, over many groups', async () => {
    const database = await open(adapter);
    const answered: number[] = [];
    const asked = Array.from({ length: 2000 }, (_, index) => index);
    await Promise.all(
      asked.map(async (index) => {
        await database.write(add, { id: `${index}` }, platform);
        answered.push(index);
      }),
    );
    expect(answered).toEqual(asked);
    expect(await database.read(ids, null, platform)).toEqual(asked.map(String));
  });

  test('a read that begins after a write has ended sees it, and changes nothing itself', async () => {
    const database = await open(adapter);
    await database.write(addThree, 'x', platform);
    await expect(database.read(readThatWrites, 'y', platform)).rejects.toThrow();
    expect(await database.read(ids, null, platform)).toEqual(['x/a', 'x/b', 'x/c']);
  });
}

function describeFence(adapter: Adapter): void {
  test('[fence-1], [database-3] an attempt that is not active reads and changes nothing, from the moment of the switch', async () => {
    const database = await open(adapter);
    await database.write(addRun, 1, platform);
    // All in one group: the switch lies between the two writes of attempt 1.
    const [before, , after, next] = await Promise.allSettled([
      database.write(add, { id: 'before' }, attempt(1)),
      database.write(activate, 2, platform),
      database.write(add, { id: 'after' }, attempt(1)),
      database.write(add, { id: 'next' }, attempt(2)),
    ]);
    expect([before.status, next.status]).toEqual(['fulfilled', 'fulfilled']);
    const fenced = { statusCode: 403, type: 'attempt-fenced', details: { runId: 'r', attempt: 1 } };
    expect(after).toMatchObject({ status: 'rejected', reason: fenced });
    await expect(database.read(ids, null, attempt(1))).rejects.toMatchObject(fenced);
    expect(await database.read(ids, null, attempt(2))).toEqual(['before', 'active-2', 'next']);
  });

  test('[fence-2] nothing of the old attempt comes after a switch by another process', async () => {
    const folder = await newFolder();
    const database = adapter.openDatabase(folder);
    onTestFinished(() => database.close());
    await database.write(addRun, 1, platform);
    await once(spawnChild(adapter, folder, 'switch', '').stdout!, 'data');
    let refusal: unknown;
    for (let number = 1; refusal === undefined; number += 1) {
      await database.write(add, { id: `old-${number}` }, attempt(1)).catch((error: unknown) => {
        refusal = error;
      });
      // A writer that never pauses may keep another process out for as long as it likes.
      await delay(1);
    }
    expect(refusal).toMatchObject({ type: 'attempt-fenced' });
    const seen = await database.read(ids, null, attempt(2));
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe('active-2');
  });

  test('[fence-3] a run without an active attempt takes reads and writes from none, and an unknown run neither', async () => {
    const database = await open(adapter);
    await expect(database.read(ids, null, attempt(1))).rejects.toMatchObject({ type: 'attempt-fenced' });
    await database.write(addRun, 1, platform);
    await database.write(activate, null, platform);
    const late = database.write(add, { id: 'late' }, attempt(1));
    await expect(late).rejects.toMatchObject({ type: 'attempt-fenced' });
    expect(await database.read(ids, null, platform)).toEqual(['active-null']);
  });
}

function describeOnce(adapter: Adapter): void {
  test('once: a repeated key gets the first result and changes nothing, in one group and after a new start', async () => {
    const folder = await newFolder();
    const first = adapter.openDatabase(folder);
    const push = (database: Database, id: string, key?: string, scope = 'one') =>
      database.write(addOnce, { scope, id, ...(key !== undefined && { key }) }, platform);
    const [a, again] = await Promise.all([push(first, 'a', 'k'), push(first, 'b', 'k')]);
    expect(again).toEqual(a);
    await Promise.all([push(first, 'c', 'k', 'other'), push(first, 'd', 'l'), push(first, 'e'), push(first, 'f')]);
    await first.close();
    const second = adapter.openDatabase(folder);
    expect(await push(second, 'g', 'k')).toEqual(a);
    expect(await second.read(ids, null, platform)).toEqual(['a', 'c', 'd', 'e', 'f']);
    await second.close();
  });

  test('once: what was refused is not remembered', async () => {
    const database = await open(adapter);
    const input = { scope: 'one', key: 'k', id: 'a' };
    await expect(database.write(addOnce, { ...input, fault: 'refuses' }, platform)).rejects.toMatchObject({
      statusCode: 400,
    });
    expect(await database.write(addOnce, input, platform)).toEqual({ id: 'a', place: 1 });
  });

  test('once: the fence comes first, so a fenced attempt does not get the first result', async () => {
    const database = await open(adapter);
    await database.write(addRun, 1, platform);
    const input = { scope: 'one', key: 'k', id: 'a' };
    await database.write(addOnce, input, attempt(1));
    await database.write(activate, 2, platform);
    await expect(database.write(addOnce, input, attempt(1))).rejects.toMatchObject({ type: 'attempt-fenced' });
    expect(await database.write(addOnce, input, attempt(2))).toMatchObject({ id: 'a' });
  });
}

function describeChanges(adapter: Adapter): void {
  /** Watches the database. The changes that it tells, as `kind id`. */
  async function watched(database: ChangeSource): Promise<string[]> {
    const told: string[] = [];
    await database.watch((changes) => void told.push(...changes.map(({ kind, id }) => `${kind} ${id}`)));
    return told;
  }
  const isTold = (told: readonly string[], change: string) => until(`${change} is told`, () => told.includes(change));

  test('[change-1] a change is told once it is committed, and what is rolled back never', async () => {
    const database = await open(adapter);
    await database.write(add, { id: 'before' }, platform);
    const told: { change: Change; isStored: boolean }[] = [];
    const reads: Promise<void>[] = [];
    await database.watch((changes) => {
      const reading = database.read(ids, null, platform).then((stored) => {
        for (const change of changes) told.push({ change, isStored: stored.includes(change.id) });
      });
      reads.push(reading);
    });
    const faults: readonly (Fault | undefined)[] = [undefined, 'refuses', 'fails', 'breaks a constraint'];
    const writes = faults.map((fault, index) =>
      database.write(add, { id: `w${index}`, ...(fault && { fault }) }, platform),
    );
    await Promise.allSettled([...writes, database.write(addDespiteConflict, 'x', platform)]);
    await database.write(addThree, 'last', platform);
    await until('the last change is told', () => told.some(({ change }) => change.id === 'last/c'));
    await Promise.all(reads);
    expect(told.map(({ change }) => change.id)).toEqual(['w0', 'x', 'x-instead', 'last/a', 'last/b', 'last/c']);
    expect(told.every(({ isStored }) => isStored)).toBe(true);
    expect(told[0]!.change).toEqual({ kind: 'server', id: 'w0', userId: null, runId: null, actorId: null });
  });

  test('a change says whose it is, also when the thing is deleted; several of one thing are told as one', async () => {
    const database = await open(adapter);
    const told: Change[] = [];
    await database.watch((changes) => void told.push(...changes));
    await Promise.all([database.write(addRun, 1, platform), database.write(activate, 2, platform)]);
    await database.write(deleteTheRun, null, platform);
    await until('the deletion is told', () => told.filter(({ kind }) => kind === 'run').length >= 2);
    const run = { kind: 'run', id: 'r', userId: 'u', runId: 'r', actorId: 'a' };
    expect(told.filter(({ kind }) => kind === 'run')).toEqual([run, run]);
    expect(told[0]).toEqual({ kind: 'user', id: 'u', userId: 'u', runId: null, actorId: null });
  });

  test('[change-3] while nobody watches nothing is told, and it can be watched again', async () => {
    const database = await open(adapter);
    const first = await watched(database);
    await database.write(add, { id: 'a' }, platform);
    await isTold(first, 'server a');
    await database.watch(undefined);
    await database.write(add, { id: 'b' }, platform);
    const second = await watched(database);
    // Nothing that came before is told to the next listener.
    await database.write(add, { id: 'c' }, platform);
    await isTold(second, 'server c');
    expect([first, second]).toEqual([['server a'], ['server c']]);
  });

  test('changes of writes that are made while it begins to be watched are told or visible to who reads then', async () => {
    const database = await open(adapter);
    const told: string[] = [];
    const writes = Array.from({ length: 200 }, (_, index) => database.write(add, { id: `${index}` }, platform));
    const watching = database.watch((changes) => void told.push(...changes.map(({ id }) => id)));
    await watching;
    const seen = await database.read(ids, null, platform);
    await Promise.all(writes);
    await database.write(add, { id: 'last' }, platform);
    await until('the last change is told', () => told.includes('last'));
    const known = new Set([...seen, ...told]);
    expect(Array.from({ length: 200 }, (_, index) => `${index}`).filter((id) => !known.has(id))).toEqual([]);
  });
}
