import { exitCodes } from './exit-codes.ts';

/** Whoever reads our output may go away before its end, as `head` does once it has its lines. */
const streams = [process.stdout, process.stderr] as const;

const end = () => process.exit(exitCodes.readerGone);
const goOn = () => undefined;

/** For a command that has nothing to do but to tell: it ends with the reader of its stdout, as `cat` does. */
export const endWithReader = (): void => react(end);

/** For a command whose work matters more than what it tells of it. */
export const outliveReader = (): void => react(goOn);

function react(whenGone: () => void): void {
  for (const stream of streams) {
    stream.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // Stderr tells what goes on meanwhile: without its reader the result is still wanted.
      if (stream === process.stdout) whenGone();
    });
  }
}
