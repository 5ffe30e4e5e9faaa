/**
 * The in-flight requests of attempts in a file, for engines whose containers keep working while no platform process runs.
 * The next process reads it, so that a planned move right after a restart waits for the requests that were begun before.
 *
 * [in-flight-1] a request is in the file before the attempt is told that it has it. The file is written and not synced: it
 *     is for the death of the platform's process. When the machine loses power, the containers on it are gone as well.
 * [in-flight-3] a request that is no longer in flight may still be in the file when the platform died in between. Its
 *     attempt got no response then and sends the call again, which removes the request.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** By the key of the attempt. */
export type InFlightByAttempt = Map<string, Set<string>>;

type Change = { readonly sign: '+' | '-'; readonly request: string } | { readonly sign: 'x'; readonly request?: '' };

/** Few requests are in flight at once; a longer file consists mostly of outdated lines. */
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

  /** The requests in flight when the last change was written. A caller changes this first and then calls `write`. */
  get inFlight(): InFlightByAttempt {
    return this.#inFlight;
  }

  write(attempt: string, { sign, request = '' }: Change): void {
    try {
      this.#bytes += writeSync(this.#descriptor, `${sign} ${attempt} ${request}\n`);
      if (this.#bytes > this.#maxBytes) this.#compact();
    } catch (error) {
      // Requests can be fetched when the disk is full. One that is not written here may be processed twice after a restart.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  #compact(): void {
    const former = this.#descriptor;
    this.#descriptor = this.#rewrite();
    closeSync(former);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Writes the file again without outdated lines. Returns the descriptor for the next lines. */
  #rewrite(): number {
    const partial = `${this.#file}.partial`;
    const lines = [...this.#inFlight].flatMap(([attempt, requests]) =>
      [...requests].map((request) => `+ ${attempt} ${request}\n`),
    );
    writeFileSync(partial, lines.join(''), { mode: 0o600 });
    renameSync(partial, this.#file);
    this.#bytes = 0;
    return openSync(this.#file, 'a', 0o600);
  }
}

function read(file: string): InFlightByAttempt {
  const inFlight: InFlightByAttempt = new Map();
  for (const text of textOf(file).split('\n')) {
    const [, sign, attempt, request] = line.exec(text) ?? [];
    // An incomplete line.
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
