import type { Caller } from '../../src/database/operation.ts';
import type { HandoffResult } from '../../src/runs/operations/handoff-lists.ts';
import type { RunStore } from '../../src/runs/operations/run-store.ts';
import type { RunState } from '../../src/runs/state/run-state.ts';
import type { Change } from '../../src/runs/state/transitions.ts';
import { Refusal } from '../../src/shared/errors.ts';
import { Channel } from './agenda.ts';
import type { CrashPoint } from './crash-points.ts';
import type { AttemptCaller, Soon } from './ledger.ts';
import type { RunData, Write, WriteAnswer } from './run-data.ts';
import type { PlatformLife, Surroundings } from './surroundings.ts';

/** Not a refusal: whether the write took place is not known. */
export class BrokenConnection extends Error {
  override readonly name = 'BrokenConnection';
}

const byPlatform = { kind: 'platform' } as const;

/**
 * The way to the database, of one platform process. Transactions take effect in the order in which they were asked for,
 * and are answered in that order, each at a moment that the scheduler chooses.
 */
export class SimulatedStore implements RunStore {
  readonly #world: Surroundings;
  readonly #process: PlatformLife;
  readonly #commits: Channel;
  readonly #answers: Channel;
  #together: (() => void)[] | undefined;

  constructor(world: Surroundings, process: PlatformLife) {
    this.#world = world;
    this.#process = process;
    this.#commits = new Channel(world.agenda, process);
    this.#answers = new Channel(world.agenda, process);
  }

  load(runId: string, caller: Caller = byPlatform): Promise<RunState> {
    return this.#read(() => this.#world.ledger.load(runId, caller));
  }

  unfinished(): Promise<string[]> {
    return this.#read(() => this.#world.ledger.unfinished());
  }

  handoffs(runId: string): Promise<HandoffResult[]> {
    return this.#read(() => this.#world.ledger.handoffs(runId));
  }

  async view(caller: AttemptCaller): Promise<RunData> {
    const data = await this.#read(() => this.#world.ledger.view(caller.runId, caller));
    this.#world.witness.accepted(caller, 'read');
    return data;
  }

  change(runId: string, change: Change, caller: Caller = byPlatform): Promise<RunState> {
    const { breakage, ledger, witness } = this.#world;
    if (breakage === 'gateOpensEarly' && change.kind === 'switch' && change.to !== null) {
      this.#process.gate.open(runId, change.to);
    }
    return this.#commit(`${runId} ${change.kind}`, change.kind, () => ledger.change(runId, change, caller), {
      done: (state) => witness.changed(change, state),
    });
  }

  write(caller: AttemptCaller, write: Write): Promise<WriteAnswer> {
    const { breakage, ledger, witness } = this.#world;
    if (breakage === 'commitsInHalves' && write.kind === 'commit') {
      const [first = '', ...others] = write.items;
      void this.#commit(
        'half a commit',
        'write',
        () => ledger.write(caller, { kind: 'push', item: first, key: first }),
        {
          done: () => undefined,
        },
      ).catch(() => undefined);
      return this.#commit('the other half', 'write', () => ledger.write(caller, { ...write, items: others }), {
        done: () => undefined,
      });
    }
    const name = `${caller.runId}/${caller.attempt} ${write.kind}`;
    return this.#commit(name, 'write', () => ledger.write(caller, write), {
      done: () => witness.accepted(caller, write),
      early: breakage === 'answersBeforeCommit' && write.kind === 'save' ? null : undefined,
    });
  }

  /** One snapshot, which is taken at once, as the database's reader does. */
  #read<Result>(read: () => Soon<Result>): Promise<Result> {
    if (this.#process.isDead) return new Promise(() => undefined);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const taken = (async () => read())();
    const giveIfAlive = (give: () => void) => () => {
      if (!this.#process.isDead) give();
    };
    this.#world.reads.add(
      taken.then(
        (result) => giveIfAlive(() => resolve(result)),
        (error: unknown) => giveIfAlive(() => reject(error)),
      ),
    );
    return promise;
  }

  #commit<Result extends RunState | WriteAnswer>(
    name: string,
    kind: Change['kind'] | 'write',
    apply: () => Soon<Result>,
    { done, early }: { done: (result: Result) => void; early?: Result | undefined },
  ): Promise<Result> {
    if (this.#process.isDead) return new Promise(() => undefined);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (early !== undefined) this.#answer(name, () => resolve(early));
    const refuse = (error: unknown) => this.#answer(name, () => reject(error));
    const settle = (result: Result) => {
      done(result);
      if (this.#process.crashesAt(`${kind}:after` satisfies CrashPoint)) return;
      if (this.#world.faults.breaksAnswer()) refuse(new BrokenConnection());
      else if (early === undefined) this.#answer(name, () => resolve(result));
    };
    this.#commits.add(`transaction: ${name}`, () => {
      if (this.#process.crashesAt(`${kind}:before` satisfies CrashPoint)) return;
      if (this.#world.faults.failsWrite()) return refuse(new Refusal(507, 'storage-full', 'the disk is full'));
      try {
        const result = apply();
        if (!(result instanceof Promise)) return settle(result);
        return result.then(settle, refuse);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refuse(error);
      }
    });
    return promise;
  }

  /** Answers that go out in one turn of the event loop interleave by microtasks alone: some of them do. */
  #answer(name: string, give: () => void): void {
    if (this.#together !== undefined) {
      this.#together.push(give);
      return;
    }
    const together = [give];
    if (this.#world.random.chance(this.#world.togetherRate)) this.#together = together;
    this.#answers.add(`answer: ${name}`, () => {
      this.#together = undefined;
      for (const each of together) each();
    });
  }
}
