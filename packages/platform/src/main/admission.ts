/**
 * What a start of a run needs besides room on a server.
 *
 * [admission-1] no run starts while the disk of the data folder is fuller than the watermark: a call that starts or resurrects
 *     one is refused, and a run that waits for room waits on. Runs under way go on, and may be moved.
 * [admission-2] no run starts for a user whose month has cost what the user has set as its maximum. It is added up once a
 *     minute at most, so a few runs more may start; runs under way go on.
 */
import { statfs } from 'node:fs/promises';
import { limitsOfUser } from '../accounts/user-limits.ts';
import type { Database } from '../database/database.ts';
import { monthOf, readMonthlyUsage, totalUsdOf } from '../runs/operations/monthly-usage.ts';
import type { UsagePrices } from '../runs/operations/run-cost.ts';
import type { RunAdmission } from '../runs/supervisor/collaborators.ts';
import type { Clock } from '../shared/clock.ts';
import { Refusal } from '../shared/errors.ts';

export interface AdmissionParts {
  readonly database: Database;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly prices: UsagePrices;
  /** In percent of the disk; 100 for none. */
  readonly watermarkPercent: number;
}

/** How long what is known of the disk is good for. */
const diskValidMs = 1000;
const costValidMs = 60_000;
const platform = { kind: 'platform' } as const;

interface KnownCost {
  readonly atMs: number;
  readonly usd: Promise<number>;
}

export class Admission implements RunAdmission {
  readonly #parts: AdmissionParts;
  #usedPercent = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  /** By the id of the user. */
  readonly #costs = new Map<string, KnownCost>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** [admission-1] By what was seen last; it is looked at again meanwhile. */
  get isOpen(): boolean {
    void this.look();
    return !this.#isAbove;
  }

  /** Why no run starts; undefined when runs start. */
  get closedFor(): string | undefined {
    if (!this.#isAbove) return undefined;
    return `the disk is ${Math.floor(this.#usedPercent)} % full, and above ${this.#parts.watermarkPercent} % no run starts`;
  }

  get #isAbove(): boolean {
    return this.#parts.watermarkPercent < 100 && this.#usedPercent > this.#parts.watermarkPercent;
  }

  /** Looks at the disk, unless that was done a moment ago. A disk that says nothing is no reason to refuse. */
  look(): Promise<void> {
    const { clock, dataFolder } = this.#parts;
    if (clock.monotonicMs() - this.#lookedAtMs < diskValidMs) return Promise.resolve();
    this.#looking ??= statfs(dataFolder)
      .then(
        ({ blocks, bfree, bavail }) => {
          const used = blocks - bfree;
          // As `df` has it: without what only root may use.
          this.#usedPercent = used + bavail > 0 ? (100 * used) / (used + bavail) : 0;
        },
        () => undefined,
      )
      .finally(() => {
        this.#lookedAtMs = clock.monotonicMs();
        this.#looking = undefined;
      });
    return this.#looking;
  }

  /** @throws Refusal 507 `disk-watermark-exceeded` [admission-1], 402 `monthly-usage-limit-exceeded` [admission-2] */
  async check(userId: string): Promise<void> {
    await this.look();
    const why = this.closedFor;
    if (why !== undefined) {
      throw new Refusal(
        507,
        'disk-watermark-exceeded',
        `No run starts now: ${why}. Delete what is not needed (wherry gc), add room, or start the platform with a higher ` +
          'mark (wherry up --disk-watermark).',
      );
    }
    const { maxMonthlyUsageUsd: maxUsd } = await this.#parts.database.read(limitsOfUser, { userId }, platform);
    if (maxUsd === null) return;
    const usd = await this.#costOf(userId);
    if (usd < maxUsd) return;
    throw new Refusal(
      402,
      'monthly-usage-limit-exceeded',
      `This month has cost $${usd}, and its maximum is $${maxUsd}. Raise it with PUT /v2/users/me/limits, or wait for the next month.`,
    );
  }

  #costOf(userId: string): Promise<number> {
    const { database, clock, prices } = this.#parts;
    const known = this.#costs.get(userId);
    if (known !== undefined && clock.monotonicMs() - known.atMs < costValidMs) return known.usd;
    const month = monthOf(clock.now());
    const usd = readMonthlyUsage(database, userId, month).then(({ total }) => totalUsdOf(total, prices));
    this.#costs.set(userId, { atMs: clock.monotonicMs(), usd });
    // A failure is not kept.
    usd.catch(() => this.#costs.delete(userId));
    return usd;
  }
}
