/** Shows progress to a person: one changing line on a terminal, and a line for each step elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #shown = '';

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Shows the current state. When the stream is no terminal, only with `always`, as a step. */
  update(text: string, { always = false }: { always?: boolean } = {}): void {
    if (text === this.#shown) return;
    this.#shown = text;
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[K${text.slice(0, (this.#stream.columns || 80) - 1)}`);
    else if (always) this.#stream.write(`${text}\n`);
  }

  /** Writes a line that stays. */
  step(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Removes the changing line. */
  clear(): void {
    this.#shown = '';
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}
