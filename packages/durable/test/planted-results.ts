import type { startRun } from '../../platform/test/planted-run.ts';
import type { Json, JsonObject } from '../src/commit.ts';
import type { BackendFixture } from './backend-contract.ts';

type PlantedRun = Awaited<ReturnType<typeof startRun>>;

/** The results of a planted run, as the platform returns them. */
export const resultsOf = (planted: PlantedRun): Pick<BackendFixture, 'items' | 'record' | 'requests' | 'charged'> => ({
  items: async () => (await planted.items()) as JsonObject[],
  record: async (key) => (await planted.store.getRecord(key))?.value as Json | undefined,
  async requests() {
    const { items } = await planted.queueOf().listRequests();
    return Object.fromEntries(items.map(({ uniqueKey, handledAt }) => [uniqueKey, handledAt !== undefined]));
  },
  charged: () => planted.charged(),
});
