import { formatNumber } from '../../model/format.ts';
import { StorageList } from '../../parts/storage-list.tsx';
import type { Dataset } from '../../services/datasets.ts';
import type { Column } from '../../ui/data-table.tsx';

const columns: readonly Column<Dataset>[] = [
  {
    id: 'items',
    header: 'Items',
    cell: ({ itemCount }) => formatNumber(itemCount),
    sortBy: ({ itemCount }) => itemCount,
    isNumber: true,
  },
];

export function DatasetsPage() {
  return (
    <StorageList
      kind="datasets"
      title="Datasets"
      noun="dataset"
      to="/datasets/$datasetId"
      parameter="datasetId"
      columns={columns}
      about={
        <p>
          Each run has a dataset for its results. An Actor opens a named one with <code>Actor.openDataset('name')</code>
          .
        </p>
      }
    />
  );
}
