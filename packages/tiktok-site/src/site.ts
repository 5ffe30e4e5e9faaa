import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FaultKind, faultKinds } from './http/faults.ts';
import { Frontend } from './http/frontend.ts';
import { Responder } from './http/responder.ts';
import { Visits } from './http/visits.ts';
import { Truth } from './truth/truth.ts';
import { defaultWorld, type World } from './world/world.ts';

export interface TikTokSiteOptions extends Partial<World> {
  /** 0 for any free one. */
  readonly port?: number;
  readonly host?: string;
  /** The part of answers that go wrong, from 0 to 1. */
  readonly faultRate?: number;
  /** What may go wrong; everything unless given. */
  readonly faultKinds?: readonly FaultKind[];
  /** How long a slow answer takes. */
  readonly slowMs?: number;
  /** How long every answer takes; asked for each when it is a function. */
  readonly latencyMs?: number | (() => number);
}

/** A stand-in for TikTok's site, on this machine. Nothing in it is real. */
export interface TikTokSite extends AsyncDisposable {
  readonly url: string;
  readonly truth: Truth;
  /** What was asked of it. */
  readonly visits: Visits;
  /** How many answers suffered which fault. */
  readonly faults: ReadonlyMap<FaultKind, number>;
}

export async function startTikTokSite(options: TikTokSiteOptions = {}): Promise<TikTokSite> {
  const { port = 0, host = '127.0.0.1', faultRate = 0, slowMs = 1500, latencyMs = 0, ...rest } = options;
  const { faultKinds: kinds = faultKinds, ...worldOptions } = rest;
  const world: World = { ...defaultWorld, ...worldOptions };
  const visits = new Visits();
  const responder = new Responder(world, { seed: world.seed, rate: faultRate, kinds }, visits);
  const script = await readFile(new URL('../browser/app.js', import.meta.url), 'utf8');
  const frontend = new Frontend(responder, script, {
    slowMs,
    latencyMs: typeof latencyMs === 'number' ? () => latencyMs : latencyMs,
  });
  const server = createServer((request, response) => void frontend.handle(request, response));
  // Whoever asks may take its time between two requests; a connection that is closed meanwhile would be a fault of ours.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    truth: new Truth(world),
    visits,
    faults: frontend.faults,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
