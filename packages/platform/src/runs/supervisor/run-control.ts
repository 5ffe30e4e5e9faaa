import type { Caller } from '../../database/operation.ts';
import type { HandoffResult } from '../operations/run-store.ts';
import type { HandoffMode, RunState } from '../state/run-state.ts';
import type { Change } from '../state/transitions.ts';

export interface HandoffRequest {
  readonly mode: HandoffMode;
  /** Where to; the placement chooses when it is left out. */
  readonly server?: string;
}

/** The supervision of runs, as the routes use it. */
export interface RunControl {
  /** The server for the first attempt of a run. @throws Refusal 503 `no-server` when all are being drained */
  placeNew(): Promise<string>;
  /** Takes up a run that was created or resurrected in the database just now. */
  supervise(runId: string): Promise<void>;
  /**
   * Makes a change durable and sees to what follows from it. Answers the run as it is then.
   * @throws Refusal what the run's state does not allow
   */
  change(runId: string, change: Change, caller: Caller): Promise<RunState>;
  /** Notes that an attempt asked for a reboot of its run: the end of its drain, or else a handoff of its own. */
  reboot(runId: string, caller: Caller): Promise<RunState>;
  /** Answers when the handoff is over. @throws Refusal 409 `handoff-cancelled` when the run was not moved */
  migrate(runId: string, request: HandoffRequest, caller: Caller): Promise<HandoffResult>;
  /** Waits until the run may be over, `waitMs` at most. */
  waitForEnd(runId: string, waitMs: number): Promise<void>;
  /** Memory and processor use of a run that is under way; undefined for one that is not. */
  usageOf(runId: string): Readonly<Record<string, number>> | undefined;
}
