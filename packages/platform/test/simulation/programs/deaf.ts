import type { Call } from '../call.ts';
import { Program } from './program.ts';

/** Calls and pushes, hears nothing, and then does nothing more: it is for the platform to end it. */
export class Deaf extends Program {
  readonly name = 'deaf';
  override readonly canEnd = false;
  #pushes = 2;

  start(): void {
    this.ask('connect');
    this.#push();
  }

  heard(): void {}

  protected done(call: Call): void {
    if (call.kind === 'write') this.#push();
  }

  /** Not even by the fence does it let itself be ended. */
  protected override fenced(): void {
    this.#push();
  }

  #push(): void {
    this.#pushes -= 1;
    if (this.#pushes >= 0) this.write({ kind: 'push', item: 'deaf', key: null });
  }
}
