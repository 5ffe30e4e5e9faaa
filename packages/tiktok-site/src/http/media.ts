/**
 * Files of posts: videos, covers and subtitles, at addresses of the stand-in itself. Their content follows from the address.
 *
 * [media-1] A video is sent only to a visitor with the cookie of a page, and some addresses have expired.
 * [media-2] If files fail, then the first response to some addresses breaks off, and later ones do not [site-fault-1].
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { below, fractionOf } from '../world/chance.ts';
import type { Visits } from './visits.ts';

export interface MediaOptions {
  readonly seed: number;
  /** The fraction of addresses whose first response breaks off, from 0 to 1. */
  readonly faultRate: number;
}

/** The servers of the invented addresses, which are replaced by paths of the stand-in. */
const servers = { 'https://media.example.org/v/': '/media/', 'https://img.example.org/v/': '/pictures/' } as const;

/** Replaces addresses in a page or a response, whatever way its slashes are written. */
export function withOwnMedia(text: string, siteUrl: string): string {
  let changed = text;
  for (const [from, to] of Object.entries(servers)) {
    const own = `${siteUrl}${to}`;
    for (const slash of ['/', '\\u002F']) changed = changed.replaceAll(slashed(from, slash), slashed(own, slash));
  }
  return changed;
}

const slashed = (url: string, slash: string): string => url.replaceAll('/', slash);

export class Media {
  readonly #options: MediaOptions;
  readonly #visits: Visits;

  constructor(options: MediaOptions, visits: Visits) {
    this.#options = options;
    this.#visits = visits;
  }

  isMedia = ({ pathname }: URL): boolean => /^\/(media|pictures)\//.test(pathname);

  respond({ pathname, search }: URL, { headers }: IncomingMessage, response: ServerResponse): void {
    const before = this.#visits.add(pathname + search);
    const isVideo = pathname.endsWith('.mp4');
    const isVisitor = /\btt_chain_token=/.test(headers.cookie ?? '');
    if (isVideo && !isVisitor) return void response.writeHead(403).end();
    if (isExpired(pathname)) return void response.writeHead(410).end();
    const content = contentOf(this.#options.seed, pathname);
    const contentType = isVideo ? 'video/mp4' : pathname.endsWith('.webvtt') ? 'text/vtt' : 'image/webp';
    const hasLength = below(5, this.#options.seed, 'media length', pathname) !== 0;
    response.writeHead(200, {
      'content-type': contentType,
      ...(hasLength && { 'content-length': `${content.length}` }),
    });
    const isBroken = before === 0 && fractionOf(this.#options.seed, 'media fault', pathname) < this.#options.faultRate;
    if (!isBroken) return void response.end(content);
    response.write(content.subarray(0, content.length / 2), () => response.destroy());
  }
}

/** The addresses of one in eleven videos. */
export const isExpired = (path: string): boolean => Number(/(\d+)-\w+\.mp4$/.exec(path)?.[1] ?? 0) % 11 === 3;

/** A few kilobytes, or a hundred for videos; some of those have more than a megabyte. */
export function contentOf(seed: number, path: string): Buffer {
  const isVideo = path.endsWith('.mp4');
  const isLarge = isVideo && below(12, seed, 'media size', path) === 0;
  const length = isLarge ? 2_500_000 : (isVideo ? 40_000 : 500) + below(isVideo ? 100_000 : 5_000, seed, 'media', path);
  const text = `${path} `;
  return Buffer.alloc(length, text);
}
