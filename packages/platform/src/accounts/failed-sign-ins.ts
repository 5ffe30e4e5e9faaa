/**
 * Failed sign-ins in the audit log.
 *
 * [audit-4] failed sign-ins of an address are one entry an hour with their number; after so many addresses in an hour all further ones
 *     share one. An entry is written at most once a minute. So whoever tries tokens neither fills the disk nor drives other entries out.
 */
import type { Logger } from 'pino';
import { addEntry } from '../database/audit.ts';
import type { Database } from '../database/database.ts';
import { type AuditedCall, defineWrite } from '../database/operation.ts';
import type { Clock } from '../shared/clock.ts';
import { newId } from '../shared/ids.ts';
import { isoTime } from '../shared/time.ts';

const periodMs = 3_600_000;
const writeEveryMs = 60_000;
/** How long the first of several failures waits for those that come with it. */
const gatherMs = 500;
const maxAddresses = 20;

export type SignInMeans = 'token' | 'link';

export interface FailedSignIn {
  readonly operation: string;
  readonly means: SignInMeans;
  readonly address: string;
  /** What counts as one address, such as a network of IPv6. */
  readonly network: string;
  /** An error type. */
  readonly outcome: string;
}

interface Entry {
  readonly id: string;
  readonly operation: string;
  readonly means: SignInMeans;
  readonly address: string;
  readonly firstAt: number;
  lastAt: number;
  failures: number;
  outcome: string;
  isStored: boolean;
}

const store = defineWrite('failedSignIns.store', function* ({ entries }: { entries: readonly Entry[] }) {
  for (const { id, operation, means, address, firstAt, lastAt, failures, outcome } of entries) {
    const call: AuditedCall = {
      id,
      // Nobody has signed in, so nobody is known.
      userId: '',
      username: '',
      token: undefined,
      runId: undefined,
      operation,
      subject: { by: means, failures: `${failures}`, last: isoTime(lastAt) },
      address,
      isRecorded: false,
    };
    yield* addEntry(call, outcome, firstAt);
  }
});

export interface FailedSignInsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
}

export class FailedSignIns {
  readonly #parts: FailedSignInsParts;
  /** Of this period, by what is one entry. */
  readonly #entries = new Map<string, Entry>();
  /** By the monotonic clock. */
  #periodEndsMs = 0;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(parts: FailedSignInsParts) {
    this.#parts = parts;
  }

  count(failure: FailedSignIn): void {
    const { clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (nowMs >= this.#periodEndsMs) {
      void this.#write();
      this.#entries.clear();
      this.#periodEndsMs = nowMs + periodMs;
    }
    const entry = this.#entryOf(failure);
    entry.failures += 1;
    entry.lastAt = clock.now();
    entry.outcome = failure.outcome;
    entry.isStored = false;
    this.#cancel ??= clock.after(
      Math.max(gatherMs, this.#writtenAtMs + writeEveryMs - nowMs),
      () => void this.#write(),
    );
  }

  /** [audit-4] */
  #entryOf({ operation, means, address, network, outcome }: FailedSignIn): Entry {
    const key = `${means} ${network}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const isOwn = this.#entries.size < maxAddresses;
    const shared = isOwn ? undefined : this.#entries.get(means);
    if (shared !== undefined) return shared;
    const now = this.#parts.clock.now();
    const entry: Entry = {
      id: newId(),
      operation,
      means,
      address: isOwn ? address : 'other addresses',
      firstAt: now,
      lastAt: now,
      failures: 0,
      outcome,
      isStored: false,
    };
    this.#entries.set(isOwn ? key : means, entry);
    return entry;
  }

  async #write(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const entries = [...this.#entries.values()].filter(({ isStored }) => !isStored);
    if (entries.length === 0) return;
    const { database, clock, logger } = this.#parts;
    this.#writtenAtMs = clock.monotonicMs();
    // The writer may be another thread, so what is counted meanwhile is not in this write.
    for (const entry of entries) entry.isStored = true;
    try {
      await database.write(store, { entries: entries.map((entry) => ({ ...entry })) }, { kind: 'platform' });
    } catch (error) {
      // With the next failure of the address it is written again.
      logger.error({ err: error, entries: entries.length }, 'failed sign-ins were not written to the audit log');
    }
  }

  /** Writes what is counted. */
  async close(): Promise<void> {
    await this.#write();
  }
}
