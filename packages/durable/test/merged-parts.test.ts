import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CommitParts } from '../src/commit.ts';
import { mergeParts } from '../src/merged-parts.ts';

const [datasetId, queueId, storeId, clientKey] = ['other', 'other', 'other', 'client'];
const optionally = <Fields extends object>(fields: Fields) => fc.constantFrom<Partial<Fields>>({}, fields);
const url = fc.integer({ min: 0, max: 9 }).map((n) => `https://example.com/${n}`);

const parts: fc.Arbitrary<CommitParts> = fc.record({
  items: fc.array(
    fc
      .tuple(optionally({ datasetId }), fc.array(fc.record({ n: fc.nat(99) }), { maxLength: 3 }))
      .map(([named, items]) => ({ ...named, items })),
    { maxLength: 3 },
  ),
  records: fc.array(
    fc
      .tuple(optionally({ storeId }), fc.constantFrom('a', 'b'), fc.option(fc.nat(9)))
      .map(([named, key, value]) =>
        value === null ? { ...named, key, deleted: true as const } : { ...named, key, value },
      ),
    { maxLength: 3 },
  ),
  requests: fc.array(
    fc.oneof(
      fc
        .tuple(optionally({ queueId }), fc.boolean(), fc.array(url, { minLength: 1, maxLength: 3 }))
        .map(([named, forefront, urls]) => ({ ...named, forefront, add: urls.map((each) => ({ url: each })) })),
      fc.tuple(optionally({ queueId }), optionally({ clientKey }), url).map(([queue, client, handled]) => ({
        ...queue,
        ...client,
        handled: [handled],
      })),
    ),
    { maxLength: 4 },
  ),
  charges: fc.array(fc.record({ eventName: fc.constantFrom('item', 'page'), count: fc.integer({ min: 1, max: 5 }) })),
});

/** The results of commits as the platform applies them: items, records, requests, charges. */
class Storages {
  readonly datasets: Record<string, unknown[]> = {};
  readonly records: Record<string, unknown> = {};
  /** In the order in which they are fetched. */
  readonly queues: Record<string, string[]> = {};
  readonly handled = new Set<string>();
  readonly charges: Record<string, number> = {};

  apply({ items, records, requests, charges }: CommitParts): this {
    for (const part of items)
      if (part.items.length > 0) this.#listOf(this.datasets, part.datasetId).push(...part.items);
    for (const { storeId: store = '', key, value, deleted } of records) {
      if (deleted === true) delete this.records[`${store}/${key}`];
      else this.records[`${store}/${key}`] = value;
    }
    for (const { queueId: queue, clientKey: client = '', add = [], forefront, handled = [] } of requests) {
      for (const request of add)
        this.#add(this.#listOf(this.queues, queue) as string[], request.url, forefront === true);
      for (const mark of handled) this.handled.add(`${queue}/${client}/${mark}`);
    }
    for (const { eventName, count } of charges) this.charges[eventName] = (this.charges[eventName] ?? 0) + count;
    return this;
  }

  #add(queue: string[], added: string, forefront: boolean): void {
    if (queue.includes(added)) return;
    if (forefront) queue.unshift(added);
    else queue.push(added);
  }

  #listOf(lists: Record<string, unknown[]>, id = ''): unknown[] {
    lists[id] ??= [];
    return lists[id];
  }
}

test('[committer-2] transactions in one commit have the same effect as one after the other', () => {
  fc.assert(
    fc.property(fc.array(parts, { minLength: 1, maxLength: 4 }), (all) => {
      const oneByOne = all.reduce((storages, each) => storages.apply(each), new Storages());
      const merged = mergeParts(all);
      expect(new Storages().apply(merged)).toEqual(oneByOne);
      // Each record, charge and dataset occurs once, so that a batch sends no more than its members.
      expect(new Set(merged.records.map(({ storeId: store, key }) => `${store}/${key}`)).size).toBe(
        merged.records.length,
      );
      expect(new Set(merged.charges.map(({ eventName }) => eventName)).size).toBe(merged.charges.length);
    }),
    { numRuns: 2000 },
  );
});
