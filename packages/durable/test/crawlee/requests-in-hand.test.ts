import { Request } from 'crawlee';
import { expect, test } from 'vitest';
import { RequestsInHand } from '../../src/crawlee/requests-in-hand.ts';

const request = (handledAt?: string) => {
  const made = new Request({ url: 'http://127.0.0.1/', ...(handledAt !== undefined && { handledAt }) });
  made.id = 'one';
  return made;
};
const done = request(new Date(0).toISOString());

test('[crawl-1] a request that is in hand is not given out again, until it goes back', async () => {
  const inHand = new RequestsInHand();
  const first = request();
  expect(await inHand.take(async () => first)).toBe(first);
  expect(await inHand.take(async () => request())).toBeNull();
  inHand.giveBack(first);
  const again = request();
  expect(await inHand.take(async () => again)).toBe(again);
});

test('[crawl-1] one that is handled while it is being fetched is not given out', async () => {
  const inHand = new RequestsInHand();
  await inHand.take(async () => request());
  const late = Promise.withResolvers<Request>();
  const fetched = inHand.take(() => late.promise);
  inHand.end(done);
  late.resolve(request());
  expect(await fetched).toBeNull();
});

test('the memory of what was handled ends with the fetches that it is for', async () => {
  const inHand = new RequestsInHand();
  await inHand.take(async () => request());
  inHand.end(done);
  const next = request();
  expect(await inHand.take(async () => next)).toBe(next);
});

test('a request that is neither handled nor given back, as one that is to wait, can be fetched again', async () => {
  const inHand = new RequestsInHand();
  await inHand.take(async () => request());
  const late = Promise.withResolvers<Request>();
  const fetched = inHand.take(() => late.promise);
  inHand.end(request());
  const again = request();
  late.resolve(again);
  expect(await fetched).toBe(again);
});
