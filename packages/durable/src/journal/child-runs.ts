/**
 * Child runs on an API that accepts no idempotency key for starts: at most one run for each key.
 *
 * [child-run-1] Before a run is started, a record with the key and a random tag is written.
 * [child-run-2] The start carries the tag in its user agent, which the API stores with the run. If it is unknown whether a
 *     start took effect, the run is searched by its tag for `settleMs` before the start is sent again.
 * [child-run-3] If the API does not return the user agent of runs, a run counts as ours if an Actor started it since the
 *     record was written, its input includes our input, and no other key has it. It cannot be distinguished from a run
 *     that another Actor starts with the same input at the same time.
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
  /** An ISO time of this machine's clock. */
  readonly intendedAt: string;
  readonly runId?: string;
}

const keyPrefix = 'WHERRY-CHILD-';
/** This machine's clock may be this far ahead of the API's. */
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

  /** Starts a run, or finds the run that was started with this key before. Resolves with its id. */
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
    // Wherry uses the key; Apify ignores it.
    const outcome = await this.#runs.startOnce(start, { 'user-agent': userAgent, 'idempotency-key': tag });
    return outcome.kind === 'started' ? outcome.runId : undefined;
  }

  /** Searches for the run of an earlier start [child-run-2]. */
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

  /** Finds an unclaimed run by its input [child-run-3]. */
  async #findByInput({ input = {} }: RunStart, candidates: readonly ListedRun[]): Promise<string | undefined> {
    if (candidates.length === 0) return undefined;
    const keys = await this.#storages.listKeys(keyPrefix);
    const claimed = new Set((await Promise.all(keys.map((key) => this.#read(key)))).map((record) => record?.runId));
    // The oldest that matches: the others were started later, for other keys.
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

/** Whether a stored input includes `input`. The API may have added the defaults of the Actor's input schema. */
function includesInput(text: string | undefined, input: Json): boolean {
  const stored = JSON.parse(text ?? '{}') as Json;
  if (!isObject(stored) || !isObject(input)) return isDeepStrictEqual(stored, input);
  return Object.entries(input).every(([name, value]) => isDeepStrictEqual(stored[name], value));
}
