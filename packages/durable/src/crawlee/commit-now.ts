import { setImmediate as turn } from 'node:timers/promises';
import { durableRun } from '../durable-run.ts';
import { haltUnlessRejected } from './lost-run.ts';
import { runInScope, scopeAtWork, Work } from './work.ts';

/**
 * For a request handler that works long and gives its results in parts: all that `body` writes, by whatever way, is one
 * commit, which is made before this answers and is no part of the handler's own. A handler that is begun again must be
 * able to tell from what was committed where to go on. When `body` throws, nothing of it takes effect.
 * @throws TypeError outside of a request handler of a durable crawler
 * @throws CommitRejectedError when a part is unacceptable; nothing was changed then
 */
export async function commitNow<Result>(body: () => Promise<Result>): Promise<Result> {
  if (scopeAtWork()?.work === undefined) {
    throw new TypeError('commitNow was called outside of a request handler of a durable crawler. Call it within one.');
  }
  const work = new Work((await durableRun()).begin());
  try {
    const result = await runInScope({ task: undefined, work }, body);
    // [work-3] what was not waited for often comes within this turn.
    await turn();
    await work.commit().catch(haltUnlessRejected);
    return result;
  } catch (error) {
    work.undo();
    throw error;
  }
}
