import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { BuildFailure } from './build-failure.ts';

/** How an archive is fetched. */
export interface Download {
  /** The address of the platform's own API, whose records may require its token. */
  readonly ownUrl: string;
  readonly token: string;
  readonly signal: AbortSignal;
  readonly maxBytes?: number;
}

const usualMaxBytes = 256 * 1024 * 1024;
const recordPath = /^(?:\/v2)?(\/key-value-stores\/[^/]+\/records\/[^/]+)$/;

/** @throws BuildFailure when the download fails or is too large */
export async function download(url: string, file: string, from: Download): Promise<void> {
  const { signal, maxBytes = usualMaxBytes } = from;
  const response = await fetchArchive(url, from);
  if (!response.ok || response.body === null) {
    throw new BuildFailure(`The download of ${shown(url)} failed with status ${response.status}. Check "tarballUrl".`);
  }
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxBytes) return done(null, chunk);
      done(new BuildFailure(`The archive is larger than ${maxBytes} bytes. Leave out what the Actor does not need.`));
    },
  });
  await pipeline(Readable.fromWeb(response.body as ReadableStream), limit, createWriteStream(file, { flags: 'wx' }), {
    signal,
  });
}

async function fetchArchive(url: string, { ownUrl, token, signal }: Download): Promise<Response> {
  const own = ownRecord(url, ownUrl);
  try {
    // The token is sent only to this platform, never to the target of a redirect.
    if (own === undefined) return await fetch(url, { signal });
    const headers = { authorization: `Bearer ${token}` };
    return await fetch(ownUrl + own, { signal, headers, redirect: 'error' });
  } catch (error) {
    signal.throwIfAborted();
    const { cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : (error as Error).message;
    throw new BuildFailure(`The archive at ${shown(url)} could not be fetched: ${reason}. Check "tarballUrl".`);
  }
}

/** The path of a record in this platform's key-value stores, where `apify push` stores the archives that it deploys. */
function ownRecord(url: string, ownUrl: string): string | undefined {
  const target = new URL(url);
  const { hostname, port } = new URL(ownUrl);
  const isOwn = target.port === port && [hostname, 'localhost', '127.0.0.1'].includes(target.hostname);
  const record = recordPath.exec(target.pathname)?.[1];
  return isOwn && record !== undefined ? `/v2${record}` : undefined;
}

/** The URL without its parameters, which may contain a signature. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
