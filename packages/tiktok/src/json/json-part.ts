/**
 * Finds a value in a JSON text without parsing what is around it. A page of the site has 100 KB of JSON and more, of which a
 * record takes 2 KB.
 *
 * [json-part-1] The text of the value is found, or none: a text that is not plain JSON objects up to the value has no part.
 *     What comes after the value is not looked at.
 */

/** @returns the start and the end of the value at these keys, from the object that begins at `start`; null if there is none */
export function partAt(text: string, start: number, keys: readonly string[]): { start: number; end: number } | null {
  let at = start;
  for (const key of keys) {
    const value = startOfValue(text, at, key);
    if (value === -1) return null;
    at = value;
  }
  const end = endOfValue(text, at);
  return end === -1 ? null : { start: at, end };
}

/** The index of the value of a key in the object that begins at `start`; -1 if there is none. */
function startOfValue(text: string, start: number, key: string): number {
  let at = skipSpace(text, start);
  if (text.charCodeAt(at) !== brace) return -1;
  do {
    at = skipSpace(text, at + 1);
    if (text.charCodeAt(at) !== quote) return -1;
    const keyEnd = endOfString(text, at);
    if (keyEnd === -1) return -1;
    const colon = skipSpace(text, keyEnd);
    if (text.charCodeAt(colon) !== colonCode) return -1;
    const value = skipSpace(text, colon + 1);
    // A key with escapes is not recognised: its value counts as absent.
    if (keyEnd - at - 2 === key.length && text.startsWith(key, at + 1)) return value;
    const valueEnd = endOfValue(text, value);
    if (valueEnd === -1) return -1;
    at = skipSpace(text, valueEnd);
  } while (text.charCodeAt(at) === comma);
  return -1;
}

const [quote, backslash, comma, colonCode, brace, bracket] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x5b];
const [closingBrace, closingBracket] = [0x7d, 0x5d];

/** The index behind a value; -1 if the text ends in it. */
function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return endOfString(text, start);
  if (first === brace || first === bracket) return endOfNested(text, start);
  let at = start;
  while (at < text.length && !isDelimiter(text.charCodeAt(at))) at += 1;
  return at === text.length || at === start ? -1 : at;
}

function endOfNested(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        if (end === -1) return -1;
        at = end - 1;
        break;
      }
      case brace:
      case bracket:
        depth += 1;
        break;
      case closingBrace:
      case closingBracket:
        depth -= 1;
        if (depth === 0) return at + 1;
        break;
    }
  }
  return -1;
}

/** The index behind the string that begins at `start`; -1 if the text ends in it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
  return -1;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const isDelimiter = (code: number): boolean =>
  code === comma || code === closingBrace || code === closingBracket || isSpace(code);

function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}
