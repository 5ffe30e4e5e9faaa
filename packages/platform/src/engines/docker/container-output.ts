import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { LoggedOutput } from '../engine.ts';
import { OutputDecoder, type OutputLine } from './output-decoder.ts';

/** Where to continue a container's output: its lines since a time, without the first few. */
export interface OutputPosition {
  readonly sinceMs: number;
  readonly skippedLines: number;
}

export const outputStart: OutputPosition = { sinceMs: 0, skippedLines: 0 };

const query = ({ sinceMs }: OutputPosition) => ({
  stdout: true,
  stderr: true,
  timestamps: true,
  // As text, since Docker accepts fractions of a second only in text.
  ...(sinceMs > 0 && { since: (sinceMs / 1000).toFixed(3) as unknown as number }),
});

/**
 * Finds how much of a container's output is in a log already, by a comparison of the two [engine-4]: whatever happened to
 * the platform between the arrival of a line and its write, the log itself shows it.
 */
export async function positionAfter(container: Docker.Container, logged: LoggedOutput): Promise<OutputPosition> {
  const sinceMs = Math.max(0, logged.sinceMs);
  let count = 0;
  let skippedLines = 0;
  const decoder = new OutputDecoder(({ atMs, text }) => {
    count += 1;
    // The last line that the log has: the lines before it were written before it.
    if (logged.take(atMs, text)) skippedLines = count;
  });
  decoder.write(await container.logs({ ...query({ sinceMs, skippedLines }), follow: false }));
  // A line without a line end may have been written incomplete when the platform died, so it is not compared.
  return { sinceMs, skippedLines };
}

/** Reads a container's output until it ends or Docker ends the stream. Resolves with where it stopped. */
export async function readOutput(
  container: Docker.Container,
  from: OutputPosition,
  { onLine, signal }: { onLine: (line: OutputLine) => Promise<void> | undefined | void; signal: AbortSignal },
): Promise<OutputPosition> {
  const stream = (await container.logs({ ...query(from), follow: true })) as Readable;
  let count = 0;
  let position = from;
  let ready: Promise<void> | undefined;
  const decoder = new OutputDecoder((line) => {
    count += 1;
    if (count <= from.skippedLines || signal.aborted) return;
    position = positionBehind(position, line);
    ready = onLine(line) || ready;
  });
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    for await (const chunk of stream) {
      decoder.write(chunk as Buffer);
      // When there is too much output, it waits in Docker and not in memory.
      await ready;
      ready = undefined;
    }
  } catch {
    // Docker ended the stream. The caller checks next whether the container has ended too.
  } finally {
    signal.removeEventListener('abort', stop);
  }
  decoder.end();
  return position;
}

/** By time, since Docker drops the oldest lines of a long log and a count from its beginning would become wrong. */
function positionBehind(before: OutputPosition, { atMs }: OutputLine): OutputPosition {
  if (atMs > before.sinceMs) return { sinceMs: atMs, skippedLines: 1 };
  return atMs === before.sinceMs ? { sinceMs: atMs, skippedLines: before.skippedLines + 1 } : before;
}
