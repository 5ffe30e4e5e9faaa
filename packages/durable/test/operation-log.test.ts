import { expect, test } from 'vitest';
import { startRun } from '../src/durable-run.ts';
import { durableSet, openState } from '../src/index.ts';
import { defaultLimits } from '../src/state/limits.ts';
import { MemoryBackend, MemoryStore } from './memory-backend.ts';

test.each([10, 5_000, 200_000])(
  'a commit that changes %i characters sends little more, however long the log is',
  async (size) => {
    const backend = new MemoryBackend(new MemoryStore());
    const initial = () => ({ cursor: 0, texts: [] as string[], seen: durableSet<string>() });
    const state = await openState({ key: 'state', initial, run: await startRun(backend) });
    const { maxTailSize, maxFreshSize } = defaultLimits;
    for (let index = 0; index < 200; index += 1) {
      const before = backend.committedSize;
      await state.commit((draft) => {
        draft.cursor = index;
        draft.seen.add(`${index}`.padEnd(size / 2));
        draft.texts[index % 3] = `${index}`.padEnd(size / 2);
      });
      // The tail, and sometimes a merged segment with the keys of the segments that it replaces.
      expect(backend.committedSize - before).toBeLessThan(2 * size + 2 * (maxTailSize + maxFreshSize));
    }
    await state.close();
  },
);
