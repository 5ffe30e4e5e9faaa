/**
 * Child runs where a start takes no idempotency key: at most one run for a key.
 *
 * [child-run-1] what is to be started is written down before it is started, under the key, with a random tag.
 * [child-run-2] the start carries the tag in its user agent, which the API keeps with the run. A start of which it is not known
 *     whether it took effect is looked for by the tag, for `settleMs`, before it is made again.
 * [child-run-3] where the API does not show the user agent of a run, the run is taken that an Actor started since, whose input
 *     has ours in it, and which no other key has. Another Actor that starts the same with the same input at the same
 *     time cannot be told apart then.
 */
import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { RunStart } from '../backend.ts';
import type { Json } from '../commit.ts';
import type { ListedRun, RunsApi } from '../http/runs-api.ts';
import type { AtCrashPoint } from './crash-points.ts';
import { isObject } from './intent.ts';
import type { Storages } from './storages.ts';

interface ChildRecord {
  readonly format: 1;
  readonly key: string;
  readonly actor: string;
  readonly tag: string;
  /** ISO; by this machine's clock. */
  readonly intendedAt: string;
  readonly runId?: string;
}

const keyPrefix = 'WHERRY-CHILD-';
/** This machine's clock may be ahead of the API's by so much. */
const clockSkewMs = 60_000;

export class ChildRuns {
  readonly #storages: Storages;
  readonly #runs: RunsApi;
  readonly #parent: string;
  readonly #at: AtCrashPoint;
  readonly #starting = new Map<string, Promise<string>>();

  constructor(storages: Storages, runs: RunsApi, { parent, at }: { parent: string; at: AtCrashPoint }) {
    this.#storages = storages;
    this.#runs = runs;
    this.#parent = parent;
    this.#at = at;
  }

  /** Starts a run, or finds the one that was started with this key before. Answers its id. */
  start(start: RunStart): Promise<string> {
    const known = this.#starting.get(start.key);
    if (known !== undefined) return known;
    const starting = this.#start(start).catch((error) => {
      this.#starting.delete(start.key);
      throw error;
    });
    this.#starting.set(start.key, starting);
    return starting;
  }

  async #start(start: RunStart): Promise<string> {
    let record = await this.#read(recordKeyOf(start.key));
    if (record?.runId !== undefined) return record.runId;
    let runId: string | undefined;
    if (record === undefined) {
      record = this.#newRecord(start);
      await this.#write(record);
      await this.#at('child-intended');
      runId = await this.#startOnce(start, record);
    }
    while (runId === undefined)
      runId = (await this.#findStarted(start, record)) ?? (await this.#startOnce(start, record));
    await this.#at('child-started');
    await this.#write({ ...record, runId });
    await this.#at('child-stored');
    return runId;
  }

  async #startOnce(start: RunStart, { tag }: ChildRecord): Promise<string | undefined> {
    const userAgent = `wherry-durable (run ${this.#parent}; child ${tag})`;
    // Wherry knows the key; Apify does not mind it.
    const outcome = await this.#runs.startOnce(start, { 'user-agent': userAgent, 'idempotency-key': tag });
    return outcome.kind === 'started' ? outcome.runId : undefined;
  }

  /** [child-run-2]. */
  async #findStarted(start: RunStart, record: ChildRecord): Promise<string | undefined> {
    const since = new Date(Date.parse(record.intendedAt) - clockSkewMs);
    for (let waitedMs = 0, waitMs = 250; ; waitMs = Math.min(2 * waitMs, 2000)) {
      const untagged: ListedRun[] = [];
      for await (const run of this.#runs.listSince(start.actor, since)) {
        if (run.meta.userAgent?.includes(record.tag)) return run.id;
        if (!run.meta.userAgent && run.meta.origin === 'ACTOR') untagged.push(run);
      }
      const found = await this.#findByInput(start, untagged);
      if (found !== undefined) return found;
      if (waitedMs >= this.#storages.settleMs) return undefined;
      const stepMs = Math.min(waitMs, this.#storages.settleMs - waitedMs);
      await this.#storages.wait(stepMs);
      waitedMs += stepMs;
    }
  }

  /** [child-run-3]. */
  async #findByInput({ input = {} }: RunStart, candidates: readonly ListedRun[]): Promise<string | undefined> {
    if (candidates.length === 0) return undefined;
    const keys = await this.#storages.listKeys(keyPrefix);
    const claimed = new Set((await Promise.all(keys.map((key) => this.#read(key)))).map((record) => record?.runId));
    // The oldest that fits: the others were started by whoever comes later.
    for (const run of candidates.toReversed()) {
      if (!claimed.has(run.id) && includesInput(await this.#runs.inputOf(run), input)) return run.id;
    }
    return undefined;
  }

  #newRecord({ key, actor }: RunStart): ChildRecord {
    return { format: 1, key, actor, tag: randomUUID(), intendedAt: new Date().toISOString() };
  }

  async #read(recordKey: string): Promise<ChildRecord | undefined> {
    const bytes = await this.#storages.readRecord(recordKey);
    return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as ChildRecord);
  }

  #write(record: ChildRecord): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(record));
    return this.#storages.writeRecord({
      key: recordKeyOf(record.key),
      bytes,
      contentType: 'application/json; charset=utf-8',
    });
  }
}

const recordKeyOf = (key: string): string => keyPrefix + createHash('sha256').update(key).digest('hex').slice(0, 32);

/** The API may add the defaults of the Actor's input schema. */
function includesInput(text: string | undefined, input: Json): boolean {
  const stored = JSON.parse(text ?? '{}') as Json;
  if (!isObject(stored) || !isObject(input)) return isDeepStrictEqual(stored, input);
  return Object.entries(input).every(([name, value]) => isDeepStrictEqual(stored[name], value));
}
