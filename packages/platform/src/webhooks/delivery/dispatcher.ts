import type { Logger } from 'pino';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../shared/clock.ts';
import { newId } from '../../shared/ids.ts';
import { nextTurn } from '../../shared/slices.ts';
import {
  type CallResult,
  type ClaimedDispatch,
  claimDispatches,
  leaseMs,
  nextDue,
  type Room,
  renewClaims,
  reportCall,
  trimLog,
  type Verdict,
} from './claims.ts';

/** What makes the calls; `sender.ts`. */
interface CallMaker {
  send(dispatch: ClaimedDispatch, now: number, closing: AbortSignal): Promise<CallResult>;
}

/** A call of a dispatch. Times in ms since 1970. */
export interface BegunCall {
  /** From 1. */
  readonly call: number;
  /** When the dispatch was stored. */
  readonly createdAt: number;
  readonly begunAt: number;
}

/** A dispatch that was accepted, or given up. Times in ms since 1970. */
export interface EndedDispatch {
  readonly outcome: 'succeeded' | 'failed';
  readonly createdAt: number;
  readonly endedAt: number;
}

/** It must not throw. */
export interface WebhookObserver {
  callBegun(call: BegunCall): void;
  /** However it has ended. */
  callOver(): void;
  dispatchEnded(dispatch: EndedDispatch): void;
}

export interface DispatcherParts {
  readonly database: Database;
  readonly sender: CallMaker;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
  readonly observer: WebhookObserver;
  /** How long to wait before the first retry, in ms; each further one waits twice as long. */
  readonly firstRetryMs: number;
}

const platform = { kind: 'platform' } as const;

/** Calls after the first one. Source: docs.apify.com, webhook actions. */
const maxRetries = 11;
/** How long it may take until a dispatch is seen: other replicas store them too, and nobody tells. */
const pollMs = 200;
/** How long to wait after a failure of the database. */
const faultMs = 1000;

/** Calls at once, in all, to one host, and to one host whose last call failed [webhook-6]. */
const maxCalls = 200;
const maxCallsOfHost = 5;
/** How many dispatches one transaction takes. */
const claimedAtOnce = 20;
const maxCallsOfTroubled = 1;
/** How many of all calls may be to troubled hosts, so that the others always find room. */
const maxTroubledCalls = 100;
/** How many troubled hosts are remembered. */
const maxTroubled = 1000;

const logDays = 30;
const trimEveryMs = 3_600_000;

/** Sends what is due, within the limits of [webhook-6]. What is not due, or has no room, is in the database only. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** Names this sender in its claims. */
  readonly #claim = newId();
  /** Those under way, by the ids of their dispatches. */
  readonly #calls = new Map<string, Promise<void>>();
  readonly #callsOfHost = new Map<string, number>();
  readonly #troubled = new Set<string>();
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;
  #isWanted = false;
  #cancelPoll: () => void = () => undefined;
  #cancelRenewal: () => void = () => undefined;
  #cancelTrim: () => void = () => undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#renewLater();
    this.#trimLater(pollMs);
    this.wake();
  }

  /** Looks for dispatches at once. */
  wake(): void {
    this.#isWanted = true;
    if (this.#closing.signal.aborted) return;
    this.#cancelPoll();
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#isWanted) this.wake();
    });
  }

  /** Ends the calls under way, and gives their claims back: the next process makes these calls again. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelPoll();
    this.#cancelRenewal();
    this.#cancelTrim();
    await this.#working;
    const ids = [...this.#calls.keys()];
    await Promise.all(this.#calls.values());
    await this.#renew(ids, 0);
  }

  async #work(): Promise<void> {
    const { database, clock, logger } = this.#parts;
    let waitMs = pollMs;
    try {
      while (this.#isWanted && !this.#closing.signal.aborted) {
        this.#isWanted = false;
        const limit = maxCalls - this.#calls.size;
        const lessFor = this.#lessFor();
        const dueInMs = limit === 0 ? undefined : await database.read(nextDue, { lessFor }, platform);
        if (dueInMs === undefined) continue;
        if (dueInMs > 0) waitMs = Math.min(waitMs, dueInMs);
        else if (await this.#claimSome(lessFor, limit)) this.#isWanted = true;
        await nextTurn();
      }
    } catch (error) {
      logger.error({ err: error }, 'webhooks could not be taken from the database; this is tried again');
      waitMs = faultMs;
    }
    if (!this.#closing.signal.aborted) this.#cancelPoll = clock.after(waitMs, () => this.wake());
  }

  /** Returns whether it took any. */
  async #claimSome(lessFor: Room['lessFor'], limit: number): Promise<boolean> {
    const { database } = this.#parts;
    const room = { limit: Math.min(limit, claimedAtOnce), limitOfHost: maxCallsOfHost, lessFor };
    const claimed = await database.write(claimDispatches, { ...room, claim: this.#claim }, platform);
    for (const dispatch of claimed) {
      this.#count(dispatch.host, 1);
      this.#calls.set(dispatch.id, this.#call(dispatch));
    }
    return claimed.length > 0;
  }

  #count(host: string, by: number): void {
    const count = (this.#callsOfHost.get(host) ?? 0) + by;
    if (count === 0) this.#callsOfHost.delete(host);
    else this.#callsOfHost.set(host, count);
  }

  /** How many more calls the hosts may have that may have fewer than others [webhook-6]. */
  #lessFor(): Record<string, number> {
    const rooms = [...this.#callsOfHost].map(([host, count]) => [host, maxCallsOfHost - count] as const);
    let troubledCalls = 0;
    for (const host of this.#troubled) troubledCalls += this.#callsOfHost.get(host) ?? 0;
    const isFull = troubledCalls >= maxTroubledCalls;
    const ofTroubled = [...this.#troubled].map(
      (host) => [host, isFull ? 0 : maxCallsOfTroubled - (this.#callsOfHost.get(host) ?? 0)] as const,
    );
    return Object.fromEntries([...rooms, ...ofTroubled]);
  }

  async #call(dispatch: ClaimedDispatch): Promise<void> {
    const { clock, sender, observer } = this.#parts;
    const { id, host, call, createdAt } = dispatch;
    const begunAt = clock.now();
    observer.callBegun({ call, createdAt, begunAt });
    try {
      const result = await sender.send(dispatch, begunAt, this.#closing.signal);
      // What was ended by the end of the platform has not failed.
      if (this.#closing.signal.aborted && result.errorMessage !== null) return;
      this.#learn(host, result.errorMessage === null);
      await this.#report(dispatch, result);
    } finally {
      observer.callOver();
      this.#calls.delete(id);
      this.#count(host, -1);
      this.wake();
    }
  }

  #learn(host: string, isWell: boolean): void {
    this.#troubled.delete(host);
    if (isWell) return;
    this.#troubled.add(host);
    if (this.#troubled.size <= maxTroubled) return;
    const [oldest] = this.#troubled;
    this.#troubled.delete(oldest!);
  }

  /** Without a report, the call is made again when its claim has ended. */
  async #report(dispatch: ClaimedDispatch, result: CallResult): Promise<void> {
    const { database, clock, logger, observer, firstRetryMs } = this.#parts;
    const { id: dispatchId, call, createdAt } = dispatch;
    const verdict = verdictOf(dispatch, result, firstRetryMs);
    try {
      const report = { dispatchId, call, claim: this.#claim, verdict, ...result };
      const isReported = await database.write(reportCall, report, platform);
      if (!isReported || verdict.kind === 'again') return;
      const outcome = verdict.kind === 'SUCCEEDED' ? 'succeeded' : 'failed';
      observer.dispatchEnded({ outcome, createdAt, endedAt: clock.now() });
    } catch (error) {
      logger.error({ err: error, dispatchId }, 'the result of a webhook could not be stored; it will be sent again');
    }
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#parts.clock.after(
      leaseMs / 4,
      () => void this.#renew([...this.#calls.keys()], leaseMs),
    );
  }

  async #renew(ids: readonly string[], forMs: number): Promise<void> {
    try {
      if (ids.length > 0) await this.#parts.database.write(renewClaims, { ids, claim: this.#claim, forMs }, platform);
    } catch (error) {
      this.#parts.logger.error(
        { err: error },
        'claims of webhooks could not be renewed; their calls may be made twice',
      );
    }
    if (!this.#closing.signal.aborted) this.#renewLater();
  }

  #trimLater(inMs: number): void {
    this.#cancelTrim = this.#parts.clock.after(inMs, () => void this.#trim());
  }

  async #trim(): Promise<void> {
    const { database, clock, logger } = this.#parts;
    const before = clock.now() - logDays * 86_400_000;
    try {
      while (!this.#closing.signal.aborted && (await database.write(trimLog, { before }, platform))) await nextTurn();
    } catch (error) {
      logger.error({ err: error }, 'the log of webhooks could not be trimmed; this is tried again');
    }
    if (!this.#closing.signal.aborted) this.#trimLater(trimEveryMs);
  }
}

/** What becomes of a dispatch after a call. */
export function verdictOf(
  { tries, settings }: Pick<ClaimedDispatch, 'tries' | 'settings'>,
  { errorMessage }: Pick<CallResult, 'errorMessage'>,
  firstRetryMs: number,
): Verdict {
  if (errorMessage === null) return { kind: 'SUCCEEDED' };
  if (settings.doNotRetry || tries >= maxRetries) return { kind: 'FAILED' };
  return { kind: 'again', inMs: firstRetryMs * 2 ** tries };
}
