/** How a record is previewed, by its content type. Pure. */
export type RecordKind = 'image' | 'html' | 'json' | 'text' | 'video' | 'audio' | 'binary';

const typeOf = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase();

export function recordKindOf(contentType: string): RecordKind {
  const type = typeOf(contentType);
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  if (type === 'application/json' || type.endsWith('+json')) return 'json';
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('video/')) return 'video';
  if (type.startsWith('audio/')) return 'audio';
  const isText = type.startsWith('text/') || type.endsWith('+xml') || textTypes.has(type);
  return isText ? 'text' : 'binary';
}

const textTypes = new Set([
  'application/xml',
  'application/javascript',
  'application/x-ndjson',
  'application/jsonl',
  'application/yaml',
  'application/toml',
  'application/sql',
  'application/x-www-form-urlencoded',
]);

/** Whether a record can be changed as a text. */
export const isEditable = (contentType: string): boolean =>
  ['json', 'text', 'html'].includes(recordKindOf(contentType));

export interface HexLine {
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

const lineBytes = 16;

/** Bytes as in a hex editor: 16 in a line, what is no printable ASCII as a dot. */
export function hexLines(bytes: Uint8Array): readonly HexLine[] {
  return Array.from({ length: Math.ceil(bytes.length / lineBytes) }, (_, line) => {
    const part = [...bytes.subarray(line * lineBytes, (line + 1) * lineBytes)];
    return {
      offset: (line * lineBytes).toString(16).padStart(8, '0'),
      hex: part.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    };
  });
}

export interface DecodedText {
  readonly text: string;
  /** By which it was read, as browsers name it, e.g. `utf-16le`. */
  readonly charset: string;
  /** False where bytes are no text of that charset: they are shown as �, so writing the text back would lose them. */
  readonly isExact: boolean;
}

/** The charset of a record's content type in lower case; undefined without one. */
const charsetOf = (contentType: string): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase();

/** The content type of a text that is typed: it is sent as UTF-8, whatever it was before. */
export const asUtf8 = (contentType: string): string =>
  contentType.replace(/(;\s*charset\s*=\s*)("[^"]*"|[^\s;]+)/i, '$1utf-8');

/** The beginning of a text that may be cut within a character. A byte order mark counts before the content type, as in browsers. */
export function decodeStart(bytes: Uint8Array, contentType = ''): DecodedText {
  const charset = markedCharset(bytes) ?? knownCharset(charsetOf(contentType) ?? 'utf-8');
  const exact = decoded(bytes, charset, true);
  return { text: exact ?? decoded(bytes, charset, false)!, charset, isExact: exact !== undefined };
}

function markedCharset([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/** UTF-8 for what browsers do not know. */
function knownCharset(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return 'utf-8';
  }
}

/** Undefined when `fatal` and a byte is no part of a text. */
function decoded(bytes: Uint8Array, charset: string, fatal: boolean): string | undefined {
  try {
    return new TextDecoder(charset, { fatal }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** Tells two values of a record apart by their beginnings (FNV-1a). */
export function markOf(bytes: Uint8Array): string {
  let mark = 0x811c9dc5;
  for (const byte of bytes) mark = Math.imul(mark ^ byte, 0x01000193) >>> 0;
  return mark.toString(36);
}

/** Strings, brackets and separators, and what is between them. */
const jsonTokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON with indentation; undefined when the text is none. Numbers and strings stay as they are written: as JavaScript's
 * values, long numbers would become others.
 */
export function prettyJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = text.match(jsonTokens) ?? [];
  const parts: string[] = [];
  let depth = 0;
  const newLine = () => parts.push('\n', '  '.repeat(depth));
  for (const [index, token] of tokens.entries()) {
    const isOpening = token === '{' || token === '[';
    const isClosing = token === '}' || token === ']';
    const former = tokens[index - 1];
    if (isClosing) depth -= 1;
    if (isClosing ? former !== '{' && former !== '[' : former === '{' || former === '[' || former === ',') newLine();
    parts.push(token === ':' ? ': ' : token);
    if (isOpening) depth += 1;
  }
  return parts.join('');
}

/** The content type for a key or the name of a file, where a browser does not know it. */
export function contentTypeFor(name: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return byExtension.get(extension) ?? 'application/octet-stream';
}

const byExtension = new Map([
  ['json', 'application/json; charset=utf-8'],
  ['txt', 'text/plain; charset=utf-8'],
  ['md', 'text/markdown; charset=utf-8'],
  ['csv', 'text/csv; charset=utf-8'],
  ['html', 'text/html; charset=utf-8'],
  ['xml', 'application/xml'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
  ['jsonl', 'application/jsonl'],
]);

/** A key that stores take, from the name of a file. */
export const keyFor = (fileName: string): string => fileName.replaceAll(/[^a-zA-Z0-9!\-_.'()]/g, '-').slice(0, 256);
