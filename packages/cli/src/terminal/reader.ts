import { exitCodes } from '../exit-codes.ts';

/** The reader of the output may go away before its end, as `head` does when it has its lines. */
const streams = [process.stdout, process.stderr] as const;

const end = () => process.exit(exitCodes.readerGone);
const ignore = () => undefined;

/** For a command that only prints: it ends with the reader of its stdout, as `cat` does. */
export const endWithReader = (): void => react(end);

/** For a command whose work matters more than its output. */
export const outliveReader = (): void => react(ignore);

function react(whenGone: () => void): void {
  for (const stream of streams) {
    stream.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // Stderr has only the progress: without its reader the result is still wanted.
      if (stream === process.stdout) whenGone();
    });
  }
}
