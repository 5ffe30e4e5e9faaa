import type { ActorEvent } from '../../../src/events/event-hub.ts';
import type { Call } from '../call.ts';
import { Program, stateOf } from './program.ts';

/** A plain loop that pushes an item after the other, and saves how far it has come when it is told to. */
export class Loop extends Program {
  readonly name = 'loop';
  readonly #length: number;
  readonly #hasKeys: boolean;
  #next = 0;

  constructor(length: number, hasKeys: boolean) {
    super();
    this.#length = length;
    this.#hasKeys = hasKeys;
  }

  start(): void {
    this.ask('connect');
    this.ask('load');
  }

  heard({ name }: ActorEvent): void {
    if (name === 'migrating' || name === 'persistState') this.write({ kind: 'save', state: itemsTo(this.#next) });
    if (name === 'migrating') this.ask('reboot');
  }

  protected done(call: Call, value: unknown): void {
    if (call.kind === 'load') {
      this.#next = stateOf(value).length;
      this.#push();
    }
    if (call.kind === 'write' && call.write.kind === 'push') {
      this.#next += 1;
      this.#push();
    }
  }

  #push(): void {
    if (this.#next >= this.#length) {
      this.exitCode = 0;
      return;
    }
    const item = `item-${this.#next}`;
    this.write({ kind: 'push', item, key: this.#hasKeys ? item : null });
  }
}

const itemsTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `item-${index}`);
