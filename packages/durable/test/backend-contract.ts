import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Backend } from '../src/backend.ts';
import type { Commit, CommitParts, Json, JsonObject } from '../src/commit.ts';
import { CommitRejectedError } from '../src/errors.ts';

/** A backend with its own run, and the run as other clients see it. */
export interface BackendFixture extends AsyncDisposable {
  /** The backend of a new process of the run. */
  open(): Promise<Backend>;
  items(): Promise<readonly JsonObject[]>;
  record(key: string): Promise<Json | undefined>;
  /** All requests of the default queue: the unique key of each, and whether it is handled. */
  requests(): Promise<Readonly<Record<string, boolean>>>;
  charged(eventName: string): Promise<number>;
}

const none: CommitParts = { items: [], records: [], requests: [], charges: [] };

export const commitOf = (sequence: number, parts: Partial<CommitParts>, id: string = randomUUID()): Commit => ({
  sequence,
  id,
  parts: { ...none, ...parts },
});

const page = (name: number) => ({ url: `https://example.com/${name}`, uniqueKey: `${name}` });

/** The contract of every backend: [backend-1], [backend-2] and [backend-3] of `backend.ts`. */
export function testBackend(start: () => Promise<BackendFixture>): void {
  test('[backend-1] the parts of a commit take effect together', async () => {
    await using fixture = await start();
    const backend = await fixture.open();
    expect(await backend.recover()).toBe(0);
    const outcome = await backend.commit(
      commitOf(1, {
        items: [{ items: [{ n: 1 }, { n: 2 }] }],
        records: [{ key: 'state', value: { at: 1 } }],
        requests: [{ add: [page(1), page(2)] }],
        charges: [{ eventName: 'item', count: 2 }],
      }),
    );
    expect(outcome).toEqual({ kind: 'committed' });
    expect(await fixture.items()).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await fixture.record('state')).toEqual({ at: 1 });
    expect(await fixture.requests()).toEqual({ 1: false, 2: false });
    expect(await fixture.charged('item')).toBe(2);
    await backend.commit(commitOf(2, { records: [{ key: 'state', deleted: true }] }));
    expect(await fixture.record('state')).toBeUndefined();
  });

  test('[backend-1] a commit that is sent again changes nothing', async () => {
    await using fixture = await start();
    const backend = await fixture.open();
    await backend.recover();
    const commit = commitOf(1, {
      items: [{ items: [{ n: 1 }] }],
      requests: [{ add: [page(1)] }],
      charges: [{ eventName: 'item', count: 1 }],
    });
    for (let time = 0; time < 3; time += 1) expect(await backend.commit(commit)).toEqual({ kind: 'committed' });
    expect(await fixture.items()).toEqual([{ n: 1 }]);
    expect(await fixture.charged('item')).toBe(1);
    expect(await backend.commit(commitOf(2, { items: [{ items: [{ n: 2 }] }] }))).toEqual({ kind: 'committed' });
    expect(await fixture.items()).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('[backend-1] a rejected commit names the part and changes nothing', async () => {
    await using fixture = await start();
    const backend = await fixture.open();
    await backend.recover();
    const rejected = await backend
      .commit(commitOf(1, { items: [{ items: [{ n: 1 }] }], records: [{ key: 'not a key!', value: 1 }] }))
      .catch((error: unknown) => error);
    expect(rejected).toBeInstanceOf(CommitRejectedError);
    expect(rejected).toMatchObject({ part: 'records[0]' });
    expect(await fixture.items()).toEqual([]);
    expect(await backend.commit(commitOf(1, { items: [{ items: [{ n: 2 }] }] }))).toEqual({ kind: 'committed' });
    expect(await fixture.items()).toEqual([{ n: 2 }]);
  });

  test('[backend-2], [backend-3] a new process continues after the last commit and reads its records', async () => {
    await using fixture = await start();
    const first = await fixture.open();
    await first.recover();
    await first.commit(commitOf(1, { records: [{ key: 'state', value: { at: 1 } }] }));
    await first.commit(commitOf(2, { records: [{ key: 'state', value: { at: 2 } }] }));
    const second = await fixture.open();
    expect(await second.recover()).toBe(2);
    expect(JSON.parse((await second.readRecord('state'))!)).toEqual({ at: 2 });
    expect(await second.readRecord('none')).toBeUndefined();
    expect(await second.commit(commitOf(3, { items: [{ items: [{ n: 1 }] }] }))).toEqual({ kind: 'committed' });
    expect(await fixture.items()).toEqual([{ n: 1 }]);
  });

  test('a record can be written, read and deleted outside of a commit, and deleted twice', async () => {
    await using fixture = await start();
    const backend = await fixture.open();
    await backend.recover();
    const text = JSON.stringify({ large: 'ü'.repeat(1_000_000) });
    await backend.writeRecord('chunk-1', text);
    expect(JSON.parse((await backend.readRecord('chunk-1'))!)).toEqual(JSON.parse(text));
    for (let time = 0; time < 2; time += 1) await backend.deleteRecord('chunk-1');
    expect(await backend.readRecord('chunk-1')).toBeUndefined();
  });
}
