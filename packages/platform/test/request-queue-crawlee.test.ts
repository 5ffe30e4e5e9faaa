import { RequestQueue, RequestQueueV1 } from 'crawlee';
import { expect, test } from 'vitest';
import { startFixture } from './fixture.ts';

const urls = Array.from({ length: 60 }, (_, index) => ({ url: `https://example.com/${index}` }));

for (const [name, Queue] of [
  ['with locks', RequestQueue],
  ['without locks', RequestQueueV1],
] as const) {
  test(`Crawlee’s queue ${name} adds, fetches in order, reclaims, handles, and finishes`, async () => {
    await using fixture = await startFixture();
    const { id } = await fixture.client.requestQueues().getOrCreate();
    const queue = await Queue.open(id, { storageClient: fixture.client as never });
    // The client sends parts of 25 at once, so the order of what is added in one call is its own beyond that.
    for (let start = 0; start < urls.length; start += 20) await queue.addRequests(urls.slice(start, start + 20));
    await queue.addRequest({ url: 'https://example.com/first' }, { forefront: true });
    expect(await queue.addRequest({ url: urls[0]!.url })).toMatchObject({ wasAlreadyPresent: true });

    const fetched: string[] = [];
    let reclaimed = false;
    while (!(await queue.isFinished())) {
      const request = await queue.fetchNextRequest();
      if (request === null) continue;
      fetched.push(request.url);
      if (fetched.length === 5 && !reclaimed) {
        reclaimed = true;
        request.retryCount = 1;
        await queue.reclaimRequest(request);
        continue;
      }
      await queue.markRequestHandled(request);
    }
    const expected = ['https://example.com/first', ...urls.map(({ url }) => url)];
    expect(fetched.slice(0, 20)).toEqual(expected.slice(0, 20));
    expect(fetched).toHaveLength(62);
    expect(new Set(fetched)).toEqual(new Set(expected));
    expect(await fixture.client.requestQueue(id).get()).toMatchObject({
      totalRequestCount: 61,
      handledRequestCount: 61,
      pendingRequestCount: 0,
    });
  });
}

test('two of Crawlee’s queues share the work without a request handled twice', async () => {
  await using fixture = await startFixture();
  const { id } = await fixture.client.requestQueues().getOrCreate();
  await fixture.client.requestQueue(id).batchAddRequests(urls.map(({ url }) => ({ url, uniqueKey: url })));
  const handled: string[] = [];
  const work = async () => {
    // Not through `open`, which gives both workers the same instance.
    const queue = new RequestQueue({ id, client: fixture.client as never });
    while (!(await queue.isFinished())) {
      const request = await queue.fetchNextRequest();
      if (request === null) continue;
      handled.push(request.url);
      await queue.markRequestHandled(request);
    }
  };
  await Promise.all([work(), work()]);
  expect(handled.sort()).toEqual(urls.map(({ url }) => url).sort());
});
