import type { ActorEvent } from '../../../src/events/event-hub.ts';
import type { Call } from '../call.ts';
import { Program, stateOf } from './program.ts';

/** Saves that it was here, asks for a reboot or a metamorph, and waits for its own end as the SDK does. */
export class Rebooter extends Program {
  readonly name: string;
  readonly #request: 'reboot' | 'metamorph';

  constructor(request: 'reboot' | 'metamorph') {
    super();
    this.name = `rebooter (${request})`;
    this.#request = request;
  }

  start(): void {
    this.ask('connect');
    this.ask('load');
  }

  heard(_event: ActorEvent): void {}

  protected done(call: Call, value: unknown): void {
    if (call.kind === 'load') {
      if (stateOf(value).length > 0) this.exitCode = 0;
      else this.write({ kind: 'save', state: ['was here'] });
    }
    if (call.kind === 'write') this.ask(this.#request);
  }
}
