/**
 * The proxy of the platform, in the place of Apify Proxy: Actors with `useApifyProxy` find it by `APIFY_PROXY_*`. It sends
 * requests on to the upstreams that the operator has named (`groups.ts`), or directly. The protocol is proxy-chain's, which
 * Apify Proxy is built on too.
 *
 * [proxy-1] only a password of a run that has not ended, or of a user, is served (`passwords.ts`); connections of a run that
 *     ends are closed within two seconds.
 * [proxy-4] a run has a bounded number of connections, and so have all together; one that is silent for long is closed.
 *
 * What it connects to directly is in `targets.ts` [proxy-2], [proxy-3].
 * May import from the adapters and `shared/`.
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import {
  type PrepareRequestFunctionOpts,
  type PrepareRequestFunctionResult,
  Server as ProxyServer,
  RequestError,
} from 'proxy-chain';
import type { Database } from '../database/database.ts';
import type { ProxyGroup } from './groups.ts';
import { type ProxyOwner, ProxyPasswords } from './passwords.ts';
import { chooseRoute, ProxyRefusal, parseProxyUsername } from './route.ts';
import { type TargetRules, Targets } from './targets.ts';
import { hasProxyTraffic, TrafficMeter } from './traffic.ts';

/** Clients ask the proxy at this address, through the proxy, whether they may use it. It is the default of Apify's SDKs. */
const apifyStatusHost = 'proxy.apify.com';

const maxConnections = 4000;

export interface ForwardProxyOptions {
  readonly database: Database;
  readonly groups: readonly ProxyGroup[];
  readonly targets: TargetRules;
  /** How long a connection may be silent. */
  readonly idleMs: number;
  readonly maxConnectionsOfRun: number;
  /** Adds a line to the log of a run. */
  note(runId: string, text: string): void;
  readonly logger: { warn(details: object, message: string): void };
}

/** What the API shows of the proxy. */
export interface ProxyAccount {
  readonly groups: readonly ProxyGroup[];
  passwordOf(owner: ProxyOwner): string;
}

export class ForwardProxy implements ProxyAccount {
  readonly groups: readonly ProxyGroup[];
  readonly #options: ForwardProxyOptions;
  readonly #passwords: ProxyPasswords;
  readonly #targets: Targets;
  readonly #server: StatusAnsweringServer;
  readonly #meter: TrafficMeter;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };
  /** Runs whose log says that they go out directly, or need not. */
  readonly #noted = new Set<string>();
  #turn = 0;
  #advertised = { hostname: '', port: 0 };
  #isListening = false;

  private constructor(options: ForwardProxyOptions, passwords: ProxyPasswords) {
    this.groups = options.groups;
    this.#options = options;
    this.#passwords = passwords;
    this.#targets = new Targets(options.targets);
    const { idleMs } = options;
    this.#agents = { http: endingIdle(new http.Agent(), idleMs), https: endingIdle(new https.Agent(), idleMs) };
    this.#server = new StatusAnsweringServer((request) => this.#prepare(request));
    this.#meter = new TrafficMeter({
      database: options.database,
      bytesOf: (id) => bytesOf(this.#server.getConnectionStats(id)),
      closeConnection: (id) => this.#server.closeConnection(id),
      onError: (err) =>
        options.logger.warn({ err }, 'The traffic of the proxy could not be stored. It is tried again.'),
    });
    this.#server.on('connectionClosed', ({ connectionId, stats }) => this.#meter.closed(connectionId, bytesOf(stats)));
    this.#server.on('requestFailed', ({ error }) =>
      options.logger.warn({ err: error }, 'A request to the proxy failed.'),
    );
  }

  static async open(options: ForwardProxyOptions): Promise<ForwardProxy> {
    return new ForwardProxy(options, await ProxyPasswords.open(options.database));
  }

  /** Not to be called before `listen`. */
  get port(): number {
    return (this.httpServer.address() as AddressInfo).port;
  }

  /** For a further address at which it is to be reached. */
  get httpServer(): http.Server {
    return this.#server.server as http.Server;
  }

  /**
   * @param ports the ones to try, in this order; 0 is any free one
   * @throws the error of the last port
   */
  async listen(host: string, ports: readonly number[]): Promise<void> {
    this.httpServer.maxConnections = maxConnectionsHere();
    for (const [index, port] of ports.entries()) {
      try {
        await listenAt(this.httpServer, host, port);
        this.#isListening = true;
        return;
      } catch (error) {
        if (index === ports.length - 1) throw error;
      }
    }
  }

  /** Where attempts reach it. */
  get url(): string {
    return `http://${this.#advertised.hostname}:${this.#advertised.port}`;
  }

  /** Says where attempts reach it. @param hostname as in a URL */
  advertise(hostname: string, port: number): void {
    this.#advertised = { hostname, port };
  }

  passwordOf(owner: ProxyOwner): string {
    return this.#passwords.of(owner);
  }

  /** The variables by which the attempts of a run find it. */
  variablesOf(runId: string): Record<string, string> {
    const { hostname, port } = this.#advertised;
    return {
      APIFY_PROXY_HOSTNAME: hostname,
      APIFY_PROXY_PORT: String(port),
      APIFY_PROXY_PASSWORD: this.passwordOf({ kind: 'run', id: runId }),
      APIFY_PROXY_STATUS_URL: this.url,
    };
  }

  /** Closes all connections, and stores what was counted. */
  async close(): Promise<void> {
    const { httpServer } = this;
    this.#server.closeConnections();
    if (this.#isListening) await new Promise((resolve) => httpServer.close(resolve));
    await this.#meter.flush();
  }

  async #prepare(opts: PrepareRequestFunctionOpts): Promise<PrepareRequestFunctionResult> {
    const { request, connectionId, username, password, hostname, port, isHttp } = opts;
    request.socket.setTimeout(this.#options.idleMs);
    const isStatusPage = isHttp && this.#isStatusPage(hostname, port);
    try {
      const owner = await this.#passwords.ownerOf(password);
      if (owner === undefined) throw wrongPassword();
      const route = chooseRoute(this.groups, parseProxyUsername(username), this.#turn++);
      if (isStatusPage) return statusPage(request.socket, undefined);
      const way = route.upstreamUrl === undefined ? await this.#direct(opts) : { upstreamProxyUrl: route.upstreamUrl };
      if (isHttp) checkUrl(request.url ?? '');
      if (owner.kind === 'run') await this.#beginOfRun(owner.id, connectionId, route.group);
      return { ...way, httpAgent: this.#agents.http, httpsAgent: this.#agents.https };
    } catch (error) {
      if (!(error instanceof ProxyRefusal)) throw error;
      if (isStatusPage) return statusPage(request.socket, error.message);
      return { requestAuthentication: true, failMsg: error.message };
    }
  }

  #isStatusPage(hostname: string, port: number): boolean {
    if (hostname === apifyStatusHost) return port === 80;
    return hostname === this.#advertised.hostname && port === this.#advertised.port;
  }

  async #direct({ hostname, port, isHttp }: PrepareRequestFunctionOpts): Promise<PrepareRequestFunctionResult> {
    const target = await this.#targets.resolve(hostname, port);
    if (target.kind === 'allowed')
      return { dnsLookup: target.lookup as NonNullable<PrepareRequestFunctionResult['dnsLookup']> };
    if (target.kind === 'unknown')
      throw new RequestError(`The proxy finds no address of ${hostname}.`, isHttp ? 404 : 593);
    throw new RequestError(
      `The proxy does not connect to ${hostname}:${port} (${target.address}): it is an address of the platform's own machine, or of the metadata service of a cloud.`,
      403,
    );
  }

  /** [proxy-4] */
  async #beginOfRun(runId: string, connectionId: number, group: string): Promise<void> {
    if (group === 'direct') await this.#noteOnce(runId);
    // It may have been closed meanwhile.
    if (!this.#server.connections.has(connectionId)) return;
    const most = this.#options.maxConnectionsOfRun;
    if (!this.#meter.has(connectionId) && this.#meter.openOf(runId) >= most) {
      throw new RequestError(
        `This run has ${most} connections through the proxy already. Close some, or lower the concurrency.`,
        503,
      );
    }
    this.#meter.begin(connectionId, runId, group);
  }

  async #noteOnce(runId: string): Promise<void> {
    if (this.#noted.has(runId)) return;
    this.#noted.add(runId);
    if (this.#noted.size > maxNoted) this.#noted.delete(this.#noted.values().next().value!);
    const has = await this.#options.database.read(hasProxyTraffic, { runId, group: 'direct' }, { kind: 'platform' });
    if (has) return;
    this.#options.note(
      runId,
      'Requests through the proxy go out from this machine directly, since no proxy groups are configured for them. The operator names groups with --proxy-groups.',
    );
  }
}

/** A restart forgets them as well; then the stored traffic says whether it was noted. */
const maxNoted = 10_000;

/** proxy-chain's server, which also answers to those who open its address without a proxy, as in a browser. */
class StatusAnsweringServer extends ProxyServer {
  constructor(prepareRequestFunction: (opts: PrepareRequestFunctionOpts) => Promise<PrepareRequestFunctionResult>) {
    super({ prepareRequestFunction, authRealm: 'Wherry' });
  }

  override async onRequest(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (!request.url?.startsWith('/')) return super.onRequest(request, response);
    const status = statusOf(
      request.socket,
      'This request was sent to the proxy itself, not through it. Set it as the proxy of your client.',
    );
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
    response.end(JSON.stringify(status));
  }
}

const wrongPassword = () =>
  new ProxyRefusal(
    'The password of the proxy is wrong, or the run that it belonged to has ended. A run has its own in APIFY_PROXY_PASSWORD, a user in GET /v2/users/me.',
  );

const statusOf = ({ remoteAddress }: Socket, connectionError: string | undefined) => ({
  connected: connectionError === undefined,
  connectionError: connectionError ?? null,
  isManInTheMiddle: false,
  clientIp: remoteAddress ?? null,
});

const statusPage = (socket: Socket, connectionError: string | undefined): PrepareRequestFunctionResult => ({
  customResponseFunction: () => ({
    statusCode: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(statusOf(socket, connectionError)),
  }),
});

/** What `http.request` would throw for, where the library would not catch it. @throws RequestError */
function checkUrl(url: string): void {
  try {
    urlToHttpOptions(new URL(url));
  } catch {
    throw new RequestError('The user name or password in the URL has a "%" that is not the start of an escape.', 400);
  }
}

const bytesOf = (stats: { trgTxBytes: number | null; trgRxBytes: number | null } | undefined) =>
  stats && { sent: stats.trgTxBytes ?? 0, received: stats.trgRxBytes ?? 0 };

function listenAt(server: http.Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Each connection has two ends, and the platform needs files for other things than the proxy [proxy-4]. */
function maxConnectionsHere(): number {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? maxConnections : Math.min(maxConnections, Math.floor(Number(limit) / 4));
  } catch {
    return maxConnections;
  }
}

/** Makes the agent end what waits for a server that says nothing, also when the client has left [proxy-4]. */
function endingIdle<Agent extends http.Agent>(agent: Agent, idleMs: number): Agent {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = create(...args) as Socket | null | undefined;
    socket?.setTimeout(idleMs, () =>
      socket.destroy(Object.assign(new Error('silent for too long'), { code: 'ETIMEDOUT' })),
    );
    return socket;
  };
  return agent;
}
