import type { Caller } from '../../src/database/operation.ts';
import type { HandoffResult } from '../../src/runs/operations/handoff-lists.ts';
import { eventOfChange } from '../../src/runs/operations/run-events.ts';
import { drainMsOf, type HandoffState, isOver, type RunState } from '../../src/runs/state/run-state.ts';
import { applyChange, type Change } from '../../src/runs/state/transitions.ts';
import { attemptFenced } from '../../src/shared/errors.ts';
import { isoTime, isoTimeOrNull } from '../../src/shared/time.ts';
import type { Breakage } from './breakage.ts';
import { type AttemptCaller, hasWebhook, type Ledger } from './ledger.ts';
import { applyWrite, keyOf, type RunData, type Write, type WriteAnswer } from './run-data.ts';

interface Entry {
  state: RunState;
  data: RunData;
  readonly answers: Map<string, WriteAnswer>;
  readonly handoffs: Map<string, HandoffState>;
  readonly events: string[];
  /** Broken on purpose: in memory until the next change. */
  laterEvents: string[];
}

/** The database as a model in memory: the real `applyChange`, and a fence in the same step as what it guards [fence-2]. */
export class MemoryLedger implements Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #breakage: Breakage;

  constructor(now: () => number, breakage: Breakage) {
    this.#now = now;
    this.#breakage = breakage;
  }

  create(state: RunState, data: RunData): void {
    this.#entries.set(state.id, { state, data, answers: new Map(), handoffs: new Map(), events: [], laterEvents: [] });
  }

  load(runId: string, caller: Caller): RunState {
    return this.#entry(runId, caller).state;
  }

  unfinished(): string[] {
    return [...this.#entries.values()]
      .filter(({ state }) => !isOver(state) || state.attempts.length > 0)
      .map(({ state }) => state.id);
  }

  handoffs(runId: string): HandoffResult[] {
    return [...this.#entry(runId).handoffs.values()].map((handoff) => ({
      id: handoff.id,
      runId,
      from: '',
      to: null,
      fromAttempt: handoff.from,
      toAttempt: handoff.to,
      mode: handoff.mode,
      reason: handoff.reason,
      requestedAt: isoTime(handoff.requestedAt),
      drainStartedAt: 'migratingAt' in handoff ? isoTimeOrNull(handoff.migratingAt) : null,
      fencedAt: 'switchedAt' in handoff ? isoTime(handoff.switchedAt) : null,
      firstCallAt: handoff.phase === 'done' ? isoTimeOrNull(handoff.firstCallAt) : null,
      drainMs: 'switchedAt' in handoff ? drainMsOf(handoff) : null,
      downtimeMs: handoff.phase === 'done' ? handoff.downtimeMs : null,
      phase: handoff.phase,
      outcome: 'outcome' in handoff ? handoff.outcome : 'under way',
    }));
  }

  change(runId: string, change: Change, caller: Caller): RunState {
    const entry = this.#entry(runId, caller);
    const { state, closedHandoff } = applyChange(entry.state, change, this.#now());
    for (const handoff of [closedHandoff, state.handoff]) if (handoff) entry.handoffs.set(handoff.id, handoff);
    this.#announce(entry, state);
    entry.state = state;
    return state;
  }

  /** [webhook-1] */
  #announce(entry: Entry, after: RunState): void {
    entry.events.push(...entry.laterEvents);
    entry.laterEvents = [];
    const event = eventOfChange(entry.state, after);
    if (event === undefined || !hasWebhook(after.id)) return;
    if (this.#breakage === 'eventsFollow') entry.laterEvents.push(event);
    else entry.events.push(event);
  }

  crashed(): void {
    for (const entry of this.#entries.values()) entry.laterEvents = [];
  }

  dispatched(runId: string): readonly string[] {
    return this.#entry(runId).events;
  }

  write(caller: AttemptCaller, write: Write): WriteAnswer {
    const entry = this.#entry(caller.runId, caller);
    const key = keyOf(write);
    const known = key === undefined || this.#breakage === 'repeatsAreApplied' ? undefined : entry.answers.get(key);
    if (known !== undefined) return known;
    const { data, answer } = applyWrite(entry.data, caller.attempt, this.#renumbered(entry.data, write));
    entry.data = data;
    if (key !== undefined) entry.answers.set(key, answer);
    return answer;
  }

  view(runId: string, caller: Caller): RunData {
    return this.#entry(runId, caller).data;
  }

  #entry(runId: string, caller?: Caller): Entry {
    const entry = this.#entries.get(runId)!;
    const isFenced = caller?.kind === 'attempt' && entry.state.activeAttempt !== caller.attempt;
    if (isFenced && this.#breakage !== 'fenceIsOff') throw attemptFenced(runId, caller.attempt);
    return entry;
  }

  /** Broken on purpose: a commit that is sent again passes for the next one. */
  #renumbered(data: RunData, write: Write): Write {
    if (write.kind !== 'commit' || this.#breakage !== 'repeatsAreApplied') return write;
    return { ...write, sequence: data.commits + 1 };
  }
}
