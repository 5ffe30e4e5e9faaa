import { performance } from 'node:perf_hooks';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../database/operation.ts';
import type { Gate } from '../http/app.ts';
import { attemptFenced } from '../refusal.ts';
import { attemptKey } from './attempt-key.ts';

type AttemptCaller = Extract<Caller, { kind: 'attempt' }>;

/** What the platform sees of an attempt's calls. Times by the monotonic clock, in ms. */
export interface Traffic {
  begun: number;
  inFlight: number;
  firstAtMs: number | undefined;
  lastWriteAtMs: number | undefined;
}

/**
 * Where a waiting attempt's calls are held until it is active.
 *
 * G1: a call of a waiting attempt reaches no handler before the transaction that activates the attempt is durable.
 * G2: a call held for an attempt that is discarded is refused as fenced.
 */
export class AttemptGate implements Gate {
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  readonly #traffic = new Map<string, Traffic>();
  /** Called when an attempt makes its first call, and when its last one under way is answered. */
  readonly #changed: (runId: string) => void;

  constructor(changed: (runId: string) => void) {
    this.#changed = changed;
  }

  /** Closes the gate for an attempt; before its container is started. */
  hold(runId: string, attempt: number): void {
    const gate = Promise.withResolvers<void>();
    gate.promise.catch(() => undefined);
    this.#waiting.set(attemptKey(runId, attempt), gate);
  }

  open(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    this.#waiting.get(key)?.resolve();
    this.#waiting.delete(key);
  }

  discard(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    this.#waiting.get(key)?.reject(attemptFenced(runId, attempt));
    this.#waiting.delete(key);
  }

  forget(runId: string, attempt: number): void {
    this.discard(runId, attempt);
    this.#traffic.delete(attemptKey(runId, attempt));
  }

  traffic(runId: string, attempt: number): Traffic {
    const key = attemptKey(runId, attempt);
    let traffic = this.#traffic.get(key);
    if (traffic === undefined) {
      traffic = { begun: 0, inFlight: 0, firstAtMs: undefined, lastWriteAtMs: undefined };
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

  async enter(caller: AttemptCaller, _request: FastifyRequest): Promise<void> {
    const { runId, attempt } = caller;
    const traffic = this.traffic(runId, attempt);
    traffic.begun += 1;
    traffic.inFlight += 1;
    this.arrive(runId, attempt);
    await this.#waiting.get(attemptKey(runId, attempt))?.promise;
  }

  leave(caller: AttemptCaller, request: FastifyRequest, accepted: boolean): void {
    const traffic = this.traffic(caller.runId, caller.attempt);
    traffic.inFlight -= 1;
    if (accepted && request.method !== 'GET' && request.method !== 'HEAD') traffic.lastWriteAtMs = performance.now();
  }
}
