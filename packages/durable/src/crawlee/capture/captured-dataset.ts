import type { JsonObject } from '../../commit.ts';
import type { Captures } from './capture.ts';
import { storageIdOf } from './own-clients.ts';

export const datasetMethods: Captures = {
  /** Crawlee passes JSON texts, each of one item or of an array. */
  async pushItems(work, call) {
    if (work === undefined) return call.stock();
    const [given] = call.arguments as unknown as [string | object | readonly (string | object)[]];
    const datasetId = storageIdOf(call.client, 'dataset');
    work.transaction.pushData(itemsOf(given), { ...(datasetId !== undefined && { datasetId }) });
  },
};

function itemsOf(given: string | object | readonly (string | object)[]): JsonObject[] {
  if (Array.isArray(given)) return given.flatMap(itemsOf);
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const parsed = JSON.parse(text) as JsonObject | JsonObject[];
  return Array.isArray(parsed) ? parsed : [parsed];
}
