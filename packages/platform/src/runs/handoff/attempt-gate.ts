/**
 * What every call of an attempt passes. It holds the calls of an attempt that waits (step 1 of a handoff) and those that
 * would begin new work of one that is to be fenced at any moment (step 4), and counts what is under way, which tells when
 * an attempt has become quiet. It knows of calls only what their routes declare: it may import nothing of HTTP.
 *
 * [gate-1] a call of a waiting attempt reaches no handler before the transaction that activates the attempt is durable.
 * [gate-2] a call held for an attempt that is discarded is refused as fenced.
 * [gate-3] from `stopWork` on an attempt can save its state and ask for a reboot, but neither give results nor take or end
 *     work: a loop that went on after its state was saved would only make repeats. `stopResults` before it lets it still end
 *     requests whose results it has given.
 * [gate-4] a call is counted in once, when it may reach its handler, and counted out once, when it is over. One that its
 *     client gives up while it is held is neither counted nor handled.
 */
import { performance } from 'node:perf_hooks';
import type { Caller } from '../../database/operation.ts';
import { attemptKey } from '../../shared/attempt-key.ts';
import { attemptFenced, Refusal } from '../../shared/errors.ts';

type AttemptCaller = Extract<Caller, { kind: 'attempt' }>;

/**
 * What a call does to the attempt that makes it; each route declares it.
 * - `reads`: changes nothing.
 * - `savesState`: a write that may come at any time, such as a record, a status message, or a request for a reboot.
 * - `givesResults`: items, charges, child runs, commits.
 * - `takesWork`: whatever else is asked of a request queue, for it takes or adds work.
 * - `endsWork`: an update of a request. It marks it as handled, or gives it back. Crawlers push what a request has given and
 *   then mark it: where the mark were held, the next attempt would do the request again and push a second time.
 */
export type Effect = 'reads' | 'savesState' | 'givesResults' | 'takesWork' | 'endsWork';

/** What the gate needs to know of a call. */
export interface GateCall {
  readonly effect: Effect;
  /** The record that it writes: the same text for each write of the same record. */
  readonly record?: string;
}

/** What the platform sees of an attempt's calls. Times by the monotonic clock, in ms. */
export interface Traffic {
  /** All that have come to the gate. */
  begun: number;
  /** Those that were let in and are not over. */
  inFlight: number;
  /** Of those that were let in, the ones that may change something. */
  writesBegun: number;
  writesInFlight: number;
  firstAtMs: number | undefined;
  lastWriteAtMs: number | undefined;
  /** Whether it has ended a request, as crawlers do. */
  hasEndedWork: boolean;
  /**
   * How many calls gave results for requests that may not be ended yet: each such call counts one more, each end of a
   * request one less, down to 0. Exact for crawlers that push once for a request; for others it only says that it may be so.
   */
  openResults: number;
  readonly saves: SaveWatch;
}

/** One call of an attempt, from its arrival to its end. */
export interface Passage {
  /**
   * Resolves when the call may reach its handler.
   * @throws Refusal 403 `attempt-fenced` [gate-2], 499 `call-given-up` after `leave` [gate-4]
   */
  readonly admitted: Promise<void>;
  /** To be called when the call is over, however it ended; only the first time counts. */
  leave(accepted: boolean): void;
}

/** What the API needs of the gate. */
export interface Gate {
  enter(caller: AttemptCaller, call: GateCall): Passage;
}

/**
 * Watches during a drain which records an attempt writes: those that it wrote at the first `persistState` are expected
 * again at the second one.
 */
export class SaveWatch {
  /**
   * How many records are kept for an attempt. One that writes more in a drain writes records of its work, most of them
   * once, and its state cannot be told from them. Nothing is expected of it then: it counts as never having saved all,
   * so that its drain ends by the time that `untilQuiet` waits for such an attempt.
   */
  static readonly maxRecords = 1000;
  #state:
    | { readonly kind: 'off' }
    | { readonly kind: 'collecting'; readonly records: Set<string> }
    | { readonly kind: 'expecting'; readonly missing: Set<string> }
    | { readonly kind: 'tooMany' } = { kind: 'off' };

  /** From now on the records that are written are kept. */
  collect(): void {
    this.#state = { kind: 'collecting', records: new Set() };
  }

  /** From now on those that were collected are expected again. */
  expectAgain(): void {
    if (this.#state.kind === 'tooMany') return;
    const missing = this.#state.kind === 'collecting' ? this.#state.records : new Set<string>();
    this.#state = { kind: 'expecting', missing };
  }

  end(): void {
    this.#state = { kind: 'off' };
  }

  written(record: string): void {
    switch (this.#state.kind) {
      case 'collecting':
        this.#state.records.add(record);
        if (this.#state.records.size > SaveWatch.maxRecords) this.#state = { kind: 'tooMany' };
        return;
      case 'expecting':
        this.#state.missing.delete(record);
    }
  }

  /** Whether the attempt has written again all that is expected. */
  get hasAll(): boolean {
    return this.#state.kind === 'expecting' && this.#state.missing.size === 0;
  }
}

export class AttemptGate implements Gate {
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  readonly #resultsStopped = new Map<string, PromiseWithResolvers<void>>();
  readonly #stopped = new Map<string, PromiseWithResolvers<void>>();
  readonly #traffic = new Map<string, Traffic>();
  /** Called when an attempt makes its first call. */
  readonly #changed: (runId: string) => void;

  constructor(changed: (runId: string) => void) {
    this.#changed = changed;
  }

  /** Closes the gate for an attempt; before its container is started. */
  hold(runId: string, attempt: number): void {
    this.#waiting.set(attemptKey(runId, attempt), closedGate());
  }

  /** [gate-3] holds the calls of the attempt that would give results or take work, and lets those through that end some. */
  stopResults(runId: string, attempt: number): void {
    closeIn(this.#resultsStopped, attemptKey(runId, attempt));
  }

  /** [gate-3] holds the calls of the attempt that would begin or end work. */
  stopWork(runId: string, attempt: number): void {
    closeIn(this.#stopped, attemptKey(runId, attempt));
  }

  /** Lets through what is held for the attempt. */
  open(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    for (const gates of this.#gates()) {
      gates.get(key)?.resolve();
      gates.delete(key);
    }
    this.#traffic.get(key)?.saves.end();
  }

  /** [gate-2] */
  discard(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    for (const gates of this.#gates()) {
      gates.get(key)?.reject(attemptFenced(runId, attempt));
      gates.delete(key);
    }
  }

  forget(runId: string, attempt: number): void {
    this.discard(runId, attempt);
    this.#traffic.delete(attemptKey(runId, attempt));
  }

  traffic(runId: string, attempt: number): Traffic {
    const key = attemptKey(runId, attempt);
    let traffic = this.#traffic.get(key);
    if (traffic === undefined) {
      traffic = newTraffic();
      this.#traffic.set(key, traffic);
    }
    return traffic;
  }

  /** Records that the attempt has come to the gate; its events websocket counts as well as a call. */
  arrive(runId: string, attempt: number): void {
    const traffic = this.traffic(runId, attempt);
    if (traffic.firstAtMs !== undefined) return;
    traffic.firstAtMs = performance.now();
    this.#changed(runId);
  }

  enter({ runId, attempt }: AttemptCaller, call: GateCall): Passage {
    const key = attemptKey(runId, attempt);
    const traffic = this.traffic(runId, attempt);
    traffic.begun += 1;
    this.arrive(runId, attempt);
    return new CountedPassage(traffic, call, () => this.#gateBefore(key, call));
  }

  #gates() {
    return [this.#waiting, this.#resultsStopped, this.#stopped];
  }

  /** What holds the call at this moment. */
  #gateBefore(key: string, call: GateCall): Promise<void> | undefined {
    const isWork = beginsWork(call) || call.effect === 'endsWork';
    const gate =
      this.#waiting.get(key) ??
      (isWork ? this.#stopped.get(key) : undefined) ??
      (beginsWork(call) ? this.#resultsStopped.get(key) : undefined);
    return gate?.promise;
  }
}

/** The one place that counts calls in and out [gate-4]. */
class CountedPassage implements Passage {
  readonly admitted: Promise<void>;
  readonly #traffic: Traffic;
  readonly #call: GateCall;
  readonly #givenUp = Promise.withResolvers<never>();
  #phase: 'held' | 'inFlight' | 'over' = 'held';

  constructor(traffic: Traffic, call: GateCall, gateBefore: () => Promise<void> | undefined) {
    this.#traffic = traffic;
    this.#call = call;
    this.admitted = this.#admit(gateBefore);
    this.admitted.catch(() => undefined); // Its client may be gone before anybody waits for it.
  }

  /** Counts in at the moment at which it sees that nothing holds the call: no gate can close in between. */
  async #admit(gateBefore: () => Promise<void> | undefined): Promise<void> {
    for (let gate = gateBefore(); gate !== undefined; gate = gateBefore()) {
      await Promise.race([gate, this.#givenUp.promise]);
    }
    // It may have been given up in the moment since the gate opened.
    if (this.#phase === 'over') throw callGivenUp();
    this.#phase = 'inFlight';
    this.#traffic.inFlight += 1;
    if (this.#call.effect === 'givesResults') this.#traffic.openResults += 1;
    if (this.#call.effect === 'endsWork') {
      this.#traffic.hasEndedWork = true;
      this.#traffic.openResults = Math.max(0, this.#traffic.openResults - 1);
    }
    if (!changesSomething(this.#call)) return;
    this.#traffic.writesBegun += 1;
    this.#traffic.writesInFlight += 1;
  }

  leave(accepted: boolean): void {
    const phase = this.#phase;
    this.#phase = 'over';
    if (phase === 'held') this.#givenUp.reject(callGivenUp());
    if (phase === 'inFlight') this.#countOut(accepted);
  }

  #countOut(accepted: boolean): void {
    this.#traffic.inFlight -= 1;
    if (!changesSomething(this.#call)) return;
    this.#traffic.writesInFlight -= 1;
    if (!accepted) return;
    this.#traffic.lastWriteAtMs = performance.now();
    if (this.#call.record !== undefined) this.#traffic.saves.written(this.#call.record);
  }
}

const newTraffic = (): Traffic => ({
  begun: 0,
  inFlight: 0,
  writesBegun: 0,
  writesInFlight: 0,
  firstAtMs: undefined,
  lastWriteAtMs: undefined,
  hasEndedWork: false,
  openResults: 0,
  saves: new SaveWatch(),
});

function closeIn(gates: Map<string, PromiseWithResolvers<void>>, key: string): void {
  if (!gates.has(key)) gates.set(key, closedGate());
}

function closedGate(): PromiseWithResolvers<void> {
  const gate = Promise.withResolvers<void>();
  gate.promise.catch(() => undefined); // There may be no call that waits.
  return gate;
}

const changesSomething = ({ effect }: GateCall) => effect !== 'reads';
const beginsWork = ({ effect }: GateCall) => effect === 'givesResults' || effect === 'takesWork';

/** Nobody reads this: the connection is closed. It only keeps the call from its handler. */
const callGivenUp = () => new Refusal(499, 'call-given-up', 'The connection was closed before the call was let in.');
