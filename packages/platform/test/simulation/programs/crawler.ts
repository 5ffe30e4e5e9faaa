import type { ActorEvent } from '../../../src/events/event-hub.ts';
import type { Call } from '../call.ts';
import { Program, stateOf } from './program.ts';

const concurrency = 2;

/**
 * As Crawlee does: two requests at a time, each one taken, its item pushed, noted in the state, handled. At `migrating`
 * it saves its state, asks for a reboot and finishes what it has in hand; at each `persistState` it saves again.
 */
export class Crawler extends Program {
  readonly name = 'crawler';
  #state: string[] = [];
  readonly #inFlight = new Set<string>();
  #isTaking = false;
  #isDraining = false;
  #isEmpty = false;
  #isSaving = false;
  #wantsSave = false;
  #isLoaded = false;

  start(): void {
    this.ask('connect');
    this.ask('load');
  }

  heard({ name }: ActorEvent): void {
    if (name === 'migrating' && !this.#isDraining) {
      this.#isDraining = true;
      this.#save();
      this.ask('reboot');
    }
    if (name === 'persistState') this.#save();
    if (name === 'aborting') this.exitCode = 0;
  }

  protected done(call: Call, value: unknown): void {
    if (call.kind === 'load') {
      this.#state = [...stateOf(value)];
      this.#isLoaded = true;
      if (this.#wantsSave) this.#save();
    }
    if (call.kind === 'write') this.#wrote(call.write, value);
    this.#goOn();
  }

  #wrote(write: Extract<Call, { kind: 'write' }>['write'], value: unknown): void {
    switch (write.kind) {
      case 'take':
        this.#isTaking = false;
        if (value === null) this.#isEmpty = true;
        else this.#begin(value as string);
        return;
      case 'push':
        this.#state.push(write.item);
        this.write({ kind: 'handle', request: write.item });
        return;
      case 'handle':
        this.#inFlight.delete(write.request);
        return;
      case 'save':
        this.#isSaving = false;
        if (this.#wantsSave) this.#save();
        else if (this.#isFinished()) this.exitCode = 0;
    }
  }

  #begin(request: string): void {
    this.#inFlight.add(request);
    this.write({ kind: 'push', item: request, key: null });
  }

  #goOn(): void {
    if (!this.#isLoaded || this.exitCode !== undefined) return;
    if (this.#isFinished()) {
      if (!this.#isSaving) this.#save();
    } else if (!this.#isDraining && !this.#isTaking && !this.#isEmpty && this.#inFlight.size < concurrency) {
      this.#isTaking = true;
      this.write({ kind: 'take', known: [...this.#inFlight] });
    }
  }

  #isFinished(): boolean {
    return this.#isEmpty && this.#inFlight.size === 0 && !this.#isDraining;
  }

  /** One at a time, so that an older state never overtakes a newer one. */
  #save(): void {
    this.#wantsSave = this.#isSaving || !this.#isLoaded;
    if (this.#wantsSave) return;
    this.#isSaving = true;
    this.write({ kind: 'save', state: [...this.#state] });
  }
}
