import type { Change } from '../../database/changes.ts';
import type { ContainerSpec, Engine, LoggedOutput } from '../../engines/engine.ts';
import type { ActorEvent } from '../../events/event-hub.ts';
import type { Clock } from '../../shared/clock.ts';
import type { AttemptGate } from '../handoff/attempt-gate.ts';
import type { InFlightRequests } from '../handoff/in-flight-requests.ts';
import type { WebGate } from '../handoff/web-gate.ts';
import type { RunStore } from '../operations/run-store.ts';
import type { Limits } from '../state/plan.ts';
import type { AttemptState, ClosedHandoff, HandoffUnderWay, RunState } from '../state/run-state.ts';
import type { Servers } from './servers.ts';

/** The events websockets of attempts, as the supervisor uses them. */
export interface AttemptEvents {
  send(runId: string, attempt: number, event: ActorEvent): void;
  /** Drops what was kept for an attempt that is not connected: it no longer applies. */
  retract(runId: string, attempt: number): void;
  roundTrip(runId: string, attempt: number): Promise<void>;
  isConnected(runId: string, attempt: number): boolean;
  end(runId: string, attempt: number): void;
}

/** What a container is started from. */
export interface Launch {
  readonly spec: ContainerSpec;
  readonly tokenHash: string;
  /** Removes the run's secrets from a line of its log. */
  readonly hide: (text: string) => string;
}

/** One log for each run; see `LogStore`. */
export interface RunLogs {
  /** When there is little room, returns a promise that resolves once there is more. */
  append(runId: string, text: string, atMs: number): Promise<void> | undefined;
  /** Adds a line of the platform's own. */
  note(runId: string, text: string, atMs: number): void;
  /** Nothing will be written for a while. */
  rest(runId: string): void;
  end(runId: string): void;
}

/** What the reattachment of a container needs, for engines whose containers outlive the platform. */
interface ReattachContext {
  /** Returns what removes the run's secrets from a line of its log, as `Launch.hide` does. */
  hider(run: RunState, attempt: AttemptState): Promise<Launch['hide']>;
  logged(runId: string): Promise<LoggedOutput>;
}

/** Who calls with which token, as far as that is kept in memory; see `KnownTokens`. */
interface AttemptTokens {
  /** The attempt is fenced or over, and so is its token. */
  forget(runId: string, attempt: number): void;
}

/** A handoff that has ended. */
export interface EndedHandoff {
  readonly runId: string;
  /** As it was when it ended. */
  readonly handoff: HandoffUnderWay;
  readonly outcome: ClosedHandoff['phase'];
  /** In ms since 1970. */
  readonly finishedAt: number;
  /** Null when it could not be measured. */
  readonly downtimeMs: number | null;
}

/** Is told what happens to runs. It must not throw. */
export interface RunObserver {
  /** A durable change of the run is known here; `before` is undefined for a run that was created. */
  changed(before: RunState | undefined, after: RunState): void;
  handoffEnded(handoff: EndedHandoff): void;
}

/** What a start needs besides room on a server; `main/admission.ts`. */
export interface RunAdmission {
  /** Whether runs that wait for room may start. */
  readonly isOpen: boolean;
  /** @throws Refusal when no run of the user may be started or resurrected */
  check(userId: string): Promise<void>;
}

export interface FaultLogger {
  error(details: object, message: string): void;
}

export interface Collaborators {
  readonly store: RunStore;
  readonly engine: Engine;
  readonly gate: AttemptGate;
  readonly inFlightRequests: InFlightRequests;
  readonly events: AttemptEvents;
  readonly servers: Servers;
  /** Without it, runs have no web servers. */
  readonly web?: WebGate;
  /** What is kept of the tokens of attempts. */
  readonly tokens?: AttemptTokens;
  readonly launch: (run: RunState, attempt: AttemptState) => Promise<Launch>;
  readonly logs: RunLogs;
  readonly reattachContext?: ReattachContext;
  readonly clock: Clock;
  readonly logger: FaultLogger;
  readonly observer?: RunObserver | undefined;
  /** Is told of changes that are in memory only. */
  readonly announce?: ((changes: readonly Change[]) => void) | undefined;
  /** Without it, room is all that a start needs. */
  readonly admission?: RunAdmission | undefined;
  readonly limits: Limits;
  readonly newId: () => string;
}
