import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../packages/platform/test/simulation/random.ts';
import type { Api } from './api.ts';

const writers = 3;
/** Stored as a file instead of in the database. */
const largeBytes = 1536 * 1024;
const largeKeys = 4;

/** Users who write to storages of their own, and note what was acknowledged to them. */
export class Users {
  readonly #api: Api;
  readonly #random: Random;
  readonly #acknowledged = new Set<string>();
  /** Pushes whose response did not come: each is sent again, with its key. */
  readonly #open = new Set<string>();
  readonly #counts = new Map<string, { sent: number; acknowledged: number }>();
  /** By key: the hashes that the record may have, the acknowledged one and those sent since. */
  readonly #large = new Map<string, Set<string>>();
  #datasetId = '';
  #storeId = '';
  #next = 0;
  #isStopped = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(api: Api, random: Random) {
    this.#api = api;
    this.#random = random;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  async start(): Promise<void> {
    this.#datasetId = (await this.#api.insist<{ id: string }>('POST', '/v2/datasets?name=users'))!.id;
    this.#storeId = (await this.#api.insist<{ id: string }>('POST', '/v2/key-value-stores?name=users'))!.id;
    this.#work = Promise.all(Array.from({ length: writers }, (_, writer) => this.#write(`record-${writer}`)));
  }

  /** Resolves when everything that was begun is acknowledged. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work;
    for (const item of this.#open) if (!(await this.#push(item))) await delay(100);
    if (this.#open.size > 0) throw new Error(`${this.#open.size} pushes of users are not taken`);
  }

  async #write(key: string): Promise<void> {
    while (!this.#isStopped) {
      await delay(20 + this.#random.below(100));
      const [oldest] = this.#open;
      const item = oldest ?? `item-${this.#next++}`;
      // Another writer may have it in hand; the key makes this harmless.
      this.#open.add(item);
      await this.#push(item);
      await this.#count(key);
      if (this.#random.chance(0.1)) await this.#putLarge(`large-${this.#random.below(largeKeys)}`);
    }
  }

  async #push(item: string): Promise<boolean> {
    const headers = { 'idempotency-key': item };
    const response = await this.#api.call('POST', `/v2/datasets/${this.#datasetId}/items`, { body: { item }, headers });
    if (response?.status !== 201) return false;
    this.#acknowledged.add(item);
    this.#open.delete(item);
    return true;
  }

  /** Only one writer has the record, so its value never goes back. */
  async #count(key: string): Promise<void> {
    const count = this.#counts.get(key) ?? { sent: 0, acknowledged: 0 };
    this.#counts.set(key, count);
    count.sent += 1;
    const value = count.sent;
    const path = `/v2/key-value-stores/${this.#storeId}/records/${key}`;
    const response = await this.#api.call('PUT', path, { body: value });
    if (response?.status === 201) count.acknowledged = value;
  }

  async #putLarge(key: string): Promise<void> {
    const bytes = Buffer.alloc(largeBytes, `${this.#random.next()} `);
    const hash = hashOf(bytes);
    const known = this.#large.get(key) ?? new Set<string>();
    this.#large.set(key, known.add(hash));
    const path = `/v2/key-value-stores/${this.#storeId}/records/${key}`;
    // Others may write it at the same time, so every hash that was sent since then is possible.
    await this.#api.call('PUT', path, { body: bytes });
  }

  /** What is missing, or there twice. */
  async problems(): Promise<string[]> {
    const problems: string[] = [];
    const items = await this.#api.all<{ item: string }>(`/v2/datasets/${this.#datasetId}/items`);
    const counts = new Map<string, number>();
    for (const { item } of items) counts.set(item, (counts.get(item) ?? 0) + 1);
    for (const item of this.#acknowledged) if (!counts.has(item)) problems.push(`users: ${item} is missing`);
    for (const [item, count] of counts) if (count > 1) problems.push(`users: ${item} is there ${count} times`);
    for (const [key, { sent, acknowledged }] of this.#counts) {
      const path = `/v2/key-value-stores/${this.#storeId}/records/${key}`;
      const stored = Number((await this.#api.call('GET', path))?.body ?? 0);
      if (stored >= acknowledged && stored <= sent) continue;
      problems.push(`users: ${key} is ${stored}, but ${acknowledged} was acknowledged and ${sent} sent`);
    }
    for (const [key, hashes] of this.#large) {
      const response = await fetch(`${this.#api.url}/v2/key-value-stores/${this.#storeId}/records/${key}`, {
        headers: { authorization: this.#api.authorization },
      });
      const hash = hashOf(Buffer.from(await response.arrayBuffer()));
      // A first write may have failed: then there is none.
      if (response.status !== 404 && !hashes.has(hash)) problems.push(`users: ${key} is damaged`);
    }
    return problems;
  }

  /** The names of large records that are stored, for the count of files. */
  async largeRecords(): Promise<number> {
    const keys = await Promise.all(
      [...this.#large.keys()].map((key) =>
        this.#api.call('HEAD', `/v2/key-value-stores/${this.#storeId}/records/${key}`),
      ),
    );
    return keys.filter((response) => response?.status === 200).length;
  }
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
