/** What happened in a run, in order. */

import type { WriteType } from '../proxy/write.ts';
import type { Fault } from './fault.ts';

export type TimelineEvent =
  | { readonly kind: 'attempt'; readonly atMs: number; readonly attempt: number }
  | { readonly kind: 'migrating'; readonly atMs: number; readonly attempt: number }
  | {
      readonly kind: 'write';
      readonly atMs: number;
      readonly attempt: number;
      readonly type: WriteType;
      readonly ordinal: number;
      readonly text: string;
      /**
       * `unknown`: the prover received no response; `refused`: the response was an error; `stopped`: it was not
       * forwarded.
       */
      outcome: 'pending' | 'done' | 'refused' | 'unknown' | 'stopped';
    }
  | {
      readonly kind: 'fault';
      readonly atMs: number;
      readonly attempt: number;
      readonly fault: Fault;
      /** The text of the attempt's last finished write; undefined when there is none. */
      readonly lastWrite: string | undefined;
    }
  | { readonly kind: 'note'; readonly atMs: number; readonly attempt: number; readonly text: string };

export type WriteEvent = Extract<TimelineEvent, { kind: 'write' }>;
export type FaultEvent = Extract<TimelineEvent, { kind: 'fault' }>;

/** Whether a story may mention such a write. Locks, status messages and opened storages explain nothing. */
export const isTelling = (type: WriteType): boolean => !['lock', 'status', 'storage'].includes(type);

export class Timeline {
  readonly events: TimelineEvent[] = [];
  readonly #startedAt = performance.now();
  readonly #ordinals = new Map<WriteType, number>();

  nowMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  note(attempt: number, text: string): void {
    this.events.push({ kind: 'note', atMs: this.nowMs(), attempt, text });
  }

  began(attempt: number): void {
    this.events.push({ kind: 'attempt', atMs: this.nowMs(), attempt });
  }

  sawMigrating(attempt: number): void {
    this.events.push({ kind: 'migrating', atMs: this.nowMs(), attempt });
  }

  write(attempt: number, { type, text }: { type: WriteType; text: string }): WriteEvent {
    const ordinal = (this.#ordinals.get(type) ?? 0) + 1;
    this.#ordinals.set(type, ordinal);
    const event: WriteEvent = {
      kind: 'write',
      atMs: this.nowMs(),
      attempt,
      type,
      ordinal,
      text,
      outcome: 'pending',
    };
    this.events.push(event);
    return event;
  }

  fault(attempt: number, fault: Fault): void {
    const done = this.writes().findLast(
      (write) => write.attempt === attempt && write.outcome === 'done' && isTelling(write.type),
    );
    this.events.push({ kind: 'fault', atMs: this.nowMs(), attempt, fault, lastWrite: done?.text });
  }

  writes(): WriteEvent[] {
    return this.events.filter((event) => event.kind === 'write');
  }

  faults(): FaultEvent[] {
    return this.events.filter((event) => event.kind === 'fault');
  }
}
