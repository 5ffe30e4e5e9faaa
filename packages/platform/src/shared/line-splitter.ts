import { StringDecoder } from 'node:string_decoder';

/** The longest line that is buffered until its end arrives. */
const maxLineChars = 64 * 1024;

/** Splits the chunks of an output into whole lines. A line that is too long is split. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  readonly #maxChars: number;
  #rest = '';

  constructor(onLine: (line: string) => void, maxChars = maxLineChars) {
    this.#onLine = onLine;
    this.#maxChars = maxChars;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onLine(line.replace(/\r$/, ''));
    while (this.#rest.length > this.#maxChars) {
      this.#onLine(this.#rest.slice(0, this.#maxChars));
      this.#rest = this.#rest.slice(this.#maxChars);
    }
  }

  /** Emits the rest, which has no line end. */
  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }
}
