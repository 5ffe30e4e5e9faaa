import type { Logger } from 'pino';
import type { KnownTokens } from '../accounts/tokens.ts';
import type { Authenticator } from '../api/authentication.ts';
import type { AllowedHosts } from '../api/host-check.ts';
import type { RunServices } from '../api/services.ts';
import { RequestTokens } from '../api/web/request-tokens.ts';
import { StandbyRequests } from '../api/web/standby-requests.ts';
import { WebRequests } from '../api/web/web-requests.ts';
import { StandbyPools } from '../standby/standby-pool.ts';
import type { createSupervisor } from './supervisor-setup.ts';

/** How long requests to web servers wait, and how the runs end that nobody uses. Apify's values unless set. */
export interface StandbyTimes {
  /** How long a request waits for a server that takes it. 120 unless set. */
  readonly selectionSecs?: number;
  /** Of a run that nobody uses: from `aborting` to SIGTERM, and from there until it is killed. 15 unless set. */
  readonly stopSecs?: number;
}

export const selectionMsOf = ({ selectionSecs = 120 }: StandbyTimes): number => selectionSecs * 1000;
export const stopMsOf = ({ stopSecs = 15 }: StandbyTimes): number => stopSecs * 1000;

export interface WebParts {
  readonly services: RunServices;
  readonly runs: Awaited<ReturnType<typeof createSupervisor>>;
  readonly hosts: AllowedHosts;
  readonly authenticator: Authenticator;
  readonly tokens: KnownTokens;
  readonly logger: Logger;
}

/** Creates what takes the requests to the web servers of runs, and of Actors in Standby mode. */
export function createWeb({ services, runs, hosts, authenticator, logger, ...parts }: WebParts, times: StandbyTimes) {
  const { database, files, inputSecrets, runControl, maxRuns, maxUserMbytes, logs, clock, webAddresses } = services;
  const { callMeter } = services;
  const { web, gate } = runs;
  const tokens = new RequestTokens(parts.tokens);
  const pools = new StandbyPools({
    database,
    files,
    inputSecrets,
    runControl,
    maxRuns,
    maxUserMbytes,
    logs,
    clock,
    logger,
    web,
    isOver: (runId) => runs.supervisor.servingAttemptOf(runId) === undefined,
    selectionMs: selectionMsOf(times),
    stopMs: stopMsOf(times),
  });
  const standby = new StandbyRequests({ authenticator, database, gate, web, pools, tokens });
  const requests = new WebRequests({
    addresses: webAddresses,
    gate: web,
    hosts,
    tokens,
    standby,
    logger,
    callMeter,
    ownerOf: (runId) => runs.supervisor.ownerOf(runId),
  });
  return {
    forward: requests.handle.bind(requests),
    forwardUpgrade: requests.upgrade.bind(requests),
    /** To be called once runs are supervised. */
    start: () => pools.start(),
    close() {
      pools.close();
      requests.close();
    },
  };
}
