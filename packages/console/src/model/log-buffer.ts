/**
 * The lines of a log, as far as they are known. Pure, and as small as the log itself: lines are kept as they came, with one byte
 * besides, and are taken apart when they are shown.
 *
 * [log-view-1] every line is in the buffer once and in its order, however the text was cut into pieces.
 */

/** What a line is about; `own` is what the platform says itself. Levels from `debug` on are in the order of their weight. */
const levels = ['own', 'debug', 'info', 'warning', 'error'] as const;
type LogLevel = (typeof levels)[number];

export interface LogLine {
  /** From 1. */
  readonly number: number;
  /** Undefined for a line without a stamp. */
  readonly atMs: number | undefined;
  readonly level: LogLevel;
  /** With its escape sequences, without the stamp. */
  readonly text: string;
}

const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) /;
const stampChars = '2000-01-01T00:00:00.000Z '.length;
const ownPrefix = 'WHERRY ';
/** How much of a line says its level. */
const headChars = 160;

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins an escape sequence
const escapeSequences = /\u001b\[[\d;:?]*[ -~]/g;

/** A text without its escape sequences. */
export const plainOf = (text: string): string => (text.includes('\u001b') ? text.replace(escapeSequences, '') : text);

/** As the loggers of Apify's SDKs (JavaScript and Python), of Crawlee and of most others begin a line. */
const named =
  /^(?:\[[\w.:/-]{1,60}\]\s{0,4}|\d{4}-\d\d-\d\d[T ][\d:.,Z]{8,16}\s+)?(?:\[)?(debug|info|warn(?:ing)?|error|critical|fatal)\b/i;
const thrown = /^(?:Uncaught |Traceback \(most recent|(?:[\w.]{1,80})?(?:Error|Exception)(?::| \[|$))/;
const continued = /^(?:\s|\}|\]|$)/;

function levelOfHead(head: string, before: LogLevel): LogLevel {
  const plain = plainOf(head);
  const name = named.exec(plain)?.[1];
  // A sentence that begins with such a word is no level: loggers write it in capitals, or with a mark after it.
  if (
    name !== undefined &&
    (name === name.toUpperCase() || /[:\]|]/.test(plain.charAt(plain.indexOf(name) + name.length)))
  ) {
    const first = name.charAt(0).toUpperCase();
    if (first === 'D') return 'debug';
    if (first === 'I') return 'info';
    return first === 'W' ? 'warning' : 'error';
  }
  if (thrown.test(plain)) return 'error';
  // Stack traces and other lines that belong to the one before.
  return continued.test(plain) && before !== 'own' ? before : 'info';
}

export class LogBuffer {
  readonly #lines: string[] = [];
  #levels = new Uint8Array(1024);
  #rest = '';
  #bytes = 0;

  /** How long the text was, as UTF-8. */
  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#lines.length;
  }

  /** @param text the next piece, cut anywhere */
  append(text: string, bytes = 0): void {
    this.#bytes += bytes;
    const lines = text.split('\n');
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop()!;
    for (const line of lines) this.#add(line);
  }

  /** Takes an unfinished line at the end as it is: nothing will follow. */
  finish(): void {
    if (this.#rest === '') return;
    this.#add(this.#rest);
    this.#rest = '';
  }

  /** The index into `levels`. */
  levelAt(index: number): number {
    return this.#levels[index]!;
  }

  /** Without escape sequences and the stamp, for a search. */
  plainAt(index: number): string {
    const line = this.#lines[index]!;
    return plainOf(stamp.test(line) ? line.slice(stampChars) : line);
  }

  at(index: number): LogLine {
    const line = this.#lines[index]!;
    const [, time] = stamp.exec(line) ?? [];
    const level = levels[this.#levels[index]!]!;
    const text = time === undefined ? line : line.slice(stampChars);
    return {
      number: index + 1,
      atMs: time === undefined ? undefined : Date.parse(time),
      level,
      text: level === 'own' ? text.slice(ownPrefix.length) : text,
    };
  }

  #add(line: string): void {
    const index = this.#lines.length;
    if (index === this.#levels.length) {
      const larger = new Uint8Array(index * 2);
      larger.set(this.#levels);
      this.#levels = larger;
    }
    this.#lines.push(line);
    const head = stamp.test(line) ? line.slice(stampChars, stampChars + headChars) : line.slice(0, headChars);
    const before = index === 0 ? 'info' : levels[this.#levels[index - 1]!]!;
    const level = head.startsWith(ownPrefix) ? 'own' : levelOfHead(head, before);
    this.#levels[index] = levels.indexOf(level);
  }
}

/** Which lines are shown: all of a level and above, with or without the platform's own. */
export interface LogFilter {
  readonly least: Exclude<LogLevel, 'own'>;
  readonly withOwn: boolean;
}

/**
 * The lines of a buffer that a filter lets through, and those among them that have a text. It looks at each line once, however
 * often the buffer grows.
 */
export class LogSelection {
  readonly #filter: LogFilter;
  readonly #pattern: RegExp | undefined;
  /** Indexes into the buffer. */
  readonly shown: number[] = [];
  /** Indexes into `shown`. */
  readonly found: number[] = [];
  #seen = 0;

  constructor(filter: LogFilter, wanted: string) {
    this.#filter = filter;
    this.#pattern = wanted === '' ? undefined : patternOf(wanted);
  }

  update(buffer: LogBuffer): this {
    const least = levels.indexOf(this.#filter.least);
    for (; this.#seen < buffer.length; this.#seen += 1) {
      const level = buffer.levelAt(this.#seen);
      if (level === 0 ? !this.#filter.withOwn : level < least) continue;
      if (this.#pattern?.test(buffer.plainAt(this.#seen))) this.found.push(this.shown.length);
      this.shown.push(this.#seen);
    }
    return this;
  }

  /** How many of the lines that are shown are after the first `length` of the buffer. */
  countAfter(length: number): number {
    let [from, to] = [0, this.shown.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.shown[middle]! < length) from = middle + 1;
      else to = middle;
    }
    return this.shown.length - to;
  }
}

/** A text as it stands, in capitals or not. */
const patternOf = (wanted: string, flags = 'iu') => new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), flags);

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a text is in a line. */
export function spansOf(text: string, wanted: string, most = 200): readonly Span[] {
  if (wanted === '') return [];
  const spans: Span[] = [];
  for (const { index, 0: found } of text.matchAll(patternOf(wanted, 'giu'))) {
    spans.push({ from: index, to: index + found.length });
    if (spans.length === most) break;
  }
  return spans;
}
