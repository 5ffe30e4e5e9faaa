/**
 * Files of URLs in inputs: an entry `{ "requestsFromUrl": "https://…/list.csv" }` stands for all URLs in the file, as in other
 * Actors.
 *
 * [url-file-1] A file is requested once for a run. What it had is kept in the record `URL_FILES` before anything is read, so that
 *     each attempt works through the same inputs, even if the file has changed or is gone.
 * [url-file-2] A file that cannot be had, is too large or has no URL fails the run before its first request to the site.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from 'apify';
import { type FileResponse, fetchFile } from '../output/fetch-file.ts';
import { pauseMs } from '../settings.ts';
import { type InputAliases, InputRefusal } from './input-aliases.ts';

const mostBytes = 20_000_000;
/** As many as the longest list of inputs has. */
const mostUrls = 50_000;
const mostTries = 4;
const wholeFileMs = 120_000;

const record = 'URL_FILES';

/** URLs by the address of their file. */
type Files = Record<string, readonly string[]>;

/** The input with the URLs of its files in place of the files. @throws InputRefusal for a file that cannot be read [url-file-2] */
export async function withUrlFiles<Input extends object>(input: Input, { aliases = {} }: InputAliases): Promise<Input> {
  const lists = Object.entries(input).filter(
    ([name, value]) => Object.hasOwn(aliases, name) && Array.isArray(value) && value.some(isFile),
  ) as [string, readonly unknown[]][];
  if (lists.length === 0) return input;
  const files = await filesOf(
    lists.flatMap(([name, list]) => list.filter(isFile).map((file) => [name, file] as const)),
  );
  const read = (entry: unknown): readonly unknown[] => (isFile(entry) ? files[entry.requestsFromUrl]! : [entry]);
  return { ...input, ...Object.fromEntries(lists.map(([name, list]) => [name, list.flatMap(read)])) };
}

interface FileEntry {
  readonly requestsFromUrl: string;
}

const isFile = (entry: unknown): entry is FileEntry =>
  typeof entry === 'object' && typeof (entry as Partial<FileEntry> | null)?.requestsFromUrl === 'string';

/** Those of an earlier attempt [url-file-1], or of the files themselves. */
async function filesOf(entries: readonly (readonly [field: string, file: FileEntry])[]): Promise<Files> {
  const kept = await Actor.getValue<Files>(record);
  if (kept !== null) return kept;
  const files: Files = {};
  for (const [field, { requestsFromUrl: url }] of entries) files[url] ??= await urlsAt(field, url);
  await Actor.setValue(record, files);
  return files;
}

async function urlsAt(field: string, url: string): Promise<readonly string[]> {
  const refuse = (what: string): never => {
    // The rest of an address may be a signature.
    const { origin, pathname } = URL.canParse(url) ? new URL(url) : { origin: '', pathname: url };
    throw new InputRefusal(`${field}: the file ${origin}${pathname} ${what}`);
  };
  if (!URL.canParse(url) || !/^https?:/.test(url))
    return refuse('has no address that begins with http:// or https://.');
  const text = await textAt(downloadUrlOf(url));
  if (typeof text !== 'string') return refuse(`cannot be read: ${text.reason}.`);
  if (/^\s*<(!doctype|html|\?xml)/i.test(text))
    return refuse(
      'is a page and no text. Give the address of the plain file; share a table with everybody who has its link.',
    );
  const urls = urlsIn(text);
  if (urls.length === 0) return refuse('has no URL. Give a text or a CSV file with URLs that begin with https://.');
  if (urls.length > mostUrls) return refuse(`has ${urls.length} URLs, more than ${mostUrls}. Divide it.`);
  return urls;
}

interface Unreadable {
  readonly reason: string;
}

/** Tries again what may pass. */
async function textAt(url: string): Promise<string | Unreadable> {
  for (let tries = 1; ; tries += 1) {
    const signal = AbortSignal.timeout(wholeFileMs);
    const response = await fetchFile(url, ofNobody, signal, { isOfUser: true });
    if (response.kind === 'open') return textOf(response).catch(({ message }: Error) => ({ reason: message }));
    if (response.kind !== 'unavailable' || tries === mostTries) return { reason: response.message };
    await delay(pauseMs * 2 ** tries);
  }
}

const ofNobody = { cookiesFor: async () => '', proxyUrlFor: async () => undefined };

async function textOf({ body, bytes }: FileResponse & { kind: 'open' }): Promise<string | Unreadable> {
  const tooLarge = { reason: `it is larger than ${mostBytes / 1_000_000} MB` };
  const chunks: Buffer[] = [];
  let length = bytes ?? 0;
  if (length <= mostBytes) {
    length = 0;
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > mostBytes) break;
    }
  }
  body.on('error', () => undefined).destroy();
  if (length > mostBytes) return tooLarge;
  const whole = Buffer.concat(chunks);
  // Spreadsheets write such files.
  const isUtf16 = whole[0] === 0xff && whole[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(whole);
}

/** The address of a table of Google's as CSV, of the sheet that its URL names. Any other address as it is. */
export function downloadUrlOf(url: string): string {
  const [, table, id] = /^(https:\/\/docs\.google\.com\/spreadsheets\/d\/(e\/)?[\w-]+)/.exec(url) ?? [];
  if (table === undefined || /[/?&](tqx|output|format)=\w*:?csv/.test(url)) return url;
  const [, sheet] = /[?#&]gid=(\d+)/.exec(url) ?? [];
  const gid = sheet === undefined ? '' : `&gid=${sheet}`;
  return id === undefined ? `${table}/gviz/tq?tqx=out:csv${gid}` : `${table}/pub?output=csv${gid}`;
}

/** A quoted cell of a table, or text up to the next separator. */
const cells = /"((?:[^"]|"")*)"|[^",;\t\r\n]+/g;
const addresses = /^(https?:\/\/|(www\.|m\.|vm\.|vt\.|shop\.)?tiktok\.com\/)\S/i;

/** The URLs in a text or a table, in their order. Other words and cells are not read. */
export const urlsIn = (text: string): string[] =>
  [...text.matchAll(cells)]
    .map(([bare, quoted]) => quoted?.replaceAll('""', '"') ?? bare)
    .flatMap((cell) => cell.split(/\s+|,(?=https?:\/\/)|(?<=[(<'])/))
    .filter((word) => addresses.test(word));
