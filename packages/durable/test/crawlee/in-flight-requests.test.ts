import { Request } from 'crawlee';
import { expect, test } from 'vitest';
import { InFlightRequests } from '../../src/crawlee/in-flight-requests.ts';

const request = (handledAt?: string) => {
  const made = new Request({ url: 'http://127.0.0.1/', ...(handledAt !== undefined && { handledAt }) });
  made.id = 'one';
  return made;
};
const done = request(new Date(0).toISOString());

test('[crawl-1] a request that is in hand is not given out again, until it goes back', async () => {
  const inFlight = new InFlightRequests();
  const first = request();
  expect(await inFlight.take(async () => first)).toBe(first);
  expect(await inFlight.take(async () => request())).toBeNull();
  inFlight.reclaim(first);
  const again = request();
  expect(await inFlight.take(async () => again)).toBe(again);
});

test('[crawl-1] one that is handled while it is being fetched is not given out', async () => {
  const inFlight = new InFlightRequests();
  await inFlight.take(async () => request());
  const late = Promise.withResolvers<Request>();
  const fetched = inFlight.take(() => late.promise);
  inFlight.end(done);
  late.resolve(request());
  expect(await fetched).toBeNull();
});

test('the memory of what was handled ends with the fetches that it is for', async () => {
  const inFlight = new InFlightRequests();
  await inFlight.take(async () => request());
  inFlight.end(done);
  const next = request();
  expect(await inFlight.take(async () => next)).toBe(next);
});

test('a request that is neither handled nor given back, as one that is to wait, can be fetched again', async () => {
  const inFlight = new InFlightRequests();
  await inFlight.take(async () => request());
  const late = Promise.withResolvers<Request>();
  const fetched = inFlight.take(() => late.promise);
  inFlight.end(request());
  const again = request();
  late.resolve(again);
  expect(await fetched).toBe(again);
});
