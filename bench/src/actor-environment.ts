import { ApifyClient } from 'apify-client';

/** What the stock SDK finds in an Actor's container, with new default storages. */
export async function actorEnvironment(baseUrl: string, token: string): Promise<Record<string, string>> {
  const client = new ApifyClient({ baseUrl, token });
  const [dataset, store, queue] = [
    await client.datasets().getOrCreate(),
    await client.keyValueStores().getOrCreate(),
    await client.requestQueues().getOrCreate(),
  ];
  return {
    APIFY_IS_AT_HOME: '1',
    APIFY_API_BASE_URL: baseUrl,
    APIFY_API_PUBLIC_BASE_URL: baseUrl,
    APIFY_TOKEN: token,
    // Without these the SDK would ask for its run, which does not exist.
    APIFY_ACTOR_PRICING_INFO: '{"pricingModel":"FREE"}',
    APIFY_CHARGED_ACTOR_EVENT_COUNTS: '{}',
    ACTOR_DEFAULT_DATASET_ID: dataset.id,
    ACTOR_DEFAULT_KEY_VALUE_STORE_ID: store.id,
    ACTOR_DEFAULT_REQUEST_QUEUE_ID: queue.id,
    ...quiet,
  };
}

/** What a program without a platform gets: Crawlee keeps its storages in `folder`. */
export const localEnvironment = (folder: string): Record<string, string> => ({
  CRAWLEE_STORAGE_DIR: folder,
  ...quiet,
});

/** Crawlee's local storage warns of each lock that it gives away twice, which it does all the time. */
const quiet = { APIFY_LOG_LEVEL: 'ERROR', CRAWLEE_LOG_LEVEL: 'ERROR' };
