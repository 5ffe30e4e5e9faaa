/** Longer lines are forwarded in parts. */
const maxLineBytes = 64 * 1024;
const headerBytes = 8;

export interface OutputLine {
  readonly atMs: number;
  readonly text: string;
}

interface OpenLine {
  readonly atMs: number;
  parts: Buffer[];
  bytes: number;
}

/**
 * Decodes the stream of a container's log, in which Docker sends one frame for each piece of output: stdout or stderr, the
 * length, the time, and up to 16 KB of a line. A piece without a line end continues in the next one of the same output.
 */
export class OutputDecoder {
  readonly #onLine: (line: OutputLine) => void;
  readonly #open = new Map<number, OpenLine>();
  #rest: Buffer = Buffer.alloc(0);

  constructor(onLine: (line: OutputLine) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (this.#rest.length - at >= headerBytes) {
      const length = this.#rest.readUInt32BE(at + 4);
      const end = at + headerBytes + length;
      if (this.#rest.length < end) break;
      this.#piece(this.#rest[at]!, this.#rest.subarray(at + headerBytes, end));
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
  }

  /** Forwards the last line when it has no line end. */
  end(): void {
    for (const output of [...this.#open.keys()]) this.#pass(output);
  }

  #piece(output: number, piece: Buffer): void {
    const space = piece.indexOf(0x20);
    const atMs = Date.parse(piece.toString('latin1', 0, space));
    let body = piece.subarray(space + 1);
    const isWhole = body.at(-1) === 0x0a;
    if (isWhole) body = body.subarray(0, -1);
    const line = this.#open.get(output) ?? { atMs, parts: [], bytes: 0 };
    this.#open.set(output, line);
    line.parts.push(body);
    line.bytes += body.length;
    if (isWhole || line.bytes >= maxLineBytes) this.#pass(output);
  }

  #pass(output: number): void {
    const { atMs, parts } = this.#open.get(output)!;
    this.#open.delete(output);
    this.#onLine({ atMs, text: Buffer.concat(parts).toString('utf8').replace(/\r$/, '') });
  }
}
