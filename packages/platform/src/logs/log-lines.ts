/**
 * The form of the lines in a log: the time, a space, and the text. A line of the platform's own begins with `WHERRY ` after
 * the time.
 *
 * [log-3] what an Actor or a build prints is never stored as a line that begins like the platform's, nor as one that a
 *     terminal would show like one: such a line gets `| ` before the word.
 */

const ownPrefix = 'WHERRY ';

const escapeChar = '\u001b';
/** A terminal, or a program that splits lines, begins again after these. */
const lineBreaks = '\r\n\v\f\b\u0085\u2028\u2029';
/**
 * Pieces of a line, in the order in which they are tried. Each is as long as it can be and read once, so that no line
 * takes long.
 */
const pieces: readonly (readonly [RegExp, 'start' | 'same'])[] = [
  // What is not seen: blanks, colours, characters without a width, titles of windows.
  [new RegExp(`(?:${escapeChar}\\[[\\d;:]*m|[[\\s\\p{Cc}\\p{Cf}]--[${lineBreaks}${escapeChar}]])+`, 'vy'), 'same'],
  [new RegExp(`${escapeChar}\\][^\\p{Cc}]*`, 'uy'), 'same'],
  // Other escape sequences may move to the start of a line.
  [new RegExp(`(?:${escapeChar}\\[[\\d;:?]*[ -~]?|[${lineBreaks}])+`, 'y'), 'start'],
  [new RegExp(`${escapeChar}+(?!wherry)(?:[ -/]*[0-~])?|${escapeChar}+`, 'iy'), 'start'],
];
const timeAtStart = /\d{4}-\d\d-\d\dT[\d:.]+Z/y;
const wordAtStart = /wherry\b/iy;
const visible = /[^\p{Cc}\u2028\u2029]+/uy;

/** A line that a program has printed, as it is stored [log-3]. */
export function foreignLine(text: string): string {
  // Nearly every line is without the word.
  if (!/wherry/i.test(text)) return text;
  let stored = '';
  let isAtStart = true;
  for (let at = 0; at < text.length; ) {
    let length = 0;
    for (const [pattern, place] of pieces) {
      length = lengthAt(pattern, text, at);
      if (length > 0 && place === 'start') isAtStart = true;
      if (length > 0) break;
    }
    if (length === 0 && isAtStart) length = lengthAt(timeAtStart, text, at);
    if (length === 0) {
      if (isAtStart && lengthAt(wordAtStart, text, at) > 0) stored += '| ';
      isAtStart = false;
      length = lengthAt(visible, text, at) || 1;
    }
    stored += text.slice(at, at + length);
    at += length;
  }
  return stored;
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** A line of the platform's own, as it is stored. */
export const ownLine = (text: string): string => `${ownPrefix}${text.replace(/[\r\n]+/g, ' ')}`;

/** Whether a stored line, without its time, is one of the platform's own [log-3]. */
export const isOwnLine = (text: string): boolean => text.startsWith(ownPrefix);

/** What the platform has said in such a line. */
export const ownTextOf = (text: string): string => text.slice(ownPrefix.length);

/** The number of UTF-16 units that UTF-8 bytes are, as JavaScript counts characters. */
export function charsOf(bytes: Uint8Array): number {
  let chars = 0;
  // A sequence of four bytes is a pair of units; bytes that continue a sequence count nothing.
  for (const byte of bytes) chars += byte >= 0xf0 ? 2 : (byte & 0xc0) === 0x80 ? 0 : 1;
  return chars;
}
