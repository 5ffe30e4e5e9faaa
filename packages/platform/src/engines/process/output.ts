import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LineSplitter } from '../../shared/line-splitter.ts';

/** Takes a line. A promise that it returns resolves when more can be taken. */
export type LineListener = (line: string) => Promise<void> | undefined | void;

export interface Pipe {
  /** To be read by this process. */
  readonly reader: Socket;
  /** To be given to a child process, and to be closed here afterwards. */
  readonly writeEnd: number;
}

/**
 * Pipes of the kernel, as between two commands of a shell. What Node opens with `stdio: 'pipe'` is a pair of sockets, which
 * takes few short writes at a time: a program that exits after much output loses more of it. Undefined where there is no
 * `mkfifo`, or the file system of `folder` has no named pipes.
 * @param folder exists, and is not accessible to others
 */
export async function openPipes(folder: string, name: string, count: number): Promise<readonly Pipe[] | undefined> {
  const files = Array.from({ length: count }, (_, index) => path.join(folder, `${name}-${index}`));
  const pipes: Pipe[] = [];
  try {
    await Promise.all(files.map((file) => rm(file, { force: true })));
    await promisify(execFile)('mkfifo', ['-m', '600', ...files]);
    for (const file of files) {
      // Without O_NONBLOCK it would wait for a writer. The write end is opened next, so that the reader sees no end yet.
      const readEnd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
      const reader = new Socket({ fd: readEnd, readable: true, writable: false });
      try {
        pipes.push({ reader, writeEnd: openSync(file, constants.O_WRONLY) });
      } catch (error) {
        reader.destroy();
        throw error;
      }
    }
    return pipes;
  } catch {
    closePipes(pipes);
    return undefined;
  } finally {
    // Both ends are open: nobody needs the name any more.
    await Promise.all(files.map((file) => rm(file, { force: true }).catch(() => undefined)));
  }
}

export function closePipes(pipes: readonly Pipe[]): void {
  for (const { reader, writeEnd } of pipes) {
    reader.destroy();
    closeSync(writeEnd);
  }
}

/** How often it is checked whether the rest of an output has been read. */
const checkMs = 50;

/** Reads one output of a program line by line, at the pace of its listener: what is not read yet waits in the pipe. */
export class Output {
  readonly #stream: Readable;
  readonly #ended = Promise.withResolvers<void>();
  #isOver = false;

  constructor(stream: Readable, onLine: LineListener) {
    this.#stream = stream;
    let room: Promise<void> | undefined;
    const lines = new LineSplitter((line) => {
      room = onLine(line) || room;
    });
    stream.on('data', (chunk: Buffer) => {
      lines.write(chunk);
      if (room === undefined) return;
      stream.pause();
      void room.then(() => stream.resume());
      room = undefined;
    });
    stream.once('close', () => {
      lines.end();
      this.#isOver = true;
      this.#ended.resolve();
    });
    // A stream that fails is closed next.
    stream.on('error', () => undefined);
  }

  /**
   * Reads what is in the pipe, until every process that could write has ended, and for `ms` at most: a process that could
   * not be killed may hold it. The time that the listener makes it wait does not count.
   */
  async finish(ms: number): Promise<void> {
    for (let leftMs = ms; !this.#isOver && leftMs > 0; ) {
      const stop = new AbortController();
      const pause = delay(checkMs, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([this.#ended.promise, pause]);
      stop.abort();
      if (!this.#stream.isPaused()) leftMs -= checkMs;
    }
    this.#stream.destroy();
    await this.#ended.promise;
  }
}
