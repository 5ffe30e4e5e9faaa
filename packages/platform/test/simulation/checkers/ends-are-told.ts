import type { RunState } from '../../../src/runs/state/run-state.ts';
import type { Change } from '../../../src/runs/state/transitions.ts';
import { hasWebhook } from '../ledger.ts';
import type { Observer, Rest } from '../observer.ts';
import { Violation } from '../violation.ts';

/** [webhook-1]: each end and each resurrection of a run with a webhook has its dispatch, and nothing else has one. */
export class EndsAreTold implements Observer {
  readonly #events = new Map<string, string[]>();

  changed(before: RunState, _change: Change, after: RunState): void {
    if (!hasWebhook(after.id) || (before.finishedAt === null) === (after.finishedAt === null)) return;
    const name = after.finishedAt === null ? 'RESURRECTED' : after.status.replace('-', '_');
    this.#events.set(after.id, [...(this.#events.get(after.id) ?? []), `ACTOR.RUN.${name}`]);
  }

  rested({ state, dispatched }: Rest): void {
    const [told, happened] = [dispatched, this.#events.get(state.id) ?? []].map((each) => each.toSorted().join(', '));
    if (told !== happened) throw new Violation('[webhook-1]', `${state.id}: [${happened}] happened, [${told}] is told`);
  }
}
