import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { GotScrapingHttpClient, type StreamingHttpResponse } from 'crawlee';
import { getProxyForUrl } from 'proxy-from-env';
import { siteUrl } from '../settings.ts';
import type { MediaSource } from './media-source.ts';

/** A response whose body is still to be read, or was not read because of its status. */
export type FileResponse =
  | {
      readonly kind: 'open';
      readonly body: Readable;
      readonly contentType: string;
      /** Null if the server does not say it. */
      readonly bytes: number | null;
    }
  | { readonly kind: 'refused' | 'expired' | 'gone' | 'unavailable'; readonly message: string };

const secsWithoutBytes = 30;
const mostRedirects = 4;
const client = new GotScrapingHttpClient();

/**
 * Requests a file. Its body is read as fast as it is consumed. Does not throw.
 * @param isOfUser the input itself names the file, which may be in the user's own network
 */
export async function fetchFile(
  url: string,
  source: MediaSource,
  signal: AbortSignal,
  { isOfUser = false }: { readonly isOfUser?: boolean } = {},
): Promise<FileResponse> {
  try {
    let at = url;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      // Each address of a chain is checked, and gets its own cookies.
      if (!isOfUser && !isPublic(at))
        return { kind: 'refused', message: `the address ${at} is not one of the Internet` };
      const response = await ask(at, source, signal, isOfUser ? {} : { referer: `${siteUrl}/` });
      const { location } = response.headers;
      const isRedirect = response.statusCode >= 300 && response.statusCode < 400 && location !== undefined;
      const failure = isRedirect ? null : failureOf(at, response.statusCode);
      if (!isRedirect && failure === null) return { kind: 'open', body: response.stream, ...headOf(response) };
      // An error after this one is of no interest.
      response.stream.on('error', () => undefined).destroy();
      if (failure !== null) return failure;
      at = new URL(`${location}`, at).href;
    }
    return { kind: 'refused', message: 'the server redirects without an end' };
  } catch (error) {
    return { kind: 'unavailable', message: `there was no response: ${(error as Error).message}` };
  }
}

async function ask(
  url: string,
  source: MediaSource,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<StreamingHttpResponse> {
  const [cookie, proxyUrl] = await Promise.all([source.cookiesFor(url), source.proxyUrlFor(url)]);
  const proxy = proxyUrl ?? getProxyForUrl(url);
  return client.stream({
    url,
    throwHttpErrors: false,
    retry: { limit: 0 },
    followRedirect: false,
    signal,
    timeout: { lookup: 10_000, connect: 10_000, response: 30_000, socket: secsWithoutBytes * 1000 },
    headers: { accept: '*/*', ...headers, ...(cookie !== '' && { cookie }) },
    ...(proxy !== '' && { proxyUrl: proxy }),
  });
}

function headOf({ headers }: StreamingHttpResponse): { contentType: string; bytes: number | null } {
  const length = Number(headers['content-length'] ?? Number.NaN);
  const isPlain = headers['content-encoding'] === undefined || headers['content-encoding'] === 'identity';
  return {
    contentType: `${headers['content-type'] ?? 'application/octet-stream'}`,
    bytes: isPlain && Number.isSafeInteger(length) ? length : null,
  };
}

function failureOf(url: string, statusCode: number): FileResponse | null {
  if (statusCode === 200) return null;
  const message = `the server responded with status ${statusCode}`;
  if (statusCode === 410 || (statusCode === 403 && hasExpired(url))) return { kind: 'expired', message };
  if (statusCode === 404) return { kind: 'gone', message };
  return { kind: statusCode >= 400 && statusCode < 500 && statusCode !== 429 ? 'refused' : 'unavailable', message };
}

/** Whether the address itself says that its time is over. */
function hasExpired(url: string): boolean {
  const { searchParams } = new URL(url);
  const expires = searchParams.get('x-expires') ?? searchParams.get('expire') ?? '';
  return /^\d{9,11}$/.test(expires) && Number(expires) * 1000 < Date.now();
}

/** A page must not make the Actor read files of its own network. The stand-in is the exception. */
function isPublic(url: string): boolean {
  const { hostname, origin } = new URL(url);
  if (origin === new URL(siteUrl).origin) return true;
  return (
    isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname.includes('.') && !/\.(local|internal)$/.test(hostname)
  );
}
