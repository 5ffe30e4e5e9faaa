import type { Signatures } from '../accounts/signatures.ts';
import type { Builder } from '../builds/builder.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { Database } from '../database/database.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { FileStore } from '../objects/file-store.ts';
import type { ProxyAccount } from '../proxy/forward-proxy.ts';
import type { InFlightRequests } from '../runs/handoff/in-flight-requests.ts';
import type { RunStore } from '../runs/operations/run-store.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import type { Servers } from '../runs/supervisor/servers.ts';
import type { Supervisor } from '../runs/supervisor/supervisor.ts';
import type { Clock } from '../shared/clock.ts';
import type { Eraser } from '../storages/erasure.ts';
import type { HealthReporter } from './about/health-routes.ts';

/** What all routes use. Assembled in `main/platform.ts`. */
export interface Services {
  readonly database: Database;
  /** Values that are too large for the database. */
  readonly files: FileStore;
  /** Deletes the rows of deleted storages. */
  readonly eraser: Eraser;
  /** Logs of runs and builds. */
  readonly logs: LogStore;
  readonly inFlightRequests: InFlightRequests;
  readonly clock: Clock;
  /** The API's address for clients, without a slash at the end. Known once the API listens. */
  readonly publicUrl: string;
}

/** What the routes of Actors and builds use as well. */
export interface ActorServices extends Services {
  readonly builder: Builder;
  /** Seals the secret fields of inputs. */
  readonly inputSecrets: InputSecrets;
  readonly signatures: Signatures;
  readonly proxy: ProxyAccount;
}

/** What the routes of runs use as well. */
export interface RunServices extends ActorServices {
  readonly runControl: RunControl;
  /** How long a call that starts a run and responds with its output waits for the end of the run. */
  readonly syncWaitMs: number;
  /** How many runs that are not over a user may have. */
  readonly maxRuns: number;
}

/** What the routes of servers and handoffs use as well. */
export interface HandoffServices extends Services {
  readonly supervisor: Supervisor;
  readonly servers: Servers;
  readonly runStore: RunStore;
  readonly health: HealthReporter;
}
