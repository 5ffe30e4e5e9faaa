/** What is going on, for a person: one line that changes on a terminal, a line for each step anywhere else. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #shown = '';

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Where things stand now. Off a terminal it is shown only when it counts as a step: `always`. */
  update(text: string, { always = false }: { always?: boolean } = {}): void {
    if (text === this.#shown) return;
    this.#shown = text;
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[K${text.slice(0, (this.#stream.columns || 80) - 1)}`);
    else if (always) this.#stream.write(`${text}\n`);
  }

  /** A line that stays. */
  step(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  /** Takes the changing line away. */
  clear(): void {
    this.#shown = '';
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}
