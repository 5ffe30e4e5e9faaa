import { open } from 'node:fs/promises';
import type { LoggedOutput } from '../engines/engine.ts';
import { foreignLine } from './log-lines.ts';

/** How much of a long log is read: more than a platform may have been writing when it died. */
const tailBytes = 1024 * 1024;
const stampChars = '2000-01-01T00:00:00.000Z'.length;

/** The lines at the end of a log, each with its time; lines that are in the log are not written again. */
export class LogTail implements LoggedOutput {
  readonly sinceMs: number;
  readonly #counts = new Map<string, number>();

  /** @param isCut whether the log has lines before these: those of the first line's time may be among them */
  constructor(lines: readonly string[], isCut: boolean) {
    const stamps = lines.map((line) => Date.parse(line.slice(0, stampChars)));
    this.sinceMs = isCut && stamps[0] !== undefined ? stamps[0] + 1 : 0;
    for (const [index, line] of lines.entries()) {
      if (stamps[index]! < this.sinceMs) continue;
      const key = keyOf(stamps[index]!, line.slice(stampChars + 1));
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }

  static async read(file: string, maxBytes = tailBytes): Promise<LogTail> {
    const { lines, isCut } = await readLastLines(file, maxBytes);
    return new LogTail(lines, isCut);
  }

  take(atMs: number, text: string): boolean {
    const key = keyOf(atMs, foreignLine(text));
    const count = this.#counts.get(key) ?? 0;
    if (count > 0) this.#counts.set(key, count - 1);
    return count > 0;
  }
}

/** The whole lines at the end of a file; none when there is no such file. `isCut`: there are others before them. */
export async function readLastLines(
  file: string,
  maxBytes: number,
): Promise<{ readonly lines: readonly string[]; readonly isCut: boolean }> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return { lines: [], isCut: false };
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - maxBytes);
    const { buffer } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    // The last piece has no line end: it is empty, or an incomplete line that a crash left.
    const lines = buffer.toString('utf8').split('\n').slice(0, -1);
    return { lines: start > 0 ? lines.slice(1) : lines, isCut: start > 0 };
  } finally {
    await handle.close();
  }
}

const keyOf = (atMs: number, text: string) => `${atMs} ${text}`;
