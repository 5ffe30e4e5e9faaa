import type { Signatures } from '../accounts/signatures.ts';
import type { Builder } from '../builds/builder.ts';
import type { InputSecrets } from '../builds/input/input-secrets.ts';
import type { Database } from '../database/database.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { FileStore } from '../objects/file-store.ts';
import type { InFlightRequests } from '../runs/handoff/in-flight-requests.ts';
import type { RunStore } from '../runs/operations/run-store.ts';
import type { RunControl } from '../runs/supervisor/run-control.ts';
import type { Servers } from '../runs/supervisor/servers.ts';
import type { Supervisor } from '../runs/supervisor/supervisor.ts';
import type { Clock } from '../shared/clock.ts';

/** What the routes are built from. Put together in `platform.ts`. */
export interface Services {
  readonly database: Database;
  /** Records too large for the database. */
  readonly files: FileStore;
  /** Logs of runs and builds. */
  readonly logs: LogStore;
  readonly inFlightRequests: InFlightRequests;
  readonly clock: Clock;
  /** The API's own address as clients outside reach it, without a slash at the end. Known once the API listens. */
  readonly publicUrl: string;
}

/** What the routes of Actors and builds are built from besides. */
export interface ActorServices extends Services {
  readonly builder: Builder;
  /** Seals the secret fields of inputs. */
  readonly inputSecrets: InputSecrets;
  readonly signatures: Signatures;
}

/** What the routes of runs are built from besides. */
export interface RunServices extends ActorServices {
  readonly runControl: RunControl;
  /** How long a call that starts a run and answers its output waits for its end. */
  readonly syncWaitMs: number;
}

/** What the routes of servers and handoffs are built from besides. */
export interface HandoffServices extends Services {
  readonly supervisor: Supervisor;
  readonly servers: Servers;
  readonly runStore: RunStore;
}
