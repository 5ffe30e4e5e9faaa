import type { FailedSignIns } from '../accounts/failed-sign-ins.ts';
import type { SignInCodes } from '../accounts/sessions.ts';
import type { Signatures } from '../accounts/signatures.ts';
import type { KnownTokens } from '../accounts/tokens.ts';
import type { UsageMeter } from '../accounts/usage.ts';
import type { Builder } from '../builds/builder.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { Database } from '../database/database.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { FileStore } from '../objects/file-store.ts';
import type { ProxyAccount } from '../proxy/forward-proxy.ts';
import type { InFlightRequests } from '../runs/handoff/in-flight-requests.ts';
import type { WebGate } from '../runs/handoff/web-gate.ts';
import type { UsagePrices } from '../runs/operations/run-cost.ts';
import type { RunStore } from '../runs/operations/run-store.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import type { Servers } from '../runs/supervisor/servers.ts';
import type { SpendingLimits } from '../runs/supervisor/spending-limits.ts';
import type { Supervisor } from '../runs/supervisor/supervisor.ts';
import type { Waker } from '../schedules/waker.ts';
import type { Clock } from '../shared/clock.ts';
import type { WebAddresses } from '../shared/web-addresses.ts';
import type { Eraser } from '../storages/erasure.ts';
import type { QueueReads } from '../storages/request-queues/reads.ts';
import type { HealthReporter } from './about/health-routes.ts';
import type { MetricsReporter } from './about/metrics-routes.ts';
import type { AboutPlatform } from './about/platform-routes.ts';
import type { Authenticator } from './authentication.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import type { ConsoleFiles } from './console/console-files.ts';
import type { GarbageCollector } from './gc/gc-routes.ts';
import type { CallMeter } from './metered-calls.ts';

/** What all routes use. Assembled in `main/platform.ts`. */
export interface Services {
  readonly database: Database;
  /** Values that are too large for the database. */
  readonly files: FileStore;
  /** Deletes the rows of deleted storages. */
  readonly eraser: Eraser;
  /** Is told how far each charge brings its run. */
  readonly spendingLimits: SpendingLimits;
  /** Counts what is read of request queues. */
  readonly queueReads: QueueReads;
  /** Logs of runs and builds. */
  readonly logs: LogStore;
  readonly inFlightRequests: InFlightRequests;
  readonly clock: Clock;
  /** The API's address for clients, without a slash at the end. Known once the API listens. */
  readonly publicUrl: string;
  /** Where the console is, without a slash at the end; undefined when the platform serves none. */
  readonly consoleUrl: string | undefined;
}

/** What the routes of Actors and builds use as well. */
export interface ActorServices extends Services {
  readonly builder: Builder;
  /** Seals the secret fields of inputs. */
  readonly inputSecrets: InputSecrets;
  readonly signatures: Signatures;
  /** Where web servers of runs are reached. */
  readonly webAddresses: WebAddresses;
  readonly proxy: ProxyAccount;
}

/** What the routes of runs use as well. */
export interface RunServices extends ActorServices {
  readonly runControl: RunControl;
  /** What requests to the web servers of runs pass. */
  readonly web: Pick<WebGate, 'isReady'>;
  readonly about: AboutPlatform;
  /** How long a call that starts a run and responds with its output waits for the end of the run. */
  readonly syncWaitMs: number;
  /** What the operator asks for what runs use. */
  readonly prices: UsagePrices;
  /** How many runs that are not over a user may have, unless an administrator has set another number for the user. */
  readonly maxRuns: number;
  /** What these may have of memory in all, in MB, likewise; undefined when only the servers limit it. */
  readonly maxUserMbytes: number | undefined;
  /** How many days the operator keeps runs and unnamed storages at most; null for no end. */
  readonly retainDays: number | null;
  readonly usageMeter: Pick<UsageMeter, 'flush'>;
  readonly callMeter: Pick<CallMeter, 'count'>;
  /** Is told of each schedule that is created or changed. */
  readonly schedules: Pick<Waker, 'wake'>;
}

/** What the routes of users, tokens, sessions and the audit log use as well. */
export interface UserServices extends Services {
  readonly tokens: Pick<KnownTokens, 'forgetAll' | 'identityOf'>;
  readonly authenticator: Pick<Authenticator, 'countFailure' | 'tokenNotValid'>;
  readonly browserSessions: BrowserSessions;
  readonly signInCodes: SignInCodes;
  readonly failedSignIns: Pick<FailedSignIns, 'count'>;
  /** Ends the runs of disabled users, and deletes what removed ones had. */
  readonly endedUsers: { wake(): void };
  readonly collector: GarbageCollector;
}

/** What the routes of servers and handoffs use as well. */
export interface HandoffServices extends Services {
  readonly supervisor: Supervisor;
  readonly servers: Servers;
  readonly runStore: RunStore;
  readonly health: HealthReporter;
  readonly metrics: MetricsReporter;
}

/** What the routes of the console use. */
export interface ConsoleServices {
  /** Undefined when no console was built. */
  readonly consoleFiles: ConsoleFiles | undefined;
}

/** What the stream of changes uses as well. */
export interface EventServices extends Services {
  readonly feed: ChangeFeed;
}

/** What all routes together use. */
export type AllServices = RunServices & HandoffServices & UserServices & EventServices & ConsoleServices;
