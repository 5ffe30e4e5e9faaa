/**
 * What a run gives. Called in a request handler of a durable crawler, all of it is one commit with the request's mark.
 *
 * [result-1] an item is charged once, with the commit that gives it, and no item is given that the run's budget does not cover.
 * [result-2] an input that gave nothing is said to have failed, with the reason: none vanishes.
 */
import { useState } from '@wherry/durable';
import { failureKinds } from '@wherry/tiktok';
import { Actor } from 'apify';
import type { FailuresGoTo } from '../input/common-input.ts';
import { type Item, plainItem } from '../items/item.ts';
import type { FailedInput } from './failed-input.ts';
import { failedRecords } from './failed-records.ts';
import { type Limit, summaryText, type Tally } from './tally-text.ts';

type TallyState = { -readonly [Name in keyof Tally]: number };

export interface ResultsOptions {
  readonly failuresGoTo: FailuresGoTo;
  /** Of all kinds together. No limit unless given. */
  readonly maxItems?: number | undefined;
}

export interface Given {
  readonly count: number;
  /** Nothing more of this kind fits the budget or the limit. */
  readonly isFull: boolean;
}

/** Why a run is abandoned that may go on another day. */
export const siteIsSilent = 'The site has not answered for a long time. Resurrect the run to go on from where it is.';

export class Results {
  readonly #options: ResultsOptions;
  readonly #tally: TallyState;
  readonly #failed: { inputs: FailedInput[] };
  readonly #reasons: Record<string, number>;
  #turn: Promise<unknown> = Promise.resolve();
  #limit: Limit | null = null;
  #abandoned: string | null = null;

  private constructor(
    options: ResultsOptions,
    tally: TallyState,
    failed: { inputs: FailedInput[] },
    reasons: Record<string, number>,
  ) {
    this.#options = options;
    this.#tally = tally;
    this.#failed = failed;
    this.#reasons = reasons;
  }

  static async open(options: ResultsOptions): Promise<Results> {
    const tally = await useState('TALLY', { given: 0, failed: 0, unpaid: 0 });
    const failed = await useState('FAILED_INPUTS', { inputs: [] as FailedInput[] });
    // Each is there from the beginning: of two handlers at once, both would be the first to count it.
    const none = Object.fromEntries(['wrong_input', ...failureKinds].map((kind) => [kind, 0]));
    const reasons = await useState<Record<string, number>>('FAILURE_REASONS', none);
    return new Results(options, tally, failed as { inputs: FailedInput[] }, reasons);
  }

  get tally(): Tally {
    const { given, failed, unpaid } = this.#tally;
    return { given, failed, unpaid };
  }

  /** Whether another item that costs `event` could be given. */
  isFull(event: string): boolean {
    const limit = this.#limitOf(event);
    this.#limit ??= limit;
    return limit !== null;
  }

  /** [result-1]. Gives as many of the items as may be. */
  give(event: string, items: readonly Item[]): Promise<Given> {
    return this.#inTurn(async () => {
      const covered = items.slice(0, this.#room(event));
      if (covered.length > 0) await Actor.pushData(covered.map(plainItem), event);
      this.#tally.given += covered.length;
      if (covered.length < items.length) this.#tally.unpaid += 1;
      return { count: covered.length, isFull: this.isFull(event) };
    });
  }

  /** [result-2] */
  async fail(failed: FailedInput): Promise<void> {
    this.#tally.failed += 1;
    this.#reasons[failed.errorCode]! += 1;
    if (this.#options.failuresGoTo === 'record') this.#failed.inputs.push(failed);
    else await Actor.pushData({ ...failed });
  }

  /** Some inputs cannot be done now: the run has to fail, so that it can be resurrected. */
  abandon(reason: string): void {
    this.#abandoned = reason;
  }

  get abandoned(): string | null {
    return this.#abandoned;
  }

  /** What stands beside the items at the end. */
  async finish(): Promise<string> {
    if (this.#options.failuresGoTo === 'record') {
      for (const [key, failed] of failedRecords(this.#failed.inputs)) await Actor.setValue(key, failed);
    }
    await Actor.setValue('OUTPUT', this.tally);
    return summaryText(this.tally, this.#reasons, this.#limit);
  }

  /** What lets no further item through; null while one fits. */
  #limitOf(event: string): Limit | null {
    if (this.#wanted <= 0) return 'maxItems';
    return this.#affordable(event) <= 0 ? 'budget' : null;
  }

  #room(event: string): number {
    return Math.max(0, Math.min(this.#affordable(event), this.#wanted));
  }

  /** The SDK itself would give one item more than the budget covers, and charge for it. */
  #affordable(event: string): number {
    const manager = Actor.getChargingManager();
    return manager.getPricingInfo().isPayPerEvent
      ? manager.calculateMaxEventChargeCountWithinLimit(event)
      : Number.POSITIVE_INFINITY;
  }

  get #wanted(): number {
    return (this.#options.maxItems ?? Number.POSITIVE_INFINITY) - this.#tally.given;
  }

  /** Two handlers that look at the same rest of a budget at once would both spend it. */
  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
