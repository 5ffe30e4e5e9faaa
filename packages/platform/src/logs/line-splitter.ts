import { StringDecoder } from 'node:string_decoder';

/** The longest line that is held back until its end comes. */
const maxLineChars = 64 * 1024;

/** Turns the chunks of an output into whole lines. A line that is too long is passed on in parts. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onLine(line.replace(/\r$/, ''));
    while (this.#rest.length > maxLineChars) {
      this.#onLine(this.#rest.slice(0, maxLineChars));
      this.#rest = this.#rest.slice(maxLineChars);
    }
  }

  /** Passes on what has no line end. */
  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }
}
