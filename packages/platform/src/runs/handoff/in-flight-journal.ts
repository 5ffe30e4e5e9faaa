/**
 * What attempts have in hand, in a file: for engines whose containers work on while no platform process is there. The
 * next one reads it, so that a planned move right after a restart waits for what was begun before.
 *
 * [in-flight-1] a request is in the file before the attempt hears that it has it. The file is written and not synced: it is for the
 *     death of the platform's process. With the machine's power, the containers on it are gone as well.
 * [in-flight-3] a request that is not in hand any more may be in the file still, when the platform died in between. Its attempt
 *     has had no answer then, and asks again: that takes it out.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** By the key of their attempts. */
export type InFlightByAttempt = Map<string, Set<string>>;

type Change = { readonly sign: '+' | '-'; readonly request: string } | { readonly sign: 'x'; readonly request?: '' };

/** Few requests are in hand at once; what is longer than this is mostly of the past. */
const usualMaxBytes = 1024 * 1024;
const line = /^([+x-]) (\S+) (\S*)$/;

export class InFlightJournal {
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #inFlight: InFlightByAttempt;
  #descriptor: number;
  #bytes = 0;

  private constructor(file: string, inFlight: InFlightByAttempt, maxBytes: number) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#inFlight = inFlight;
    this.#descriptor = this.#rewrite();
  }

  static open(file: string, maxBytes = usualMaxBytes): InFlightJournal {
    return new InFlightJournal(file, read(file), maxBytes);
  }

  /** What was in hand when the last change was noted. Whoever notes changes makes them here first. */
  get inFlight(): InFlightByAttempt {
    return this.#inFlight;
  }

  note(attempt: string, { sign, request = '' }: Change): void {
    try {
      this.#bytes += writeSync(this.#descriptor, `${sign} ${attempt} ${request}\n`);
      if (this.#bytes > this.#maxBytes) this.#renew();
    } catch (error) {
      // Requests can be read when the disk is full. What is not noted may be made twice after a restart.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  #renew(): void {
    const former = this.#descriptor;
    this.#descriptor = this.#rewrite();
    closeSync(former);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Leaves out what is of the past. Answers where to go on writing. */
  #rewrite(): number {
    const partial = `${this.#file}.partial`;
    const lines = [...this.#inFlight].flatMap(([attempt, requests]) =>
      [...requests].map((request) => `+ ${attempt} ${request}\n`),
    );
    writeFileSync(partial, lines.join(''));
    renameSync(partial, this.#file);
    this.#bytes = 0;
    return openSync(this.#file, 'a');
  }
}

function read(file: string): InFlightByAttempt {
  const inFlight: InFlightByAttempt = new Map();
  for (const text of textOf(file).split('\n')) {
    const [, sign, attempt, request] = line.exec(text) ?? [];
    // One that was broken off.
    if (attempt === undefined) continue;
    const requests = inFlight.get(attempt) ?? new Set();
    if (sign === '+') inFlight.set(attempt, requests.add(request!));
    else if (sign === '-') requests.delete(request!);
    else inFlight.delete(attempt);
  }
  return inFlight;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
