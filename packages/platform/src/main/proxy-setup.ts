import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { Engine } from '../engines/engine.ts';
import type { LogStore } from '../logs/log-store.ts';
import { ForwardProxy } from '../proxy/forward-proxy.ts';
import type { ProxyGroup } from '../proxy/groups.ts';
import { systemClock } from '../shared/clock.ts';
import { listenForContainers } from './container-listener.ts';

export interface ProxyOptions {
  /** What `parseProxyGroups` returns. Without any, requests go out directly. */
  readonly groups?: readonly ProxyGroup[] | undefined;
  /** The port after that of the API if it is free, else any, unless set. */
  readonly port?: number | undefined;
  /** Where attempts reach it, as `host:port`; the host of the API as they reach it, and its own port, unless set. */
  readonly advertised?: string | undefined;
  /** How long a connection may be silent; browsers and websockets ping more often. 600 unless set. */
  readonly idleSecs?: number;
  /** How many connections a run may have. A crawl with a concurrency of 200 needs 200. 1,000 unless set. */
  readonly connectionsOfRun?: number;
}

interface Parts {
  readonly database: Database;
  readonly logs: LogStore;
  readonly logger: Logger;
  readonly engine: Engine;
  readonly advertisedUrl: string | undefined;
  /** Filled in once the API listens. */
  readonly address: { readonly url: string };
}

const portOf = (url: string | undefined): number[] => {
  if (!url) return [];
  const { port, protocol } = new URL(url);
  return [Number(port || (protocol === 'https:' ? 443 : 80))];
};

export function openProxy(options: ProxyOptions, parts: Parts): Promise<ForwardProxy> {
  const { database, logs, logger, engine, advertisedUrl, address } = parts;
  return ForwardProxy.open({
    database,
    logger,
    groups: options.groups ?? [],
    idleMs: (options.idleSecs ?? 600) * 1000,
    maxConnectionsOfRun: options.connectionsOfRun ?? 1000,
    targets: {
      // Attempts that are images run in containers, each with a network of its own.
      sharesNetwork: engine.images === undefined,
      apiPorts: () => [...portOf(advertisedUrl), ...portOf(address.url)],
    },
    note: (runId, text) => logs.note(runId, text, systemClock.now()),
  });
}

interface Addresses {
  /** Of the platform's settings; 0 is any free one. */
  readonly apiPort: number;
  readonly host: string;
  /** The API where it listens, and as containers reach it. */
  readonly url: string;
  readonly urlOfContainers: string;
  readonly advertisedUrl: string | undefined;
}

/** Listens where the API does. To be called once the API listens. */
export async function listenProxy(
  proxy: ForwardProxy,
  options: ProxyOptions,
  { apiPort, host, url, urlOfContainers, advertisedUrl }: Addresses,
  parts: AsyncDisposableStack,
): Promise<void> {
  // A port that is the same after a restart is found again by containers that have outlived the platform.
  const beside = apiPort === 0 || apiPort === 65_535 ? [0] : [apiPort + 1, 0];
  await proxy.listen(host, options.port === undefined ? beside : [options.port]);
  if (urlOfContainers !== url) await listenForContainers(proxy.httpServer, new URL(urlOfContainers).hostname, parts);
  const { hostname, port } = new URL(
    options.advertised === undefined ? (advertisedUrl ?? urlOfContainers) : `http://${options.advertised}`,
  );
  proxy.advertise(hostname, options.advertised === undefined ? proxy.port : Number(port));
}
