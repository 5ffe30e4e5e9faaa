import { expect, onTestFinished, test } from 'vitest';
import { unlessAborted } from '../src/trials.ts';

test.each([
  ['before', true],
  ['while it waited', false],
])('work that fails after its proof was aborted %s is no unhandled rejection', async (_, isAbortedBefore) => {
  const unhandled: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (reason) => unhandled.push(reason));
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });
  const stop = new AbortController();
  if (isAbortedBefore) stop.abort(new Error('stopped'));
  const work = Promise.withResolvers<void>();
  const waited = unlessAborted(work.promise, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waited).rejects.toThrow('stopped');
  work.reject(new Error('the platform is closed'));
  // Node reports an unhandled rejection after the microtasks of a turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
});
