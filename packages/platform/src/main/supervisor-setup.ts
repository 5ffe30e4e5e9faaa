import path from 'node:path';
import type { KnownTokens } from '../accounts/tokens.ts';
import type { Database } from '../database/database.ts';
import type { Engine } from '../engines/engine.ts';
import { EventHub } from '../events/event-hub.ts';
import type { LogStore } from '../logs/log-store.ts';
import { AttemptGate } from '../runs/handoff/attempt-gate.ts';
import { InFlightJournal } from '../runs/handoff/in-flight-journal.ts';
import { InFlightRequests } from '../runs/handoff/in-flight-requests.ts';
import { DatabaseRunStore } from '../runs/operations/run-store.ts';
import type { Limits } from '../runs/state/plan.ts';
import type { FaultLogger, RunLogs } from '../runs/supervisor/collaborators.ts';
import { hiderOfAttempt, type Launcher, launchOf } from '../runs/supervisor/launch.ts';
import { Servers } from '../runs/supervisor/servers.ts';
import { Supervisor } from '../runs/supervisor/supervisor.ts';
import type { Clock } from '../shared/clock.ts';
import { newId } from '../shared/ids.ts';

export interface SupervisorOptions extends Launcher {
  readonly database: Database;
  readonly engine: Engine;
  readonly logs: RunLogs & Pick<LogStore, 'tail'>;
  readonly logger: FaultLogger;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly tokens: KnownTokens;
}

/** Creates the supervisor and its collaborators. */
export async function createSupervisor(parts: SupervisorOptions) {
  const { database, engine, logs, logger, clock, limits, dataFolder, tokens } = parts;
  const advanceRun = (runId: string) => supervisor.advanceRun(runId);
  const gate = new AttemptGate(advanceRun);
  const journal = engine.reattachment && InFlightJournal.open(path.join(dataFolder, 'in-flight-requests'));
  const inFlightRequests = new InFlightRequests(advanceRun, journal);
  const events = new EventHub();
  const store = new DatabaseRunStore(database);
  const servers = await Servers.open(database, engine);
  const supervisor: Supervisor = new Supervisor({
    store,
    engine,
    gate,
    inFlightRequests,
    events,
    servers,
    tokens,
    logs,
    logger,
    clock,
    limits,
    newId,
    launch: (run, attempt) => launchOf(parts, run, attempt),
    reattachContext: {
      hider: (run, attempt) => hiderOfAttempt(parts, run, attempt),
      logged: (runId) => logs.tail(runId),
    },
  });
  return {
    supervisor,
    gate,
    inFlightRequests,
    events,
    servers,
    store,
    /** To be called once no call is served any more. */
    close: () => journal?.close(),
  };
}
