import path from 'node:path';
import type { KnownTokens } from '../accounts/tokens.ts';
import type { Change } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import type { Engine } from '../engines/engine.ts';
import { EventHub } from '../events/event-hub.ts';
import type { LogStore } from '../logs/log-store.ts';
import { AttemptGate } from '../runs/handoff/attempt-gate.ts';
import { InFlightJournal } from '../runs/handoff/in-flight-journal.ts';
import { InFlightRequests } from '../runs/handoff/in-flight-requests.ts';
import { WebGate } from '../runs/handoff/web-gate.ts';
import { DatabaseRunStore } from '../runs/operations/run-store.ts';
import type { Limits } from '../runs/state/plan.ts';
import type { FaultLogger, RunAdmission, RunLogs, RunObserver } from '../runs/supervisor/collaborators.ts';
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
  readonly observer: RunObserver;
  readonly admission: RunAdmission;
  /** Is told of changes of runs that are in memory only. */
  readonly announce: (changes: readonly Change[]) => void;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly tokens: KnownTokens;
  /** How long requests to the web servers of runs are held. */
  readonly holdMs: number;
}

/** Creates the supervisor and its collaborators. */
export async function createSupervisor(parts: SupervisorOptions) {
  const { database, engine, logs, logger, observer, admission, announce } = parts;
  const { clock, limits, dataFolder, tokens, holdMs } = parts;
  const advanceRun = (runId: string) => supervisor.advanceRun(runId);
  const gate = new AttemptGate(advanceRun);
  const journal = engine.reattachment && InFlightJournal.open(path.join(dataFolder, 'in-flight-requests'));
  const inFlightRequests = new InFlightRequests(advanceRun, journal);
  const events = new EventHub();
  const store = new DatabaseRunStore(database);
  const servers = await Servers.open(database, engine);
  const web = new WebGate({
    activeAttemptOf: (runId) => supervisor.servingAttemptOf(runId),
    connect: async (runId, attempt) => {
      if (engine.connect === undefined) throw new Error(`the engine ${engine.name} reaches no web servers`);
      return engine.connect(runId, attempt);
    },
    clock,
    holdMs,
  });
  const supervisor: Supervisor = new Supervisor({
    store,
    engine,
    gate,
    inFlightRequests,
    events,
    servers,
    web,
    tokens,
    logs,
    logger,
    observer,
    admission,
    announce,
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
    web,
    /** To be called once no call is served any more. */
    close: () => journal?.close(),
  };
}
