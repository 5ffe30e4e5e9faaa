import type { Caller } from '../../database/operation.ts';
import type { HandoffResult } from '../operations/handoff-lists.ts';
import type { HandoffMode, RunState } from '../state/run-state.ts';
import type { Change } from '../state/transitions.ts';

/** Room that is kept for a run until it is supervised. */
export interface KeptPlace {
  /** Null when the run must wait for room. */
  readonly serverId: string | null;
  /** To be called once the run is supervised, or is not created after all. */
  release(): void;
}

export interface HandoffRequest {
  readonly mode: HandoffMode;
  /** The server to move to; the placement chooses one when it is left out. */
  readonly server?: string;
}

/** The supervisor, as the routes use it. */
export interface RunControl {
  /**
   * Keeps room for the first attempt of a run that is about to be created or resurrected.
   * @throws Refusal 503 `no-server` when all servers are being drained, 402 `actor-memory-limit-exceeded` when none can hold it
   */
  placeNew(run: { readonly userId: string; readonly memoryMbytes: number }): Promise<KeptPlace>;
  /** Starts to supervise a run that was just created or resurrected in the database. */
  supervise(runId: string): Promise<void>;
  /**
   * Makes a change durable and does what follows from it. Resolves with the run after the change.
   * @throws Refusal what the run's state does not allow
   */
  change(runId: string, change: Change, caller: Caller): Promise<RunState>;
  /** Reboots the run of an attempt: while the attempt drains, this ends the drain; otherwise it is a handoff of its own. */
  reboot(runId: string, caller: Caller): Promise<RunState>;
  /** Resolves when the handoff is over. @throws Refusal 409 `handoff-cancelled` when the run was not moved */
  migrate(runId: string, request: HandoffRequest, caller: Caller): Promise<HandoffResult>;
  /** Waits until the run may be over, `waitMs` at most. */
  waitForEnd(runId: string, waitMs: number): Promise<void>;
  /** What a run waits for before its Actor can work; undefined when it waits for nothing, or is over. */
  waitOf(runId: string): string | undefined;
  /** Memory and processor use of a run in progress; undefined for any other. */
  usageOf(runId: string): Readonly<Record<string, number>> | undefined;
}
