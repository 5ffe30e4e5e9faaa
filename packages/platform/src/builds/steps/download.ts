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
  readonly limits?: DownloadLimits;
}

export interface DownloadLimits {
  readonly maxBytes: number;
  readonly maxSecs: number;
  /** In each stretch of `windowSecs`, at least `windowBytes` must arrive, so that neither a stall nor a trickle lasts. */
  readonly windowSecs: number;
  readonly windowBytes: number;
}

const usualLimits: DownloadLimits = {
  maxBytes: 256 * 1024 * 1024,
  maxSecs: 10 * 60,
  windowSecs: 30,
  windowBytes: 32 * 1024,
};
const recordPath = /^(?:\/v2)?(\/key-value-stores\/[^/]+\/records\/[^/]+)$/;

/** @throws BuildFailure when the download fails, is too large, too slow or takes too long; the reason of `signal` */
export async function download(url: string, file: string, from: Download): Promise<void> {
  const limits = from.limits ?? usualLimits;
  const progress = new Progress(url, limits);
  const signal = AbortSignal.any([from.signal, progress.signal]);
  try {
    const response = await fetchArchive(url, { ...from, signal });
    if (!response.ok || response.body === null) {
      throw new BuildFailure(
        `The download of ${shown(url)} failed with status ${response.status}. Check "tarballUrl".`,
      );
    }
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        progress.add(chunk.length);
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as ReadableStream);
    await pipeline(body, counted, createWriteStream(file, { flags: 'wx' }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    progress.end();
  }
}

/** How much of an archive has arrived. `signal` aborts with a BuildFailure when a limit is exceeded. */
class Progress {
  readonly #stop = new AbortController();
  readonly #limits: DownloadLimits;
  readonly #timers: readonly NodeJS.Timeout[];
  #bytes = 0;

  constructor(url: string, limits: DownloadLimits) {
    const { maxSecs, windowSecs, windowBytes } = limits;
    this.#limits = limits;
    const fail = (what: string) => this.#stop.abort(new BuildFailure(`The archive at ${shown(url)} ${what}`));
    let before = 0;
    const checkWindow = () => {
      const bytes = this.#bytes - before;
      before = this.#bytes;
      if (bytes < windowBytes)
        fail(`stalled: ${bytes} bytes came in ${windowSecs} s. Check "tarballUrl", and build again.`);
    };
    this.#timers = [
      setInterval(checkWindow, windowSecs * 1000),
      setTimeout(() => fail(`took longer than ${maxSecs} s. Take a server that is faster.`), maxSecs * 1000),
    ];
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    const { maxBytes } = this.#limits;
    if (this.#bytes <= maxBytes) return;
    const advice = 'Leave out what the Actor does not need.';
    this.#stop.abort(new BuildFailure(`The archive is larger than ${maxBytes} bytes. ${advice}`));
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
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
