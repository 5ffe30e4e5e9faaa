import { Request } from 'crawlee';
import { expect, test } from 'vitest';
import { InFlightRequests } from '../../src/crawlee/in-flight-requests.ts';

const request = (handledAt?: string) => {
  const made = new Request({ url: 'http://127.0.0.1/', ...(handledAt !== undefined && { handledAt }) });
  made.id = 'one';
  return made;
};
const done = request(new Date(0).toISOString());

test('[crawl-1] a request that is in flight is not returned again until it is reclaimed', async () => {
  const inFlight = new InFlightRequests();
  const first = request();
  expect(await inFlight.fetch(async () => first)).toBe(first);
  expect(await inFlight.fetch(async () => request())).toBeNull();
  inFlight.reclaim(first);
  const again = request();
  expect(await inFlight.fetch(async () => again)).toBe(again);
});

test('[crawl-1] a request that is handled while it is being fetched is not returned', async () => {
  const inFlight = new InFlightRequests();
  await inFlight.fetch(async () => request());
  const late = Promise.withResolvers<Request>();
  const fetched = inFlight.fetch(() => late.promise);
  inFlight.end(done);
  late.resolve(request());
  expect(await fetched).toBeNull();
});

test('a handled request is remembered only until the fetches during which it was handled have ended', async () => {
  const inFlight = new InFlightRequests();
  await inFlight.fetch(async () => request());
  inFlight.end(done);
  const next = request();
  expect(await inFlight.fetch(async () => next)).toBe(next);
});

test('a request that is neither handled nor reclaimed, such as one that has to wait, can be fetched again', async () => {
  const inFlight = new InFlightRequests();
  await inFlight.fetch(async () => request());
  const late = Promise.withResolvers<Request>();
  const fetched = inFlight.fetch(() => late.promise);
  inFlight.end(request());
  const again = request();
  late.resolve(again);
  expect(await fetched).toBe(again);
});
