import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changeKinds } from '../src/database/changes.ts';
import { toldTables, untoldTables } from '../src/database/sqlite/change-triggers.ts';
import { migrate } from '../src/database/sqlite/migrations/index.ts';
import { SqliteSession } from '../src/database/sqlite/session.ts';

test('[change-2] every table is told, or named among those that are not, and every kind is that of a table', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-triggers-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const session = new SqliteSession(path.join(folder, 'wherry.sqlite'), { readOnly: false });
  onTestFinished(() => session.close());
  migrate(session);
  const tables = session
    .rows<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .map(({ name }) => name);
  const known = [...new Set(toldTables.map(({ table }) => table)), ...untoldTables];
  expect(known.toSorted()).toEqual(tables.toSorted());
  expect(new Set(toldTables.map(({ kind }) => kind))).toEqual(new Set(changeKinds));
});
