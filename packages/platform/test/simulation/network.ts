import type { Agenda } from './agenda.ts';
import type { Answer, Call } from './call.ts';
import { nameOf } from './call.ts';
import type { Faults } from './faults.ts';
import type { SimulatedContainer } from './simulated-container.ts';
import type { Witness } from './witness.ts';

/** What the network needs of the world that it is in. */
interface NetworkSurroundings {
  readonly agenda: Agenda;
  readonly faults: Faults;
  readonly witness: Witness;
  /** The process that is there now. */
  readonly platform: {
    readonly isListening: boolean;
    readonly isDead: boolean;
    receive(container: SimulatedContainer, call: Call): Promise<Answer>;
  };

  fail(error: unknown): void;
}

/** Carries calls from containers to the platform and answers back, in any order; some are lost on the way. */
export class Network {
  readonly #world: NetworkSurroundings;
  /** What the platform has been asked and has not answered. */
  readonly #underWay = new Set<{ readonly container: SimulatedContainer; readonly call: Call }>();

  constructor(world: NetworkSurroundings) {
    this.#world = world;
  }

  /** A call that is on its way arrives even when its sender has ended meanwhile. */
  send(container: SimulatedContainer, call: Call): void {
    this.#world.agenda.add(`call: ${container.name} ${nameOf(call)}`, () => this.#deliver(container, call));
  }

  /** Every connection breaks: the platform has died. */
  breakAll(): void {
    for (const { container, call } of this.#underWay) this.#answer(container, call, { kind: 'lost' });
    this.#underWay.clear();
  }

  #deliver(container: SimulatedContainer, call: Call): void {
    const { platform, faults } = this.#world;
    if (!platform.isListening || faults.losesMessage()) {
      this.#answer(container, call, { kind: 'lost' });
      return;
    }
    const entry = { container, call };
    this.#underWay.add(entry);
    platform
      .receive(container, call)
      .then((answer) => {
        if (platform.isDead || !this.#underWay.delete(entry)) return;
        if (answer.kind === 'done' && call.kind === 'write') {
          this.#world.witness.acknowledged(container.caller, call.write, answer.value as string | number | null);
        }
        this.#answer(container, call, faults.losesMessage() ? { kind: 'lost' } : answer);
      })
      .catch((error: unknown) => this.#world.fail(error));
  }

  #answer(container: SimulatedContainer, call: Call, answer: Answer): void {
    const what = answer.kind === 'refused' ? `refused ${answer.type}` : answer.kind;
    this.#world.agenda.add(
      `answered: ${container.name} ${nameOf(call)} ${what}`,
      () => container.answered(call, answer),
      container,
    );
  }
}
