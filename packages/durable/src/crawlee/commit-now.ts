import { setImmediate as turn } from 'node:timers/promises';
import { durableRun } from '../durable-run.ts';
import { haltUnlessRejected } from './lost-run.ts';
import { runInScope, scopeAtWork, Work } from './work.ts';

/**
 * For a request handler that works for a long time and gives its results in parts. All that `body` writes, by any method of
 * Crawlee or the SDK, is one commit, which is made before `commitNow` resolves and is not a part of the handler's own
 * commit. If the handler is started again, it must find in what was committed where to continue. If `body` throws, nothing
 * of it takes effect.
 * @returns what `body` returned
 * @throws TypeError outside of a request handler of a durable crawler
 * @throws CommitRejectedError if the API does not accept a part; nothing was changed then
 * @throws what `body` throws
 */
export async function commitNow<Result>(body: () => Promise<Result>): Promise<Result> {
  if (scopeAtWork()?.work === undefined) {
    throw new TypeError(
      'commitNow was called outside of a request handler of a durable crawler. Call it in a handler.',
    );
  }
  const work = new Work((await durableRun()).begin());
  try {
    const result = await runInScope({ task: undefined, work }, body);
    // Writes that were not awaited often arrive in this turn of the event loop [work-3].
    await turn();
    await work.commit().catch(haltUnlessRejected);
    return result;
  } catch (error) {
    work.undo();
    throw error;
  }
}
