import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { newId } from '../../shared/ids.ts';
import { LineSplitter } from '../../shared/line-splitter.ts';

/** Takes a line. A promise that it returns resolves when more can be taken. */
export type LineListener = (line: string) => Promise<void> | undefined | void;

export interface Pipe {
  /** To be read by this process. */
  readonly reader: Socket;
  /** To be given to a child process, and to be closed here afterwards. */
  readonly writeEnd: number;
}

/** How many pipes are made at a time. */
const batchSize = 16;

/**
 * Pipes of the kernel, as between two commands of a shell. What Node opens with `stdio: 'pipe'` is a pair of sockets, which
 * takes few short writes at a time: a program that exits after much output loses more of it. Node cannot make pipes, so
 * `mkfifo` makes named ones, several with one process and before they are needed.
 */
export class PipeMaker {
  readonly #folder: string;
  #ready: string[] = [];
  #making: Promise<boolean> | undefined;

  /** @param folder not accessible to others */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined where there is no `mkfifo`, or the file system of the folder, which must exist, has no named pipes. */
  async open(count: number): Promise<readonly Pipe[] | undefined> {
    while (this.#ready.length < count) if (!(await this.#make())) return undefined;
    const files = this.#ready.splice(0, count);
    // For the next start, which then need not wait.
    if (this.#ready.length < count) void this.#make();
    const pipes: Pipe[] = [];
    try {
      for (const file of files) pipes.push(openPipe(file));
      return pipes;
    } catch {
      closePipes(pipes);
      // Somebody may have emptied the folder.
      const all = [...files, ...this.#ready.splice(0)];
      await Promise.all(all.map((file) => rm(file, { force: true }).catch(() => undefined)));
      return undefined;
    }
  }

  /** Removes what was made and not used. To be called when nothing is opened any more. */
  async close(): Promise<void> {
    await this.#making;
    await Promise.all(this.#ready.map((file) => rm(file, { force: true }).catch(() => undefined)));
  }

  /** Whether it could. */
  #make(): Promise<boolean> {
    const id = newId();
    const files = Array.from({ length: batchSize }, (_, index) => path.join(this.#folder, `pipe-${id}-${index}`));
    this.#making ??= promisify(execFile)('mkfifo', ['-m', '600', ...files])
      .then(
        () => this.#ready.push(...files) > 0,
        async () => {
          await Promise.all(files.map((file) => rm(file, { force: true }).catch(() => undefined)));
          return false;
        },
      )
      .finally(() => {
        this.#making = undefined;
      });
    return this.#making;
  }
}

/** Opens both ends of a named pipe, and removes the name, which nobody needs any more. */
function openPipe(file: string): Pipe {
  // Without O_NONBLOCK it would wait for a writer. The write end is opened next, so that the reader sees no end yet.
  const readEnd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const reader = new Socket({ fd: readEnd, readable: true, writable: false });
  try {
    const writeEnd = openSync(file, constants.O_WRONLY);
    unlinkSync(file);
    return { reader, writeEnd };
  } catch (error) {
    reader.destroy();
    throw error;
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
/** What is read ahead of the lines, so that a burst is out of the pipe before its program calls `process.exit()`. */
const maxAheadBytes = 1024 * 1024;
/** The lines of this much output are handled between two reads of the pipe. */
const sliceBytes = 8 * 1024;

/** Reads one output of a program line by line, at the pace of its listener: what is not read yet waits in the pipe. */
export class Output {
  readonly #stream: Readable;
  readonly #lines: LineSplitter;
  readonly #ended = Promise.withResolvers<void>();
  #ahead: Buffer[] = [];
  #aheadBytes = 0;
  #room: Promise<void> | undefined;
  #isPumping = false;
  #isClosed = false;
  #isOver = false;

  constructor(stream: Readable, onLine: LineListener) {
    this.#stream = stream;
    this.#lines = new LineSplitter((line) => {
      this.#room = onLine(line) || this.#room;
    });
    stream.on('data', (chunk: Buffer) => {
      this.#ahead.push(chunk);
      this.#aheadBytes += chunk.length;
      if (this.#aheadBytes >= maxAheadBytes) stream.pause();
      void this.#pump();
    });
    stream.once('close', () => {
      this.#isClosed = true;
      void this.#pump();
    });
    // A stream that fails is closed next.
    stream.on('error', () => undefined);
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (let chunk = this.#ahead.shift(); chunk !== undefined; chunk = this.#ahead.shift()) {
      for (let at = 0; at < chunk.length; at += sliceBytes) {
        this.#lines.write(chunk.subarray(at, at + sliceBytes));
        const room = this.#room;
        this.#room = undefined;
        await (room ?? setImmediate());
      }
      this.#aheadBytes -= chunk.length;
      if (this.#aheadBytes < maxAheadBytes && this.#stream.isPaused()) this.#stream.resume();
    }
    this.#isPumping = false;
    if (!this.#isClosed || this.#isOver) return;
    this.#isOver = true;
    this.#lines.end();
    this.#ended.resolve();
  }

  /**
   * Reads what is in the pipe, until every process that could write has ended, and for `ms` at most: a process that could
   * not be killed may hold it. The time that the listener needs does not count.
   */
  async finish(ms: number): Promise<void> {
    for (let leftMs = ms; !this.#isOver && leftMs > 0; ) {
      const stop = new AbortController();
      const pause = delay(checkMs, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([this.#ended.promise, pause]);
      stop.abort();
      if (this.#aheadBytes < maxAheadBytes) leftMs -= checkMs;
    }
    this.#stream.destroy();
    await this.#ended.promise;
  }
}
