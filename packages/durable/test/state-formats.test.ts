import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startRun } from '../src/durable-run.ts';
import { openState, useState } from '../src/index.ts';
import { stateFormat } from '../src/state/head-record.ts';
import { MemoryBackend, MemoryStore } from './memory-backend.ts';
import { plain } from './state-actions.ts';

const folder = new URL('./formats/', import.meta.url);
const formats = (await readdir(folder)).filter((name) => /^\d+$/.test(name));

test('every format up to the present one has a fixture', () => {
  expect(formats.map(Number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: stateFormat }, (_, index) => index + 1),
  );
});

test.each(formats)('states in format %s can be opened and changed', async (format) => {
  const store = new MemoryStore();
  let expected: { state: unknown; shared: unknown } | undefined;
  for (const file of await readdir(new URL(`${format}/`, folder))) {
    const text = await readFile(new URL(`${format}/${file}`, folder), 'utf8');
    if (file === 'expected.json') expected = JSON.parse(text);
    else store.records.set(file.replace(/\.json$/, ''), JSON.stringify(JSON.parse(text)));
  }
  const open = async () =>
    openState<{ cursor: number }>({
      key: 'state',
      version: 3,
      initial: () => expect.unreachable(),
      run: await startRun(new MemoryBackend(store)),
    });
  const state = await open();
  expect(plain(state.value)).toEqual(expected!.state);
  const run = await startRun(new MemoryBackend(store));
  const shared = await useState('shared', {}, { run });
  expect(plain(shared)).toEqual(expected!.shared);
  await state.commit((draft) => {
    draft.cursor = -1;
  });
  expect((await open()).value.cursor).toBe(-1);
});
