import { setTimeout as delay } from 'node:timers/promises';
import { isNetworkError } from '../failure.ts';
import type { Connection } from './connection.ts';

/** How often the log is requested again, a second apart, when the platform is gone: enough time for its restart. */
const maxRetries = 30;

/**
 * Yields the log of a run or a build from its beginning to its end. It survives a restart of the platform: a log is only
 * appended to, so the part that was yielded before is skipped when the log is read again.
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

/** Yields the lines of the chunks; a rest without a line break at the end is a line too. */
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

/** A line of a log as data. `timestamp` is null for a line without one. */
export function logEntryOf(line: string): { timestamp: string | null; message: string } {
  const [, timestamp, message] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line) ?? [];
  return timestamp === undefined ? { timestamp: null, message: line } : { timestamp, message: message! };
}
