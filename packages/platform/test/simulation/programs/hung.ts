import { Program } from './program.ts';

/** Boots and never makes a call. */
export class Hung extends Program {
  readonly name = 'hung';
  override readonly canEnd = false;

  start(): void {}

  heard(): void {}

  protected done(): void {}
}
