/** Takes away what a run made, so that the next one finds what the first one found. */
import type { ApifyClient } from 'apify-client';

export async function clearRuns(client: ApifyClient): Promise<void> {
  const { items: runs } = await client.runs().list({ limit: 1000 });
  await Promise.all(runs.map(({ id }) => client.run(id).delete()));
  const [datasets, stores, queues] = await Promise.all([
    client.datasets().list({ unnamed: true, limit: 1000 }),
    client.keyValueStores().list({ unnamed: true, limit: 1000 }),
    client.requestQueues().list({ unnamed: true, limit: 1000 }),
  ]);
  await Promise.all([
    ...datasets.items.map(({ id }) => client.dataset(id).delete()),
    ...stores.items.map(({ id }) => client.keyValueStore(id).delete()),
    ...queues.items.map(({ id }) => client.requestQueue(id).delete()),
  ]);
}
