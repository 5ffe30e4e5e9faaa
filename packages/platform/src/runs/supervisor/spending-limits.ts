import type { Logger } from 'pino';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../shared/clock.ts';
import { Refusal } from '../../shared/errors.ts';
import { type Spending, spendingOfRun, unfinishedSpendings } from '../operations/charges.ts';
import type { RunControl } from './run-control.ts';

/** How long a run that has used up its limit, and not exceeded it, may take to end by itself. */
const endMs = 10_000;
/** How long the Actor may save its state. Apify's own value for graceful aborts. */
const abortGraceMs = 30_000;

const platform = { kind: 'platform' } as const;

interface Parts {
  readonly database: Database;
  readonly runControl: Pick<RunControl, 'change'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * Aborts the runs that have used up what they may cost [charge-3]. It is told after each charge. What a process that died was
 * told, the next one reads from the database.
 */
export class SpendingLimits {
  readonly #parts: Parts;
  /** The runs that shall end by themselves, and those that are being aborted, each with what cancels the next step. */
  readonly #reached = new Map<string, () => void>();
  readonly #aborting = new Map<string, () => void>();
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** To be called once the runs are supervised. */
  async recover(): Promise<void> {
    for (const spending of await this.#parts.database.read(unfinishedSpendings, {}, platform)) this.note(spending);
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of [...this.#reached.values(), ...this.#aborting.values()]) cancel();
  }

  note(spending: Spending | undefined): void {
    if (spending === undefined || spending.standing === 'within' || this.#isClosed) return;
    const { runId, standing } = spending;
    const { clock } = this.#parts;
    if (standing === 'exceeded') {
      void this.#abort(spending);
    } else if (!this.#reached.has(runId)) {
      this.#reached.set(
        runId,
        clock.after(endMs, () => void this.#abortUnlessRaised(runId)),
      );
    }
  }

  /** The run may have been resurrected with a higher limit meanwhile. */
  async #abortUnlessRaised(runId: string): Promise<void> {
    this.#reached.delete(runId);
    try {
      const spending = await this.#parts.database.read(spendingOfRun, { runId }, platform);
      if (spending !== undefined && spending.standing !== 'within') await this.#abort(spending);
    } catch (error) {
      this.#parts.logger.error({ err: error, runId }, 'the charges of a run could not be read');
    }
  }

  async #abort({ runId, limitUsd }: Spending): Promise<void> {
    const { runControl, logger, clock } = this.#parts;
    // It may go on charging while it saves its state.
    if (this.#aborting.has(runId)) return;
    this.#aborting.set(
      runId,
      clock.after(abortGraceMs, () => this.#aborting.delete(runId)),
    );
    const message = `The run was aborted: its maximum total charge of $${limitUsd} was reached.`;
    try {
      const state = await runControl.change(runId, { kind: 'abort', graceMs: abortGraceMs }, platform);
      if (state.status === 'ABORTING') {
        await runControl.change(runId, { kind: 'setStatusMessage', message, isTerminal: true }, platform);
      }
    } catch (error) {
      if (!(error instanceof Refusal))
        logger.error({ err: error, runId }, 'a run that has used up its limit could not be aborted');
    }
  }
}
