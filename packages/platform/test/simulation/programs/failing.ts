import type { Call } from '../call.ts';
import { Program } from './program.ts';

/** Pushes an item and ends with an error. */
export class Failing extends Program {
  readonly name = 'failing';

  start(): void {
    this.ask('connect');
    this.write({ kind: 'push', item: 'before the failure', key: null });
  }

  heard(): void {}

  protected done(call: Call): void {
    if (call.kind === 'write') this.exitCode = 3;
  }
}
