import { expect, test } from 'vitest';
import { ItemWindows, type LoadItems, windowItemsFor } from '../src/model/item-windows.ts';

/** A dataset that counts what is asked of it. */
function datasetOf(total: { count: number }, bytesOfItem = 100) {
  const calls: string[] = [];
  const state = { underWay: 0, mostUnderWay: 0, failing: false };
  const load: LoadItems = async (offset, limit, signal) => {
    calls.push(`${offset}+${limit}`);
    state.underWay += 1;
    state.mostUnderWay = Math.max(state.mostUnderWay, state.underWay);
    await new Promise((resolve) => setImmediate(resolve));
    state.underWay -= 1;
    if (signal.aborted) throw new DOMException('aborted', 'AbortError');
    if (state.failing) throw new Error('the platform is away');
    const items = Array.from({ length: Math.max(0, Math.min(limit, total.count - offset)) }, (_, n) => offset + n);
    return { items, bytes: items.length * bytesOfItem };
  };
  return { load, calls, state };
}

const windowsOf = (load: LoadItems, maxBytes = 1_000_000) =>
  new ItemWindows({ windowItems: 200, maxBytes, load, settleMs: 0 });

const there = (windows: ItemWindows, index: number) =>
  expect.poll(() => windows.itemAt(index), { message: `item ${index}` }).toBe(index);

test('[windows-3] items come by windows, and what is there is not loaded again', async () => {
  const { load, calls } = datasetOf({ count: 1000 });
  const windows = windowsOf(load);
  windows.want(150, 250, 1000);
  await there(windows, 150);
  await there(windows, 249);
  expect(calls).toEqual(['0+200', '200+200']);
  windows.want(10, 30, 1000);
  windows.want(150, 250, 1000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toHaveLength(2);
});

test('[windows-1] what is kept stays within its bound, and what is in sight is kept', async () => {
  const { load } = datasetOf({ count: 100_000 });
  const windows = windowsOf(load, 100_000);
  for (let first = 0; first < 20_000; first += 200) {
    windows.want(first, first + 20, 100_000);
    await there(windows, first);
    expect(windows.bytes).toBeLessThanOrEqual(100_000);
  }
  expect(windows.itemAt(0)).toBeUndefined();
  windows.want(0, 20, 100_000);
  await there(windows, 5);
});

test('[windows-2] a way through all items loads where it ends, with few calls at once', async () => {
  const { load, calls, state } = datasetOf({ count: 1_000_000 });
  const windows = new ItemWindows({ windowItems: 200, maxBytes: 1_000_000, load, settleMs: 20 });
  windows.want(0, 20, 1_000_000);
  await there(windows, 0);
  for (let first = 0; first < 900_000; first += 1000) windows.want(first, first + 20, 1_000_000);
  windows.want(900_000, 900_020, 1_000_000);
  await there(windows, 900_010);
  expect(calls).toEqual(['0+200', '900000+200']);
  windows.want(0, 2000, 1_000_000);
  await there(windows, 1999);
  expect(state.mostUnderWay).toBeLessThanOrEqual(2);
});

test('what was pushed meanwhile is loaded without what was there', async () => {
  const total = { count: 250 };
  const { load, calls } = datasetOf(total);
  const windows = windowsOf(load);
  windows.want(240, 250, 250);
  await there(windows, 249);
  total.count = 260;
  windows.want(245, 260, 260);
  await there(windows, 259);
  await there(windows, 249);
  expect(calls).toEqual(['200+200', '250+150']);
});

test('a failure is kept until it is tried again, and loads no more until then', async () => {
  const { load, calls, state } = datasetOf({ count: 1000 });
  const windows = windowsOf(load);
  state.failing = true;
  windows.want(0, 20, 1000);
  await expect.poll(() => windows.error, { message: 'the failure' }).toMatchObject({ message: 'the platform is away' });
  windows.want(0, 30, 1000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toHaveLength(1);
  state.failing = false;
  windows.retry();
  await there(windows, 3);
  expect(windows.error).toBeUndefined();
});

test('a platform that has no items where there should be some is not asked for ever', async () => {
  const { load, calls } = datasetOf({ count: 10 });
  const windows = windowsOf(load);
  windows.want(400, 420, 1000);
  await expect.poll(() => windows.error, { message: 'the failure' }).toBeInstanceOf(Error);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toHaveLength(1);
});

test('a window has fewer items the larger they are', () => {
  expect(windowItemsFor({ bytes: 0, count: 0 })).toBe(200);
  expect(windowItemsFor({ bytes: 145_000_000, count: 1_000_000 })).toBe(200);
  expect(windowItemsFor({ bytes: 10_000_000, count: 100 })).toBe(5);
  expect(windowItemsFor({ bytes: 900_000_000, count: 100 })).toBe(1);
});
