import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { isNetworkError } from './failure.ts';

/** How often, a second apart, a platform that went away is asked again: time enough for it to be started anew. */
const maxRetries = 30;

/**
 * The log of a run or a build from its beginning to its end. It outlives a restart of the platform: the log is only
 * ever appended to, so what was shown already is left out when it is read again.
 * `isOver`: whether nothing more will be written.
 */
export async function* followLog(
  connection: Connection,
  id: string,
  isOver: () => Promise<boolean>,
): AsyncGenerator<Buffer> {
  let shownBytes = 0;
  let failures = 0;
  while (true) {
    try {
      let passedBytes = 0;
      for await (const chunk of await connection.wherry.log(id, { follow: true })) {
        const fresh = chunk.subarray(Math.max(0, shownBytes - passedBytes));
        passedBytes += chunk.length;
        if (fresh.length === 0) continue;
        shownBytes += fresh.length;
        failures = 0;
        yield fresh;
      }
      if (await isOver()) return;
    } catch (error) {
      failures += 1;
      if (!isNetworkError(error) || failures > maxRetries) throw error;
    }
    await delay(1000);
  }
}

/** Whole lines out of chunks; what is left at the end counts as a line. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest !== '') yield rest;
}

/** A line of a log as data. `timestamp` is null for a line that has none. */
export function logEntryOf(line: string): { timestamp: string | null; message: string } {
  const [, timestamp, message] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line) ?? [];
  return timestamp === undefined ? { timestamp: null, message: line } : { timestamp, message: message! };
}
