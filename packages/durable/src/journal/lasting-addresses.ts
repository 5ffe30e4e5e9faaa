import type { CommitParts } from '../commit.ts';
import type { Storages } from './storages.ts';

/**
 * The parts with each storage under the address by which the next process finds it: undefined for the run's default one,
 * so that what is named in two ways is counted as one.
 */
export function withLastingAddresses(parts: CommitParts, storages: Storages): CommitParts {
  return {
    ...parts,
    items: parts.items.map(({ datasetId, ...rest }) => {
      const id = datasetId && storages.lastingId('dataset', datasetId);
      return { ...rest, ...(id && { datasetId: id }) };
    }),
    records: parts.records.map(({ storeId, ...rest }) => {
      const id = storeId && storages.lastingId('store', storeId);
      return { ...rest, ...(id && { storeId: id }) };
    }),
    requests: parts.requests.map(({ queueId, ...rest }) => {
      const id = queueId && storages.lastingId('queue', queueId);
      return { ...rest, ...(id && { queueId: id }) };
    }),
  };
}
