import type { Observer, Rest } from '../observer.ts';
import { Violation } from '../violation.ts';

/**
 * What a planned handoff is for: when nothing fails, no request of a stock crawler is done twice, none is left out, and
 * its state has all of them.
 */
export class GentleHandoffs implements Observer {
  rested({ state, data, isGentle }: Rest): void {
    if (!isGentle || state.status !== 'SUCCEEDED' || !data.requests.some(({ handled }) => handled)) return;
    const expected = data.requests.map(({ id }) => id).join();
    const pushed = data.items.map(({ text }) => text).sort();
    if (pushed.join() !== expected) throw new Violation('handoff', `${expected} gave the items ${pushed}`);
    const saved = [...data.state].sort();
    if (saved.join() !== expected) throw new Violation('handoff', `${expected} left the state ${saved}`);
  }
}
