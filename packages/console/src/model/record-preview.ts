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

/** The beginning of a text that may be cut within a character. */
export const decodeStart = (bytes: Uint8Array): string => new TextDecoder().decode(bytes, { stream: true });

/** JSON with indentation; undefined when the text is none. */
export function prettyJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
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
