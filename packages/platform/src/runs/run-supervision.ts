import path from 'node:path';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import type { Engine } from '../engines/engine.ts';
import { EventHub } from '../events/event-hub.ts';
import { newId } from '../ids.ts';
import type { LogStore } from '../logs/log-store.ts';
import { AttemptGate } from './attempt-gate.ts';
import { HandJournal } from './hand-journal.ts';
import type { Limits } from './plan.ts';
import { RequestsInHand } from './requests-in-hand.ts';
import { hiderOfAttempt, type Launcher, launchOf } from './run-launch.ts';
import { DatabaseRunStore } from './run-store.ts';
import { Servers } from './servers.ts';
import { Supervisor } from './supervisor.ts';
import type { FaultLogger, RunLogs } from './supervisor-parts.ts';

export interface SupervisionParts extends Launcher {
  readonly database: Database;
  readonly engine: Engine;
  readonly logs: RunLogs & Pick<LogStore, 'tail'>;
  readonly logger: FaultLogger;
  readonly clock: Clock;
  readonly limits: Limits;
}

/** Puts together what supervises runs. */
export async function superviseRuns(parts: SupervisionParts) {
  const { database, engine, logs, logger, clock, limits, dataFolder } = parts;
  const poke = (runId: string) => supervisor.poke(runId);
  const gate = new AttemptGate(poke);
  const journal = engine.survivors && HandJournal.open(path.join(dataFolder, 'requests-in-hand'));
  const requestsInHand = new RequestsInHand(poke, journal);
  const events = new EventHub();
  const store = new DatabaseRunStore(database);
  const servers = await Servers.open(database, engine);
  const supervisor: Supervisor = new Supervisor({
    store,
    engine,
    gate,
    requestsInHand,
    events,
    servers,
    logs,
    logger,
    clock,
    limits,
    newId,
    launch: (run, attempt) => launchOf(parts, run, attempt),
    adoption: {
      hider: (run, attempt) => hiderOfAttempt(parts, run, attempt),
      logged: (runId) => logs.tail(runId),
    },
  });
  return {
    supervisor,
    gate,
    requestsInHand,
    events,
    servers,
    store /** Once no call is answered any more. */,
    close: () => journal?.close(),
  };
}
