import { performance } from 'node:perf_hooks';
import type { Caller } from '../../database/operation.ts';
import { attemptKey } from '../../shared/attempt-key.ts';
import { attemptFenced } from '../../shared/errors.ts';

type AttemptCaller = Extract<Caller, { kind: 'attempt' }>;

/** What the platform sees of an attempt's calls. Times by the monotonic clock, in ms. */
export interface Traffic {
  begun: number;
  inFlight: number;
  /** Of those, the ones that may change something. */
  writesBegun: number;
  writesInFlight: number;
  firstAtMs: number | undefined;
  lastWriteAtMs: number | undefined;
  /** The records that it has written since `countSaves`. */
  saved: Set<string>;
}

export type Effect = 'reads' | 'savesState' | 'givesResults' | 'takesWork';

/** What the gate needs to know of a call. */
export interface GateCall {
  readonly method: string;
  readonly url: string;
}

/**
 * What every call of an attempt passes: it holds those of an attempt that waits at the gate (step 1 of a handoff), and
 * counts those under way, which tells when an attempt has become quiet (step 4).
 */
export interface Gate {
  enter(caller: AttemptCaller, call: GateCall): Promise<void>;
  /** For each call that was let in. `accepted` says whether it was answered with a 2xx or 3xx. */
  leave(caller: AttemptCaller, call: GateCall, accepted: boolean): void;
}

/**
 * Where calls are held: those of a waiting attempt until it is active, and those that would begin new work of one that
 * is to be fenced at any moment.
 *
 * [gate-1] a call of a waiting attempt reaches no handler before the transaction that activates the attempt is durable.
 * [gate-2] a call held for an attempt that is discarded is refused as fenced.
 * [gate-3] from `stopWork` on an attempt can save its state and ask for a reboot, but neither give results nor take work: a
 *     loop that went on after its state was saved would only make repeats.
 */
export class AttemptGate implements Gate {
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  readonly #stopped = new Map<string, PromiseWithResolvers<void>>();
  readonly #traffic = new Map<string, Traffic>();
  /** Called when an attempt makes its first call, and when its last one under way is answered. */
  readonly #changed: (runId: string) => void;

  constructor(changed: (runId: string) => void) {
    this.#changed = changed;
  }

  /** Closes the gate for an attempt; before its container is started. */
  hold(runId: string, attempt: number): void {
    this.#waiting.set(attemptKey(runId, attempt), closedGate());
  }

  /** [gate-3] holds the calls of the attempt that would begin new work. */
  stopWork(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    if (!this.#stopped.has(key)) this.#stopped.set(key, closedGate());
  }

  /** Lets through what is held for the attempt. */
  open(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    for (const gates of [this.#waiting, this.#stopped]) {
      gates.get(key)?.resolve();
      gates.delete(key);
    }
  }

  /** [gate-2] */
  discard(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    for (const gates of [this.#waiting, this.#stopped]) {
      gates.get(key)?.reject(attemptFenced(runId, attempt));
      gates.delete(key);
    }
  }

  /** Begins to note anew which records the attempt writes. Answers those that it wrote since the last time. */
  countSaves(runId: string, attempt: number): ReadonlySet<string> {
    const traffic = this.traffic(runId, attempt);
    const before = traffic.saved;
    traffic.saved = new Set();
    return before;
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

  /** Notes that the attempt has come to the gate; its events websocket counts as well as a call. */
  arrive(runId: string, attempt: number): void {
    const traffic = this.traffic(runId, attempt);
    if (traffic.firstAtMs !== undefined) return;
    traffic.firstAtMs = performance.now();
    this.#changed(runId);
  }

  async enter(caller: AttemptCaller, call: GateCall): Promise<void> {
    const { runId, attempt } = caller;
    const key = attemptKey(runId, attempt);
    const traffic = this.traffic(runId, attempt);
    const writes = isRead(call) ? 0 : 1;
    traffic.begun += 1;
    traffic.writesBegun += writes;
    this.arrive(runId, attempt);
    await this.#waiting.get(key)?.promise;
    const stopped = this.#stopped.get(key);
    if (stopped !== undefined && beginsWork(call)) await stopped.promise;
    traffic.inFlight += 1;
    traffic.writesInFlight += writes;
  }

  /** For each call that `enter` let through. */
  leave(caller: AttemptCaller, call: GateCall, accepted: boolean): void {
    const traffic = this.traffic(caller.runId, caller.attempt);
    traffic.inFlight -= 1;
    if (isRead(call)) return;
    traffic.writesInFlight -= 1;
    if (!accepted) return;
    traffic.lastWriteAtMs = performance.now();
    if (recordPath.test(call.url)) traffic.saved.add(call.url);
  }
}

const newTraffic = (): Traffic => ({
  begun: 0,
  inFlight: 0,
  writesBegun: 0,
  writesInFlight: 0,
  firstAtMs: undefined,
  lastWriteAtMs: undefined,
  saved: new Set(),
});

function closedGate(): PromiseWithResolvers<void> {
  const gate = Promise.withResolvers<void>();
  gate.promise.catch(() => undefined); // There may be no call that waits.
  return gate;
}

const isRead = ({ method }: GateCall) => method === 'GET' || method === 'HEAD';
const recordPath = /\/records\/[^/?]+/;

/** Items, charges and child runs are results; whatever is asked of a request queue takes or ends work. */
function beginsWork(call: GateCall): boolean {
  const [path = ''] = call.url.split('?');
  if (/\/request-queues?(?:\/|$)/.test(path)) return true;
  // A child run may be started with a GET as well.
  if (/\/run-sync(?:-get-dataset-items)?$/.test(path)) return true;
  return !isRead(call) && /\/(?:items|charge|runs|commits\/[^/]+)$/.test(path);
}
