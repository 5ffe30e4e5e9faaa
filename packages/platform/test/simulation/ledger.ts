import type { Caller } from '../../src/database/operation.ts';
import type { HandoffResult } from '../../src/runs/operations/handoff-lists.ts';
import type { RunState } from '../../src/runs/state/run-state.ts';
import type { Change } from '../../src/runs/state/transitions.ts';
import type { RunData, Write, WriteAnswer } from './run-data.ts';

export type AttemptCaller = Extract<Caller, { kind: 'attempt' }>;
/** At once from the model in memory, later from the real database. */
export type Soon<Value> = Value | Promise<Value>;

/** Whether a run has a webhook, for all of its events. */
export const hasWebhook = (runId: string): boolean => runId.charCodeAt(runId.length - 1) % 2 === 0;

/** All that is durable, with the fence: what survives every crash of the platform. */
export interface Ledger {
  create(state: RunState, data: RunData): Soon<void>;
  load(runId: string, caller: Caller): Soon<RunState>;
  unfinished(): Soon<string[]>;
  handoffs(runId: string): Soon<HandoffResult[]>;
  change(runId: string, change: Change, caller: Caller): Soon<RunState>;
  write(caller: AttemptCaller, write: Write): Soon<WriteAnswer>;
  /** The types of the events that webhooks of the run are told, each as often as it is. */
  dispatched(runId: string): Soon<readonly string[]>;
  /** The platform has died: what it had only in memory is lost. Nothing is, unless that is broken on purpose. */
  crashed?(): void;
  /** As an attempt, or as somebody who looks on. */
  view(runId: string, caller: Caller): Soon<RunData>;
}
