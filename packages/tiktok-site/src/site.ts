import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FaultKind, faultKinds } from './http/faults.ts';
import { Frontend } from './http/frontend.ts';
import { contentOf, isExpired, Media, withOwnMedia } from './http/media.ts';
import { Responder } from './http/responder.ts';
import { Visits } from './http/visits.ts';
import { Truth } from './truth/truth.ts';
import { defaultWorld, type World } from './world/world.ts';

export interface TikTokSiteOptions extends Partial<World> {
  /** 0 for any free port. */
  readonly port?: number;
  readonly host?: string;
  /** The fraction of responses with a fault, from 0 to 1. */
  readonly faultRate?: number;
  /** The faults to inject; all by default. */
  readonly faultKinds?: readonly FaultKind[];
  /** How long a slow response takes. */
  readonly slowMs?: number;
  /** How long every response takes. A function is called for each response, and may hold it. */
  readonly latencyMs?: number | (() => number | Promise<number>);
  /** Whether the files of posts are served. Otherwise their addresses lead nowhere. */
  readonly servesMedia?: boolean;
  /** The fraction of files whose first response breaks off, from 0 to 1. */
  readonly mediaFaultRate?: number;
}

/**
 * A stand-in for TikTok's site on this machine. All its data is invented: `world/` computes it, `truth/` says what a reader must
 * find, `payloads/` and `pages/` write it in TikTok's forms, and `http/` serves it.
 */
export interface TikTokSite extends AsyncDisposable {
  readonly url: string;
  readonly truth: Truth;
  /** The requests so far. */
  readonly visits: Visits;
  /** The number of responses by fault. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** A record of the truth as a site that serves files writes it. */
  withMedia<Value>(record: Value): Value;
  /** The content of a file at an address of this site; null if the address has expired. */
  fileAt(url: string): Buffer | null;
}

export async function startTikTokSite(options: TikTokSiteOptions = {}): Promise<TikTokSite> {
  const { port = 0, host = '127.0.0.1', faultRate = 0, slowMs = 1500, latencyMs = 0, ...rest } = options;
  const { faultKinds: kinds = faultKinds, servesMedia = false, mediaFaultRate = 0, ...worldOptions } = rest;
  const world: World = { ...defaultWorld, ...worldOptions };
  const visits = new Visits();
  const responder = new Responder(world, { seed: world.seed, rate: faultRate, kinds }, visits);
  const script = await readFile(new URL('../browser/app.js', import.meta.url), 'utf8');
  const delays = { slowMs, latencyMs: typeof latencyMs === 'number' ? () => latencyMs : latencyMs };
  const media = servesMedia ? new Media({ seed: world.seed, faultRate: mediaFaultRate }, visits) : null;
  const frontend = new Frontend(responder, script, delays, media);
  const server = createServer((request, response) => void frontend.handle(request, response));
  // Clients may pause between two requests. A connection that is closed meanwhile would look like a fault.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    truth: new Truth(world),
    visits,
    faults: frontend.faults,
    withMedia: <Value>(record: Value) => JSON.parse(withOwnMedia(JSON.stringify(record), url)) as Value,
    fileAt: (address) => {
      const { pathname } = new URL(address);
      return isExpired(pathname) ? null : contentOf(world.seed, pathname);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
