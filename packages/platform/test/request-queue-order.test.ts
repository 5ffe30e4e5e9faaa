import type { RequestQueueClient } from 'apify-client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

const page = (key: number) => ({ url: `https://example.com/${key}`, uniqueKey: `${key}` });
const keysOf = ({ items }: { items: { uniqueKey?: string }[] }) => items.map(({ uniqueKey }) => Number(uniqueKey));

type Step =
  | { kind: 'add'; keys: number[]; forefront: boolean }
  | { kind: 'lock'; limit: number }
  | { kind: 'reclaim' | 'unlock'; key: number; forefront: boolean }
  | { kind: 'handle' | 'delete'; key: number };

/** A queue as a list of keys, done beside the real one and compared with what that answers. */
class Model {
  readonly #queue: RequestQueueClient;
  readonly #ids = new Map<number, string>();
  readonly #handled = new Set<number>();
  readonly #locked = new Set<number>();
  /** Given back by an update: the next deletion of a lock means that one [lock-5]. */
  readonly #givenBack = new Set<number>();
  #order: number[] = [];

  constructor(queue: RequestQueueClient) {
    this.#queue = queue;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'add') return this.#add(step.keys, step.forefront);
    if (step.kind === 'lock') return this.#lock(step.limit);
    const id = this.#ids.get(step.key);
    if (id === undefined) return;
    switch (step.kind) {
      case 'reclaim':
        await this.#queue.updateRequest({ ...page(step.key), id }, { forefront: step.forefront });
        this.#handled.delete(step.key);
        if (this.#locked.delete(step.key)) this.#givenBack.add(step.key);
        return this.#move(step.key, step.forefront);
      case 'unlock':
        if (!this.#locked.has(step.key)) return;
        await this.#queue.deleteRequestLock(id, { forefront: step.forefront });
        if (this.#givenBack.delete(step.key)) return;
        this.#locked.delete(step.key);
        return this.#move(step.key, step.forefront);
      case 'handle': {
        const request = { ...page(step.key), id, handledAt: new Date().toISOString() };
        const { wasAlreadyHandled } = await this.#queue.updateRequest(request);
        expect(wasAlreadyHandled).toBe(this.#handled.has(step.key));
        this.#handled.add(step.key);
        return this.#leave(step.key);
      }
      case 'delete':
        await this.#queue.deleteRequest(id);
        this.#ids.delete(step.key);
        this.#handled.delete(step.key);
        return this.#leave(step.key);
    }
  }

  async check(): Promise<void> {
    expect(keysOf(await this.#queue.listHead())).toEqual(this.#free());
    const counts = { totalRequestCount: this.#ids.size, handledRequestCount: this.#handled.size };
    expect(await this.#queue.get()).toMatchObject(counts);
  }

  async #add(keys: number[], forefront: boolean): Promise<void> {
    const { processedRequests } = await this.#queue.batchAddRequests(keys.map(page), { forefront });
    for (const [index, { requestId, wasAlreadyPresent }] of processedRequests.entries()) {
      const key = keys[index]!;
      expect(wasAlreadyPresent).toBe(this.#ids.has(key));
      if (!wasAlreadyPresent) this.#move(key, forefront);
      this.#ids.set(key, requestId);
    }
  }

  async #lock(limit: number): Promise<void> {
    const expected = this.#free().slice(0, limit);
    expect(keysOf(await this.#queue.listAndLockHead({ lockSecs: 600, limit }))).toEqual(expected);
    for (const key of expected) this.#locked.add(key);
  }

  #free(): number[] {
    return this.#order.filter((key) => !this.#locked.has(key));
  }

  #leave(key: number): void {
    this.#locked.delete(key);
    this.#givenBack.delete(key);
    this.#order = this.#order.filter((each) => each !== key);
  }

  #move(key: number, forefront: boolean): void {
    const others = this.#order.filter((each) => each !== key);
    this.#order = forefront ? [key, ...others] : [...others, key];
  }
}

const key = fc.integer({ min: 0, max: 7 });
const forefront = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), keys: fc.array(key, { minLength: 1, maxLength: 4 }), forefront }),
  fc.record({ kind: fc.constant('lock' as const), limit: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constantFrom('reclaim' as const, 'unlock' as const), key, forefront }),
  fc.record({ kind: fc.constantFrom('handle' as const, 'delete' as const), key }),
);

test('[lock-5] the head is in the order of a simple model, whatever is added, handled, locked, reclaimed or deleted', async () => {
  await using fixture = await startFixture();
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
    const { id } = await fixture.client.requestQueues().getOrCreate();
    const model = new Model(fixture.client.requestQueue(id, { clientKey: 'one' }));
    for (const each of steps) await model.take(each);
    await model.check();
  });
  await fc.assert(property, { numRuns: 100 });
});
