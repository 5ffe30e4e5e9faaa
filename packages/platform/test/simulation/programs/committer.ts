import type { Answer, Call } from '../call.ts';
import type { RunData } from '../run-data.ts';
import { Program } from './program.ts';

/** As `durable` does: each step is one commit, sent again under its sequence until it is answered. Hears nothing. */
export class Committer extends Program {
  readonly name = 'committer';
  readonly #length: number;

  constructor(length: number) {
    super();
    this.#length = length;
  }

  start(): void {
    this.ask('load');
  }

  heard(): void {}

  protected done(call: Call, value: Extract<Answer, { kind: 'done' }>['value']): void {
    const last = call.kind === 'load' ? (value as RunData).commits : Number(value);
    if (last >= this.#length) this.exitCode = 0;
    else this.write({ kind: 'commit', sequence: last + 1, items: [`${last + 1}-a`, `${last + 1}-b`] });
  }
}
