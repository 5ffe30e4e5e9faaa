/**
 * Writes the fixture of the present state format: `node packages/durable/test/formats/write.ts`. Only for a new format: the
 * fixture of a released format is never written again.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { startRun } from '../../src/durable-run.ts';
import { durableMap, durableSet, openState, useState } from '../../src/index.ts';
import { stateFormat } from '../../src/state/head-record.ts';
import { MemoryBackend, MemoryStore } from '../memory-backend.ts';
import { plain } from '../state-actions.ts';

const limits = {
  maxTailSize: 700,
  maxFreshSize: 2000,
  minLogSize: 3000,
  maxFirstSize: 100_000,
  logPerSnapshot: 0.5,
  chunkSize: 400,
  sliceSize: 100,
  groupSize: 80,
  maxReadableSize: 4096,
  maxExactCopySize: 5000,
  maxReadableCopySize: 10_000,
};
const store = new MemoryStore();
const run = await startRun(new MemoryBackend(store), limits);
const state = await openState({
  key: 'state',
  version: 3,
  initial: () => ({
    cursor: 0,
    note: null as string | null,
    fields: { $set: 'escaped', ü: [1.5, true, null], 'a.b': {} } as Record<string, unknown>,
    list: [] as unknown[],
    seen: durableSet<string>(),
    sizes: durableMap<string | number, { size: number; $map: number }>([['first', { size: 1, $map: 1 }]]),
  }),
  run,
});
// A state that is only a head, with the operations of states that several handlers change.
const shared = await useState<Record<string, unknown>>('shared', { count: 1, list: [3, 1, 2] }, { run });
for (let round = 0; round < 2; round += 1) {
  shared.count = (shared.count as number) + 2;
  shared[`made-${round}`] = { count: round };
  delete shared['made-0'];
  const list = shared.list as number[];
  list.push(9 - round);
  list.sort((a, b) => a - b);
  list.splice(1, 1);
  list[0] = 7;
  await run.settled();
}
for (let index = 0; index < 62; index += 1) {
  await state.commit((draft) => {
    draft.cursor = index;
    draft.note = index % 7 === 0 ? null : `note ${index}`;
    draft.fields[`field-${index % 5}`] = { index, inner: durableSet([`inner-${index}`]) };
    if (index % 6 === 5) delete draft.fields['field-0'];
    draft.list.push(index, [`${index}`]);
    if (draft.list.length > 12) draft.list.splice(index % 4, 3, { replaced: index });
    if (index % 10 === 9) draft.list.reverse();
    draft.seen.add(`seen-${index}`);
    draft.seen.delete(`seen-${index - 4}`);
    draft.sizes.set(index % 8, { size: index, $map: index });
    if (index === 30 || index === 60) draft.sizes.clear();
    if (index % 9 === 8) draft.sizes.delete(index % 8);
  });
}
// As if the process died now.
const records = [...store.records];
const folder = new URL(`./${stateFormat}/`, import.meta.url);
await mkdir(folder, { recursive: true });
const write = (name: string, value: unknown) =>
  writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(value, undefined, 1)}\n`);
for (const [key, text] of records) await write(key, JSON.parse(text));
await write('expected', { state: plain(state.value), shared: plain(shared) });
