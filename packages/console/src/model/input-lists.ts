/** Items of an input's lists as the rows that are edited, and back. What a row does not show of an item is kept. Pure. */
import { type Editor, fieldsOf, isObject, type JsonObject, withValue } from './input-schema.ts';

/** Which property of an item is the text of its row. */
const rowKeys: Partial<Record<Editor, string>> = { globs: 'glob', pseudoUrls: 'purl' };

/** Of string lists, globs and pseudo URLs. */
export function rowText(editor: Editor, item: unknown): string {
  if (typeof item === 'string') return item;
  const text = isObject(item) ? item[rowKeys[editor] ?? ''] : undefined;
  return typeof text === 'string' ? text : '';
}

export function rowItem(editor: Editor, text: string, former?: unknown): unknown {
  const key = rowKeys[editor];
  if (key === undefined || typeof former === 'string') return text;
  return { ...(isObject(former) ? former : {}), [key]: text };
}

/** A request of a list of sources. A file of URLs has `requestsFromUrl` in place of `url`. */
export interface SourceRow {
  readonly isFile: boolean;
  readonly url: string;
  readonly method: string;
  readonly payload: string;
  readonly headers: unknown;
  readonly userData: unknown;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function sourceRow(item: unknown): SourceRow {
  const source = isObject(item) ? item : {};
  const isFile = 'requestsFromUrl' in source;
  return {
    isFile,
    url: textOf(isFile ? source.requestsFromUrl : source.url),
    method: textOf(source.method),
    payload: textOf(source.payload),
    headers: source.headers,
    userData: source.userData,
  };
}

export function sourceItem(row: SourceRow, former?: unknown): JsonObject {
  const { url: _, requestsFromUrl: __, ...others } = isObject(former) ? former : ({} as JsonObject);
  const { isFile, url, method, payload, headers, userData } = row;
  const item = { ...(isFile ? { requestsFromUrl: url } : { url }), ...others };
  const details = { method: method || undefined, payload: payload || undefined, headers, userData };
  return Object.fromEntries(Object.entries({ ...item, ...details }).filter(([, value]) => value !== undefined));
}

/** How many details of a request are set besides its URL. */
export const detailCount = ({ method, payload, headers, userData }: SourceRow): number =>
  [method, payload, headers, userData].filter((value) => value !== undefined && value !== '').length;

export const keyValueRow = (item: unknown): { readonly key: string; readonly value: string } => ({
  key: isObject(item) ? textOf(item.key) : '',
  value: isObject(item) ? textOf(item.value) : '',
});

export const keyValueItem = (key: string, value: string, former?: unknown): JsonObject => ({
  ...(isObject(former) ? former : {}),
  key,
  value,
});

/** The lines of a pasted text; undefined for a text of one line, which is pasted as it is. */
export function pastedLines(text: string): readonly string[] | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.length > 1 ? lines : undefined;
}

/** An item of each editor for a pasted line. */
export function lineItem(editor: Editor, line: string): unknown {
  if (editor === 'requestListSources') return { url: line };
  if (editor !== 'keyValue') return rowItem(editor, line);
  const [key = '', ...rest] = line.split(/[=:\t]/);
  return keyValueItem(key.trim(), line.slice(key.length + (rest.length > 0 ? 1 : 0)).trim());
}

export const emptyItem = (editor: Editor): unknown => lineItem(editor, '');

const listEditors: readonly Editor[] = [
  'stringList',
  'globs',
  'pseudoUrls',
  'keyValue',
  'requestListSources',
  'fileupload',
  'resourcePicker',
];

const isEmptyItem = (item: unknown): boolean =>
  item === '' || (isObject(item) && Object.values(item).every((value) => value === ''));

/** The input as it is sent: rows in which nothing was typed are not part of it. */
export function withoutEmptyRows(schema: JsonObject | null, input: JsonObject): JsonObject {
  if (schema === null) return input;
  let sent = input;
  for (const { key, type, editor } of fieldsOf(schema)) {
    const items = input[key];
    if (type !== 'array' || !listEditors.includes(editor) || !Array.isArray(items)) continue;
    const kept = items.filter((item) => !isEmptyItem(item));
    if (kept.length < items.length) sent = withValue(sent, key, kept.length === 0 ? undefined : kept);
  }
  return sent;
}

export type ProxyMode = 'none' | 'platform' | 'own';

export interface ProxyValue {
  readonly mode: ProxyMode;
  readonly groups: readonly string[];
  readonly country: string;
  readonly urls: readonly string[];
}

export function proxyValue(value: unknown): ProxyValue {
  const proxy = isObject(value) ? value : {};
  const urls = Array.isArray(proxy.proxyUrls) ? proxy.proxyUrls.map(String) : [];
  const groups = Array.isArray(proxy.apifyProxyGroups) ? proxy.apifyProxyGroups.map(String) : [];
  const mode = proxy.useApifyProxy === true ? 'platform' : urls.length > 0 || 'proxyUrls' in proxy ? 'own' : 'none';
  return { mode, groups, country: textOf(proxy.apifyProxyCountry), urls };
}

export function proxyItem({ mode, groups, country, urls }: ProxyValue, former: unknown): JsonObject {
  const {
    useApifyProxy: _,
    apifyProxyGroups: __,
    apifyProxyCountry: ___,
    proxyUrls: ____,
    ...others
  } = isObject(former) ? former : ({} as JsonObject);
  if (mode === 'none') return { ...others, useApifyProxy: false };
  if (mode === 'own') return { ...others, useApifyProxy: false, proxyUrls: urls };
  return {
    ...others,
    useApifyProxy: true,
    ...(groups.length > 0 && { apifyProxyGroups: groups }),
    ...(country !== '' && { apifyProxyCountry: country }),
  };
}
