/**
 * Composition: opens the adapters, connects the parts of the platform with each other, and starts the server. May import
 * everything; nothing imports it but the package's index and tests.
 *
 * The platform promises, each checked by tests and by the checkers of the simulation:
 * [promise-1] One writer. A call by an attempt that is not active changes and reads nothing, whenever it arrives. The check
 *     is in the transaction of the write.
 * [promise-2] Acknowledged means durable. After a 2xx the write survives `kill -9` of every process, and power loss as far
 *     as the disk keeps what it has synced.
 * [promise-3] At most once per commit. A commit, a push, a charge or a start of a run that is sent again with its number or
 *     key gets the first response and changes nothing.
 * [promise-4] No orphans, no ghosts. Whatever dies and whenever, each active attempt ends up with one live container, and
 *     there is none besides; a run that is over is changed only by resurrection, and in the message that its user sets.
 * [promise-5] Nothing half-done is shown. A reader sees a commit whole or not at all.
 */
import type { Server } from 'node:http';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pino, { type Logger } from 'pino';
import { Sessions, SignInCodes } from '../accounts/sessions.ts';
import { Signatures } from '../accounts/signatures.ts';
import { ensureUser, hashToken, KnownTokens } from '../accounts/tokens.ts';
import { retentionDaysOf } from '../accounts/user-limits.ts';
import { firstUsername } from '../accounts/users.ts';
import { createApp } from '../api/app.ts';
import { Authenticator } from '../api/authentication.ts';
import { BrowserSessions } from '../api/browser-sessions.ts';
import { ConsoleFiles } from '../api/console/console-files.ts';
import { AllowedHosts } from '../api/host-check.ts';
import { registerRoutes } from '../api/routes.ts';
import { acceptEventsSockets, type EventsSocketParts } from '../api/runs/events-socket.ts';
import type { ActorServices, AllServices, RunServices, UserServices } from '../api/services.ts';
import { Builder } from '../builds/builder.ts';
import { InputSecrets } from '../builds/input/input-secrets.ts';
import type { DownloadLimits } from '../builds/steps/download.ts';
import { ChangeFeed } from '../changes/change-feed.ts';
import { SqliteDatabase } from '../database/sqlite/database.ts';
import { bootIdOfMachine } from '../database/sqlite/steady-clock.ts';
import { measureSyncMs, type WriterPlace, writerPlaceFor } from '../database/sqlite/writer-thread.ts';
import type { Engine } from '../engines/engine.ts';
import { ProcessEngine } from '../engines/process/process-engine.ts';
import { findEventsRelay } from '../events/relay.ts';
import { LogStore } from '../logs/log-store.ts';
import { FileStore } from '../objects/file-store.ts';
import { Observers } from '../observation/observers.ts';
import { PlatformMetrics } from '../observation/platform-metrics.ts';
import { PlatformTraces } from '../observation/platform-traces.ts';
import type { ForwardProxy } from '../proxy/forward-proxy.ts';
import { freeUsage, type UsagePrices } from '../runs/operations/run-cost.ts';
import type { Limits } from '../runs/state/plan.ts';
import { Evictions } from '../runs/supervisor/evictions.ts';
import type { Supervisor } from '../runs/supervisor/supervisor.ts';
import { scheduleBacklog } from '../schedules/invocations.ts';
import type { SchedulePoint } from '../schedules/invoker.ts';
import type { Waker } from '../schedules/waker.ts';
import { systemClock } from '../shared/clock.ts';
import { newId } from '../shared/ids.ts';
import { WebAddresses } from '../shared/web-addresses.ts';
import { webhookBacklog } from '../webhooks/delivery/claims.ts';
import { Admission } from './admission.ts';
import { openBackground } from './background-setup.ts';
import { removeStaging } from './backup.ts';
import { listenForContainers, ownAddressOf } from './container-listener.ts';
import { databaseName, prepareDataFolder } from './data-folder.ts';
import { DataFolderLock } from './data-folder-lock.ts';
import { importFormerSecretFiles } from './former-secret-files.ts';
import { Health } from './health.ts';
import { listenProxy, openProxy, type ProxyOptions } from './proxy-setup.ts';
import { renameFormerFiles } from './renamed-files.ts';
import { finishRestore } from './restore.ts';
import type { RetentionDays } from './retention.ts';
import { createSupervisor } from './supervisor-setup.ts';
import { listenTls, type TlsListener, type TlsOptions } from './tls-listener.ts';
import { createWeb, type StandbyTimes, selectionMsOf, stopMsOf } from './web-setup.ts';
import { createWebhooks, type WebhookOptions } from './webhooks-setup.ts';

export interface PlatformOptions {
  /** Everything durable is in this folder; it is created when missing. */
  readonly dataFolder: string;
  readonly token: string;
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /**
   * Where containers and clients reach the API when that is not where it listens, behind a proxy for one; without a
   * slash at the end.
   */
  readonly advertisedUrl?: string;
  /** Where the API listens over TLS too; nowhere unless set. */
  readonly tls?: TlsOptions | undefined;
  /**
   * The file with the key of the stored secrets, made when it is missing and nothing is sealed yet; `secrets-key` in the
   * data folder unless set.
   */
  readonly secretsKeyFile?: string | undefined;
  /** Further names that requests may have in their header `Host`, as behind a proxy that passes it on. */
  readonly allowedHosts?: readonly string[];
  /** How long the body of a call may bring nothing before its connection is closed. 30 unless set. */
  readonly bodyIdleSecs?: number;
  /** How many local servers (slots of the process engine) there are. */
  readonly servers?: number;
  /** What the runs on local servers may have in all, in MB; the machine's memory unless set. */
  readonly memoryMbytes?: number | undefined;
  /** What a unit of what runs use costs; nothing unless set. */
  readonly prices?: UsagePrices | undefined;
  /** How many runs that are not over a user may have. 1,000 unless set. */
  readonly maxRuns?: number | undefined;
  /** What these may have of memory in all, in MB; what the servers have unless set. */
  readonly maxUserMbytes?: number | undefined;
  /** For how many days runs, unnamed storages, logs and builds are kept; for ever unless set. */
  readonly retention?: RetentionDays | undefined;
  /** How full the disk of the data folder may be when a run starts, in percent; 100 for any. 90 unless set. */
  readonly diskWatermarkPercent?: number | undefined;
  /** How many days an entry stays in the audit log. 90 unless set. */
  readonly auditDays?: number | undefined;
  /** A build that takes longer is ended TIMED-OUT. 30 minutes unless set. */
  readonly buildTimeoutSecs?: number;
  /** How large and how slow the download of an Actor's archive may be; see `builds/steps/download.ts`. */
  readonly downloadLimits?: DownloadLimits;
  /** How long `run-sync` waits for the end of its run. 300 unless set, as on Apify. */
  readonly syncWaitSecs?: number;
  readonly handoffs?: HandoffLimits;
  /**
   * The domain below which web servers of runs have names of their own (`shared/web-addresses.ts`); a wildcard of DNS leads
   * from there to the platform.
   */
  readonly webDomain?: string | undefined;
  readonly standby?: StandbyTimes;
  /** The version of the program, for `GET /wherry/v1/about`. */
  readonly version?: string | undefined;
  /** The built console; without it, or when nothing was built there, the API is all that the platform serves. */
  readonly consoleFolder?: string | undefined;
  /** Called where a test may stop the process around the invocation of a schedule. */
  readonly atSchedulePoint?: (point: SchedulePoint) => void | Promise<void>;
  readonly proxy?: ProxyOptions;
  readonly webhooks?: WebhookOptions;
  /** What runs the Actors; the process engine unless given. */
  readonly engine?: Engine;
  /** False leaves out the routes of commits, to test how an Actor behaves on Apify. */
  readonly commits?: boolean;
  /** Where the database is written; chosen by how long a sync of the data folder takes unless set. */
  readonly writer?: WriterPlace;
  readonly logger?: Logger;
}

export interface Platform {
  /** Where the API listens, e.g. `http://127.0.0.1:8010`. */
  readonly url: string;
  readonly token: string;
  /** Where the proxy for Actors is reached, e.g. `http://127.0.0.1:8011`. */
  readonly proxyUrl: string;
  /** Whether it serves the console. */
  readonly hasConsole: boolean;
  /** The listener over TLS, where there is one. */
  readonly tls: TlsListener | undefined;
  /** An address of this machine that containers reach; undefined when they use its own network. */
  readonly hostAddress: string | undefined;
  /**
   * Ends all that it started; the next start continues every run. With `graceSecs`, runs are told before and given that
   * long to finish their in-flight requests and to save, so that the next start repeats nothing.
   */
  close(options?: { graceSecs?: number }): Promise<void>;
}

/** How long the phases of a handoff may take; see `plan.ts`. */
interface HandoffLimits {
  /** 30 unless set. */
  readonly bootSecs?: number;
  /** 60 unless set, as on Apify. */
  readonly graceSecs?: number;
  /** 10 unless set. */
  readonly quietGraceSecs?: number;
}

const usualMaxRuns = 1000;
const byPlatform = { kind: 'platform' } as const;

const limitsOf = (
  { bootSecs = 30, graceSecs = 60, quietGraceSecs = 10 }: HandoffLimits,
  standby: StandbyTimes,
): Limits => ({
  bootMs: bootSecs * 1000,
  graceMs: graceSecs * 1000,
  quietGraceMs: quietGraceSecs * 1000,
  stopMs: stopMsOf(standby),
});

/** Starts a platform and resolves when its API responds. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const parts = new AsyncDisposableStack();
  try {
    return await startParts(options, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

/** @param parts ends what was started, the last first */
async function startParts(options: PlatformOptions, parts: AsyncDisposableStack): Promise<Platform> {
  const { dataFolder, token, advertisedUrl, proxy: ofProxy = {} } = options;
  const logger = options.logger ?? pino({ level: 'silent' });
  const database = await openDataFolder(options, logger, parts);
  const common = { database, logger, dataFolder, clock: systemClock, environment: process.env };
  const logs = await LogStore.open(path.join(dataFolder, 'logs'));
  const inputSecrets = new InputSecrets(database);
  const { buildTimeoutSecs: timeoutSecs, downloadLimits } = options;
  const engine = engineOf(options);
  const { metrics, observer, lags, feed } = observe(database, () => runs);
  const builder = new Builder({ ...common, logs, observer, token, timeoutSecs, downloadLimits, images: engine.images });
  const address = { url: '', ofContainers: '', ofEvents: '' };
  const publicUrl = () => options.advertisedUrl ?? address.url;
  const webAddresses = new WebAddresses(publicUrl, options.webDomain);
  const access = openAccess(database, publicUrl);
  const { tokens, authenticator } = access;
  const proxy = await openProxy(ofProxy, { database, logs, logger, engine, advertisedUrl, address });
  const admission = await openAdmission(options, database);
  const runs = await createSupervisor({
    announce: (changes) => feed.announce(changes),
    tokens,
    observer,
    admission,
    ...common,
    logs,
    engine,
    inputSecrets,
    limits: limitsOf(options.handoffs ?? {}, options.standby ?? {}),
    holdMs: selectionMsOf(options.standby ?? {}),
    web: webAddresses,
    apiUrl: () => options.advertisedUrl ?? address.ofContainers,
    publicUrl,
    eventsUrl: () => address.ofEvents,
    proxyVariables: (runId) => proxy.variablesOf(runId),
  });
  const blobFolder = path.join(dataFolder, 'blobs');
  const files = new FileStore(blobFolder);
  const ofBackground = { database, files, blobFolder, logger, runs, builder, logs, inputSecrets, observer: lags };
  const background = openBackground(ofBackground, { ...options, maxRuns: options.maxRuns ?? usualMaxRuns }, parts);
  const health = openHealth({ database, dataFolder, engine, admission }, parts);
  const hosts = allowedHostsOf(options);
  const bodyIdleMs = options.bodyIdleSecs && options.bodyIdleSecs * 1000;
  const services = servicesOf(options, {
    database,
    feed,
    logs,
    builder,
    inputSecrets,
    files,
    ...background,
    health,
    metrics,
    runs,
    address,
    webAddresses,
    proxy,
    ...access,
    consoleFiles: options.consoleFolder === undefined ? undefined : await ConsoleFiles.read(options.consoleFolder),
  });
  const web = createWeb({ services, runs, hosts, authenticator, tokens, logger }, options.standby ?? {});
  const ofApp = { database, gate: runs.gate, logger, observer, hosts, bodyIdleMs, forward: web.forward };
  const app = createApp({ ...access, ...ofApp, auditLog: background.auditLog, callMeter: background.callMeter });
  registerRoutes(app, services, { commits: options.commits ?? true });
  acceptEvents({ app, runs, engine, authenticator, hosts, forward: web.forwardUpgrade });
  const webhooks = createWebhooks({ ...common, authenticator, services, address, observer: lags }, options.webhooks);
  const started = { runs, app, feed, web, logs, builder, engine, address, proxy, logger, webhooks };
  const tls = await startWork(started, options, parts);
  await background.start();
  health.readiness = 'ready';
  return platformOf({ ...started, tls, health, hasConsole: services.consoleFiles !== undefined }, token, parts);
}

/** Who callers are. */
function openAccess(database: SqliteDatabase, publicUrl: () => string) {
  const tokens = new KnownTokens(database);
  const browserSessions = new BrowserSessions(new Sessions(database, tokens), publicUrl);
  return { tokens, authenticator: new Authenticator(tokens), browserSessions, signInCodes: new SignInCodes() };
}

function engineOf({ engine, dataFolder, servers = 2, memoryMbytes }: PlatformOptions): Engine {
  return engine ?? new ProcessEngine({ servers, workFolder: path.join(dataFolder, 'work'), memoryMbytes });
}

function platformOf(
  {
    address,
    proxy,
    engine,
    runs,
    tls,
    health,
    hasConsole,
  }: Startable & { readonly tls: TlsListener | undefined; readonly health: Health; readonly hasConsole: boolean },
  token: string,
  parts: AsyncDisposableStack,
): Platform {
  return {
    url: address.url,
    token,
    proxyUrl: proxy.url,
    hasConsole,
    tls,
    hostAddress: engine.hostAddress,
    async close({ graceSecs = 0 } = {}) {
      health.readiness = 'stopping';
      if (graceSecs > 0) await runs.supervisor.handOff(graceSecs * 1000);
      await parts.disposeAsync();
    },
  };
}

/** @param runsOf what is there once the API listens */
function observe(database: SqliteDatabase, runsOf: () => Startable['runs']) {
  const metrics = new PlatformMetrics({
    runStatuses: () => runsOf().supervisor.runStatuses(),
    servers: () => runsOf().servers.list(runsOf().supervisor.load()),
    backlog: async () => ({
      schedules: await database.read(scheduleBacklog, {}, byPlatform),
      webhooks: await database.read(webhookBacklog, {}, byPlatform),
    }),
  });
  const observer = new Observers([metrics, new PlatformTraces()]);
  database.observer = observer;
  return { metrics, observer, lags: metrics.lags, feed: new ChangeFeed(database, systemClock) };
}

/** Takes the data folder for this process, completes what was interrupted in it, and opens its database. */
async function openDataFolder(
  options: PlatformOptions,
  logger: Logger,
  parts: AsyncDisposableStack,
): Promise<SqliteDatabase> {
  const { dataFolder, token } = options;
  const lock = DataFolderLock.take(dataFolder);
  parts.defer(() => lock.release());
  await finishRestore(dataFolder);
  await removeStaging(dataFolder);
  renameFormerFiles(dataFolder);
  prepareDataFolder(dataFolder);
  const database = openDatabase(options, logger);
  parts.defer(() => database.close());
  await importFormerSecretFiles(dataFolder, database);
  await database.write(
    ensureUser,
    { userId: newId(), username: firstUsername, tokenHash: hashToken(token) },
    byPlatform,
  );
  return database;
}

function openHealth(healthParts: ConstructorParameters<typeof Health>[0], parts: AsyncDisposableStack): Health {
  const health = new Health(healthParts);
  parts.defer(() => health.close());
  return health;
}

async function openAdmission(options: PlatformOptions, database: SqliteDatabase): Promise<Admission> {
  const { dataFolder, prices = freeUsage, diskWatermarkPercent: watermarkPercent = 90 } = options;
  const admission = new Admission({ database, dataFolder, clock: systemClock, prices, watermarkPercent });
  await admission.look();
  return admission;
}

function allowedHostsOf({ host, advertisedUrl, allowedHosts = [] }: PlatformOptions): AllowedHosts {
  return new AllowedHosts([host, advertisedUrl && new URL(advertisedUrl).host, ...allowedHosts]);
}

interface Startable {
  readonly runs: Awaited<ReturnType<typeof createSupervisor>>;
  readonly app: FastifyInstance;
  readonly feed: ChangeFeed;
  readonly web: ReturnType<typeof createWeb>;
  readonly logs: LogStore;
  readonly builder: Builder;
  readonly engine: Engine;
  readonly proxy: ForwardProxy;
  readonly webhooks: ReturnType<typeof createWebhooks>;
  readonly logger: Logger;
  /** Filled in once the API listens. */
  readonly address: { url: string; ofContainers: string; ofEvents: string };
}

function acceptEvents({
  app,
  runs,
  engine,
  authenticator,
  hosts,
  forward,
}: Pick<Startable, 'app' | 'runs' | 'engine'> & Pick<EventsSocketParts, 'authenticator' | 'hosts' | 'forward'>): void {
  acceptEventsSockets(app, {
    authenticator,
    hosts,
    forward,
    hub: runs.events,
    upgradeHandler: engine.upgradeHandler,
    isAlive: (runId, attempt) => runs.supervisor.isAlive(runId, attempt),
    arrived: (runId, attempt) => runs.gate.arrive(runId, attempt),
  });
}

/** Recovers the runs, listens, and only then starts to act on runs and builds, since containers call the API. */
async function startWork(
  { runs, app, feed, web, logs, builder, engine, address, proxy, webhooks, logger }: Startable,
  options: PlatformOptions,
  parts: AsyncDisposableStack,
): Promise<TlsListener | undefined> {
  const { host = '127.0.0.1', port = 0 } = options;
  parts.defer(() => runs.close());
  parts.defer(() => app.close());
  parts.defer(() => logs.close());
  parts.defer(() => proxy.close());
  parts.defer(() => runs.events.close());
  parts.defer(() => builder.close());
  parts.defer(() => runs.supervisor.settled());
  parts.defer(() => engine.close());
  parts.defer(() => runs.supervisor.close());
  // First of all: what waits for the end of a run would ask a closed supervisor again and again.
  parts.defer(() => web.close());
  // Its calls may be to this API.
  parts.defer(() => webhooks.close());
  parts.defer(() => feed.close());
  await runs.supervisor.recover();
  address.url = await app.listen({ host, port });
  Object.assign(address, await addressesOfContainers(options, engine, { server: app.server, url: address.url, parts }));
  const tls = options.tls && (await listenTls(app.server, options.tls, parts));
  const { url, ofContainers: urlOfContainers } = address;
  const { advertisedUrl } = options;
  await listenProxy(proxy, options.proxy ?? {}, { apiPort: port, host, url, urlOfContainers, advertisedUrl }, parts);
  await builder.start(address.url);
  await engine.states?.ready();
  runs.supervisor.start();
  await web.start();
  webhooks.start();
  parts.defer(watchServers(engine, runs.supervisor, { logger, feed }));
  return tls;
}

/** Writes where the disk of the data folder makes it pay: docs/decisions/0003-where-the-writer-runs.md. */
function openDatabase({ dataFolder, writer, secretsKeyFile }: PlatformOptions, logger: Logger): SqliteDatabase {
  const syncMs = measureSyncMs(dataFolder);
  const place = writer ?? writerPlaceFor(syncMs);
  const found = syncMs === undefined ? 'could not be measured' : `takes ${syncMs.toFixed(2)} ms`;
  logger.info(
    { syncMs, writer: place },
    `The database is written on the ${place}: a sync of the data folder ${found}.`,
  );
  const operations = [new URL('./write-operations.ts', import.meta.url).href];
  const file = path.join(dataFolder, databaseName);
  const reserveFile = path.join(dataFolder, 'reserve');
  return SqliteDatabase.open(file, systemClock, {
    secretsKeyFile,
    reserveFile,
    bootId: bootIdOfMachine(),
    ...(place === 'worker thread' && { operations }),
  });
}

interface ServiceParts
  extends Pick<
      ActorServices,
      | 'database'
      | 'logs'
      | 'builder'
      | 'inputSecrets'
      | 'files'
      | 'eraser'
      | 'queueReads'
      | 'spendingLimits'
      | 'webAddresses'
      | 'proxy'
    >,
    Pick<RunServices, 'usageMeter' | 'callMeter'>,
    Pick<UserServices, keyof ReturnType<typeof openAccess> | 'failedSignIns' | 'endedUsers' | 'collector'> {
  readonly consoleFiles: ConsoleFiles | undefined;
  readonly schedules: Waker;
  readonly feed: ChangeFeed;
  readonly health: Health;
  readonly metrics: PlatformMetrics;
  readonly runs: Awaited<ReturnType<typeof createSupervisor>>;
  /** Filled once the API listens. */
  readonly address: { readonly url: string };
}

function servicesOf(options: PlatformOptions, { runs, address, ...parts }: ServiceParts): AllServices {
  const { advertisedUrl, syncWaitSecs = 300, maxRuns = usualMaxRuns, maxUserMbytes, prices = freeUsage } = options;
  const { runs: runDays = null, storages: storageDays = null, logs = null, builds = null } = options.retention ?? {};
  const retentionDays = { runs: runDays, storages: storageDays, logs, builds };
  return {
    ...parts,
    clock: systemClock,
    inFlightRequests: runs.inFlightRequests,
    servers: runs.servers,
    runStore: runs.store,
    supervisor: runs.supervisor,
    runControl: runs.supervisor,
    web: runs.web,
    syncWaitMs: syncWaitSecs * 1000,
    maxRuns,
    maxUserMbytes,
    retainDays: retentionDaysOf(runDays, storageDays),
    prices,
    about: { version: options.version ?? null, engine: options.engine?.name ?? 'process', retentionDays },
    signatures: new Signatures(parts.database),
    get publicUrl() {
      return advertisedUrl ?? address.url;
    },
    get consoleUrl() {
      return parts.consoleFiles && `${advertisedUrl ?? address.url}/console`;
    },
  };
}

/** Moves the runs of a server that its operator takes away. Returns what stops this. */
function watchServers(
  engine: Engine,
  supervisor: Supervisor,
  { logger, feed }: Pick<Startable, 'logger' | 'feed'>,
): () => void {
  const evictions = new Evictions({ supervisor, engine, logger });
  engine.states?.onChange(() => {
    evictions.check();
    supervisor.roomChanged();
    // Their states are the engine's, not of the database.
    feed.announce(engine.servers().map((id) => ({ kind: 'server', id, userId: null, runId: null, actorId: null })));
  });
  evictions.check();
  return () => evictions.close();
}

/** Where containers reach the API and open their websockets: the relay, if they outlive the platform. */
async function addressesOfContainers(
  { dataFolder, advertisedUrl }: PlatformOptions,
  { hostAddress, reattachment }: Engine,
  { server, url, parts }: { server: Server; url: string; parts: AsyncDisposableStack },
): Promise<{ ofContainers: string; ofEvents: string }> {
  const websocketsOf = (api: string) => api.replace(/^http/, 'ws');
  const host = advertisedUrl === undefined ? hostAddress : await ownAddressOf(advertisedUrl, url);
  if (host === undefined) return { ofContainers: url, ofEvents: websocketsOf(advertisedUrl ?? url) };
  const ofContainers = await listenForContainers(server, host, parts);
  if (reattachment === undefined) return { ofContainers, ofEvents: websocketsOf(advertisedUrl ?? ofContainers) };
  const relay = await findEventsRelay(dataFolder, host, url);
  parts.defer(() => relay.leave());
  return { ofContainers, ofEvents: relay.url };
}
