import type { ContainerSpec, Engine, LoggedOutput } from '../../engines/engine.ts';
import type { ActorEvent } from '../../events/event-hub.ts';
import type { Clock } from '../../shared/clock.ts';
import type { AttemptGate } from '../handoff/attempt-gate.ts';
import type { InFlightRequests } from '../handoff/in-flight-requests.ts';
import type { RunStore } from '../operations/run-store.ts';
import type { Limits } from '../state/plan.ts';
import type { AttemptState, RunState } from '../state/run-state.ts';
import type { Servers } from './servers.ts';

/** The events websockets of attempts, as the supervisor uses them. */
export interface AttemptEvents {
  send(runId: string, attempt: number, event: ActorEvent): void;
  /** What was sent holds no more: whoever connects later need not hear it. */
  retract(runId: string, attempt: number): void;
  roundTrip(runId: string, attempt: number): Promise<void>;
  isConnected(runId: string, attempt: number): boolean;
  end(runId: string, attempt: number): void;
}

/** What a container is started from. */
export interface Launch {
  readonly spec: ContainerSpec;
  readonly tokenHash: string;
  /** Takes the run's secrets out of a line of its log. */
  readonly hide: (text: string) => string;
}

/** One log for each run; see `LogStore`. */
export interface RunLogs {
  /** Answers when there is room for more, if there is little. */
  append(runId: string, text: string, atMs: number): Promise<void> | undefined;
  end(runId: string): void;
}

/** What adopting a container needs of the platform, for engines whose containers outlive it. */
interface ReattachContext {
  /** Takes the run's secrets out of a line of its log, as `Launch.hide` does. */
  hider(run: RunState, attempt: AttemptState): Promise<Launch['hide']>;
  logged(runId: string): Promise<LoggedOutput>;
}

/** Who calls with which token, as far as that is kept in memory; see `KnownTokens`. */
interface AttemptTokens {
  /** The attempt is fenced or over, and so is its token. */
  forget(runId: string, attempt: number): void;
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
  /** What is kept of the tokens of attempts. */
  readonly tokens?: AttemptTokens;
  readonly launch: (run: RunState, attempt: AttemptState) => Promise<Launch>;
  readonly logs: RunLogs;
  readonly reattachContext?: ReattachContext;
  readonly clock: Clock;
  readonly logger: FaultLogger;
  readonly limits: Limits;
  readonly newId: () => string;
}
