import type { JsonObject } from '../src/commit.ts';
import { RefusedError } from '../src/errors.ts';
import { maxBodyBytes } from '../src/journal/body-parts.ts';
import { requestIdOf } from '../src/journal/plan.ts';
import type { QueueAddress, Storages, StoredRecord } from '../src/journal/storages.ts';

/** Thrown by a call at which the process "ends". */
export class ProcessEnded extends Error {}

/** Random numbers from a seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** At least 0, less than `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  /** True in one of `times` cases. */
  oneIn(times: number): boolean {
    return this.roll(times) === 0;
  }
}

interface Stored {
  readonly item: JsonObject;
  /** The time from which readers see it. */
  readonly visibleAt: number;
}

/** Checks a body as Apify's API does. */
function checkBody(body: readonly JsonObject[], maxLength = Number.POSITIVE_INFINITY): void {
  if (body.length > maxLength) throw new RefusedError('too many', { statusCode: 400, type: 'invalid-input' });
  if (Buffer.byteLength(JSON.stringify(body)) <= maxBodyBytes) return;
  throw new RefusedError('too large', { statusCode: 413, type: 'request-too-large' });
}

/** The storages of one run on Apify. Its time passes only during waits and calls. */
export class FakeApify {
  readonly settleMs = 10_000;
  readonly #dice: Dice;
  now = 0;
  journal: string | undefined;
  readonly records = new Map<string, string>();
  readonly datasets = new Map<string, Stored[]>();
  readonly requests = new Map<string, JsonObject>();
  readonly charges = new Map<string, { eventName: string; count: number }>();
  #later: { at: number; effect: () => void }[] = [];

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  pass(ms: number): void {
    const until = this.now + ms;
    const due = this.#later.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
    this.#later = this.#later.filter(({ at }) => at > until);
    for (const { at, effect } of due) {
      this.now = at;
      effect();
    }
    this.now = until;
  }

  /** A time within `settleMs` from now. */
  later(effect: () => void): void {
    this.#later.push({ at: this.now + this.#dice.roll(this.settleMs - 1000), effect });
  }

  push(datasetId: string, items: readonly JsonObject[]): void {
    const stored = this.datasets.get(datasetId) ?? [];
    this.datasets.set(datasetId, stored);
    // In order: an item becomes visible only after the items that were stored before it.
    const lagMs = this.#dice.oneIn(3) ? this.#dice.roll(500) : 0;
    const visibleAt = Math.max(this.now + lagMs, stored.at(-1)?.visibleAt ?? 0);
    for (const item of items) stored.push({ item: structuredClone(item), visibleAt });
  }

  visible(datasetId: string): JsonObject[] {
    const stored = this.datasets.get(datasetId) ?? [];
    return stored.filter(({ visibleAt }) => visibleAt <= this.now).map(({ item }) => item);
  }

  all(datasetId: string): JsonObject[] {
    return (this.datasets.get(datasetId) ?? []).map(({ item }) => item);
  }
}

export interface Faults {
  /** The number of the call at which the process ends; never if undefined. */
  readonly endsAtCall?: number;
  /** One in this many calls fails; none if undefined. */
  readonly oneIn?: number;
}

/** The API for one process. */
export class FakeStorages implements Storages {
  readonly #api: FakeApify;
  readonly #dice: Dice;
  readonly #faults: Faults;
  #calls = 0;
  #isOver = false;

  constructor(api: FakeApify, dice: Dice, faults: Faults = {}) {
    this.#api = api;
    this.#dice = dice;
    this.#faults = faults;
  }

  get settleMs(): number {
    return this.#api.settleMs;
  }

  get calls(): number {
    return this.#calls;
  }

  async wait(ms: number): Promise<void> {
    this.#api.pass(ms);
  }

  lastingId(_kind: string, id: string) {
    return id;
  }

  async readJournal() {
    this.#read();
    return this.#api.journal;
  }

  async writeJournal(text: string) {
    this.#write(() => {
      this.#api.journal = text;
    });
  }

  async readRecord(key: string) {
    this.#read();
    const text = this.#api.records.get(key);
    return text === undefined ? undefined : Buffer.from(text, 'base64');
  }

  async writeRecord({ storeId, key, bytes }: StoredRecord) {
    if (storeId === 'refusing') throw new RefusedError('no', { statusCode: 403, type: 'insufficient-permissions' });
    this.#write(() => this.#api.records.set(key, Buffer.from(bytes).toString('base64')));
  }

  async deleteRecord({ key }: { key: string }) {
    this.#write(() => this.#api.records.delete(key));
  }

  async listKeys(prefix: string) {
    this.#read();
    return [...this.#api.records.keys()].filter((key) => key.startsWith(prefix));
  }

  async countItems(datasetId = '') {
    this.#read();
    // Late, as Apify's count is.
    return Math.max(0, this.#api.visible(datasetId).length - this.#dice.roll(4));
  }

  async *readItems(datasetId = '', offset: number) {
    for (let from = offset; ; from += 3) {
      this.#read();
      const page = this.#api.visible(datasetId).slice(from, from + 3);
      if (page.length > 0) yield page;
      if (page.length < 3) return;
    }
  }

  async pushItems(datasetId = '', items: readonly JsonObject[]) {
    checkBody(items);
    if (datasetId === 'refusing') throw new RefusedError('no', { statusCode: 400, type: 'schema-validation-error' });
    const push = () => this.#api.push(datasetId, items);
    const fate = this.#fate();
    this.#endIf(fate === 'ended-before');
    if (fate === 'lost-before') return 'unknown' as const;
    if (fate === 'late') this.#api.later(push);
    else push();
    this.#endIf(fate === 'ended');
    return fate === 'fine' ? ('pushed' as const) : ('unknown' as const);
  }

  async getRequest({ queueId = '' }: QueueAddress, id: string) {
    this.#read();
    return this.#api.requests.get(`${queueId}/${id}`);
  }

  async addRequests({ queueId = '' }: QueueAddress, requests: readonly JsonObject[]) {
    checkBody(requests, 25);
    this.#write(() => {
      for (const request of requests) {
        const id = requestIdOf(request.uniqueKey as string);
        const address = `${queueId}/${id}`;
        if (!this.#api.requests.has(address)) this.#api.requests.set(address, { ...request, id });
      }
    });
  }

  async updateRequest({ queueId = '' }: QueueAddress, request: JsonObject & { id: string }) {
    this.#write(() => this.#api.requests.set(`${queueId}/${request.id}`, request));
  }

  async charge({ key, eventName, count }: { key: string; eventName: string; count: number }) {
    this.#write(() => {
      if (!this.#api.charges.has(key)) this.#api.charges.set(key, { eventName, count });
    });
  }

  #read(): void {
    const fate = this.#fate();
    this.#endIf(fate === 'ended' || fate === 'ended-before');
  }

  /** Repeated until there is a response, so after a lost response the call takes effect twice. */
  #write(effect: () => void): void {
    const fate = this.#fate();
    this.#endIf(fate === 'ended-before');
    effect();
    if (fate === 'lost-after') effect();
    this.#endIf(fate === 'ended');
  }

  #fate(): 'fine' | 'lost-before' | 'lost-after' | 'late' | 'ended' | 'ended-before' {
    if (this.#isOver) throw new ProcessEnded();
    this.#api.pass(5);
    this.#calls += 1;
    if (this.#calls === this.#faults.endsAtCall) return this.#dice.oneIn(2) ? 'ended' : 'ended-before';
    if (this.#faults.oneIn === undefined || !this.#dice.oneIn(this.#faults.oneIn)) return 'fine';
    return (['lost-before', 'lost-after', 'late'] as const)[this.#dice.roll(3)]!;
  }

  #endIf(ends: boolean): void {
    if (!ends) return;
    this.#isOver = true;
    throw new ProcessEnded();
  }
}
