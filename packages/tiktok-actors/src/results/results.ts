/**
 * The results of a run. In a handler of a durable crawler or list, all of them are one commit with the mark that its request or
 * entry is done.
 *
 * [result-1] An item is charged once, in the commit that pushes it, and no item is pushed that the run's budget does not cover.
 * [result-2] For each input without results, a failure with its reason is recorded. No input is lost silently.
 * [result-3] What the input wants to be done with items (`output/`) is done before they are pushed, and only with items that
 *     the budget and the limit cover. If it fails, none of them is pushed.
 */
import { useState } from '@wherry/durable';
import { failureKinds } from '@wherry/tiktok';
import { Actor } from 'apify';
import type { FailuresGoTo } from '../input/common-input.ts';
import type { Item } from '../items/item.ts';
import type { ItemOutput } from '../output/item-output.ts';
import type { FailedInput } from './failed-input.ts';
import { failedRecords } from './failed-input.ts';
import { type Limit, summaryText, type Tally } from './tally-text.ts';

type TallyState = { -readonly [Name in keyof Tally]: number };

export interface ResultsOptions {
  readonly failuresGoTo: FailuresGoTo;
  /** The limit for all kinds of items together. No limit by default. */
  readonly maxItems?: number | undefined;
  readonly output: ItemOutput;
}

export interface Given {
  readonly count: number;
  /** Whether the budget or the limit allows no more items of this kind. */
  readonly isFull: boolean;
}

/** Why a run fails that can be continued later. */
export const siteIsSilent =
  'The site has not responded for a long time. Resurrect the run to continue where it stopped.';

export class Results {
  readonly #options: ResultsOptions;
  readonly #tally: TallyState;
  readonly #failed: { inputs: FailedInput[] };
  readonly #reasons: Record<string, number>;
  #turn: Promise<unknown> = Promise.resolve();
  /** Items that are being formed, for which there is room. */
  #reserved = 0;
  #released = Promise.withResolvers<void>();
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
    // Every reason exists from the start, since two concurrent handlers could both create it.
    const none = Object.fromEntries(['wrong_input', ...failureKinds].map((kind) => [kind, 0]));
    const reasons = await useState<Record<string, number>>('FAILURE_REASONS', none);
    return new Results(options, tally, failed as { inputs: FailedInput[] }, reasons);
  }

  get tally(): Tally {
    const { given, failed, unpaid } = this.#tally;
    return { given, failed, unpaid };
  }

  /** Whether no further item that costs `event` can be given. */
  isFull(event: string): boolean {
    const limit = this.#limitOf(event);
    this.#limit ??= limit;
    return limit !== null;
  }

  /** Pushes as many of the items as the budget and the limit allow [result-1]. */
  async give(event: string, items: readonly Item[]): Promise<Given> {
    if (this.#options.output.isPlain) {
      return this.#inTurn(() => this.#push(event, items.slice(0, this.#room(event)), items.length));
    }
    // Forming takes time, in which others may be pushed [result-3].
    const count = await this.#reserve(event, items.length);
    try {
      const formed = await this.#options.output.form(items.slice(0, count));
      return await this.#inTurn(() => this.#push(event, formed, items.length));
    } finally {
      this.#reserved -= count;
      this.#released.resolve();
      this.#released = Promise.withResolvers<void>();
    }
  }

  /** How much longer the handling of a page may take than without the input's wishes for its items. */
  get extraSecs(): number {
    return this.#options.output.extraSecs;
  }

  async #push(event: string, covered: readonly object[], found: number): Promise<Given> {
    if (covered.length > 0)
      await Actor.pushData(
        covered.map((item) => ({ ...item })),
        event,
      );
    this.#tally.given += covered.length;
    if (covered.length < found) this.#tally.unpaid += 1;
    return { count: covered.length, isFull: this.isFull(event) };
  }

  /** Room for so many items, or as many as there are. What others have reserved may become free again: it is waited for. */
  async #reserve(event: string, wanted: number): Promise<number> {
    while (this.#reserved > 0 && this.#room(event) - this.#reserved < wanted) await this.#released.promise;
    const count = Math.min(wanted, this.#room(event));
    this.#reserved += count;
    return count;
  }

  /** Records a failed input [result-2]. */
  async fail(failed: FailedInput): Promise<void> {
    this.#tally.failed += 1;
    this.#reasons[failed.errorCode]! += 1;
    if (this.#options.failuresGoTo === 'record') this.#failed.inputs.push(failed);
    else await Actor.pushData({ ...failed });
  }

  /** Some inputs cannot be read now. The run will fail, so that it can be resurrected. */
  abandon(reason: string): void {
    this.#abandoned = reason;
  }

  get abandoned(): string | null {
    return this.#abandoned;
  }

  /** Writes the records `FAILED` and `OUTPUT`. Resolves with the run's last status message. */
  async finish(): Promise<string> {
    if (this.#options.failuresGoTo === 'record') {
      for (const [key, failed] of failedRecords(this.#failed.inputs)) await Actor.setValue(key, failed);
    }
    await this.#options.output.close();
    await Actor.setValue('OUTPUT', this.tally);
    return summaryText(this.tally, this.#reasons, this.#limit);
  }

  /** The limit that allows no further item; null if there is none. */
  #limitOf(event: string): Limit | null {
    if (this.#wanted <= 0) return 'maxItems';
    return this.#affordable(event) <= 0 ? 'budget' : null;
  }

  #room(event: string): number {
    return Math.max(0, Math.min(this.#affordable(event), this.#wanted));
  }

  /** The SDK itself would push, and charge for, one item more than the budget covers. */
  #affordable(event: string): number {
    const manager = Actor.getChargingManager();
    return manager.getPricingInfo().isPayPerEvent
      ? manager.calculateMaxEventChargeCountWithinLimit(event)
      : Number.POSITIVE_INFINITY;
  }

  get #wanted(): number {
    return (this.#options.maxItems ?? Number.POSITIVE_INFINITY) - this.#tally.given;
  }

  /** One at a time: two concurrent handlers would both spend the same rest of the budget. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
