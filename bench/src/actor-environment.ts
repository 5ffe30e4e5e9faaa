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
    // Without these the SDK would request its run, which does not exist.
    APIFY_ACTOR_PRICING_INFO: '{"pricingModel":"FREE"}',
    APIFY_CHARGED_ACTOR_EVENT_COUNTS: '{}',
    ACTOR_DEFAULT_DATASET_ID: dataset.id,
    ACTOR_DEFAULT_KEY_VALUE_STORE_ID: store.id,
    ACTOR_DEFAULT_REQUEST_QUEUE_ID: queue.id,
    ...quiet,
  };
}

/** The environment of a program without a platform: Crawlee stores its data in `folder`. */
export const localEnvironment = (folder: string): Record<string, string> => ({
  CRAWLEE_STORAGE_DIR: folder,
  ...quiet,
});

/** Switches off Crawlee's warnings: its local storage often gives a lock away twice, and warns each time. */
const quiet = { APIFY_LOG_LEVEL: 'ERROR', CRAWLEE_LOG_LEVEL: 'ERROR' };
