import type { Logger } from 'pino';
import type { Database } from '../../database/database.ts';
import { defineWrite } from '../../database/operation.ts';
import { each } from '../../database/sql.ts';
import type { Clock } from '../../shared/clock.ts';

interface Reads {
  readonly requests: number;
  readonly headItems: number;
}

const storeReads = defineWrite('requests.storeReads', function* (reads: readonly (Reads & { queueId: string })[]) {
  yield* each(
    `UPDATE request_queues SET read_count = read_count + ?, head_item_read_count = head_item_read_count + ?
      WHERE id = ?`,
    reads.map(({ queueId, requests, headItems }) => [requests, headItems, queueId]),
  );
});

/** How long counts may wait for others: what a crash of the platform takes from the statistics of reads at most. */
const storeMs = 5000;

/**
 * Counts the requests that are read of each queue. A read writes nothing, so the counts are in memory at first, and are
 * stored together: a while after the first, and before anybody is shown them.
 */
export class QueueReads {
  readonly #database: Database;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #logger: Pick<Logger, 'warn'>;
  #counts = new Map<string, Reads>();
  #cancel: () => void = () => undefined;
  #storing: Promise<void> = Promise.resolve();

  constructor(parts: { database: Database; clock: Pick<Clock, 'after'>; logger: Pick<Logger, 'warn'> }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  add(queueId: string, { requests = 0, headItems = 0 }: Partial<Reads>): void {
    if (requests === 0 && headItems === 0) return;
    if (this.#counts.size === 0) this.#cancel = this.#clock.after(storeMs, () => void this.store());
    const { requests: before, headItems: headItemsBefore } = this.#counts.get(queueId) ?? { requests: 0, headItems: 0 };
    this.#counts.set(queueId, { requests: before + requests, headItems: headItemsBefore + headItems });
  }

  /** Resolves once all that was counted before is stored. On a full disk it is lost: reading works there too. */
  async store(): Promise<void> {
    this.#cancel();
    const counts = this.#counts;
    this.#counts = new Map();
    if (counts.size > 0) this.#storing = this.#storing.then(() => this.#write(counts));
    await this.#storing;
  }

  async #write(counts: ReadonlyMap<string, Reads>): Promise<void> {
    const reads = [...counts].map(([queueId, count]) => ({ queueId, ...count }));
    try {
      await this.#database.write(storeReads, reads, { kind: 'platform' });
    } catch (error) {
      this.#logger.warn({ err: error }, 'counts of reads of request queues could not be stored');
    }
  }
}
