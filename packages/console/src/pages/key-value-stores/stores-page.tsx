import { formatNumber } from '../../model/format.ts';
import { StorageList } from '../../parts/storage-list.tsx';
import type { StorageInfo } from '../../services/storages.ts';
import type { Column } from '../../ui/data-table.tsx';

const columns: readonly Column<StorageInfo>[] = [
  {
    id: 'writes',
    header: 'Writes',
    cell: ({ stats }) => formatNumber(stats.writeCount),
    sortBy: ({ stats }) => stats.writeCount,
    isNumber: true,
    isMinor: true,
  },
];

export function StoresPage() {
  return (
    <StorageList
      kind="keyValueStores"
      title="Key-value stores"
      noun="store"
      to="/key-value-stores/$storeId"
      parameter="storeId"
      columns={columns}
      about={
        <p>
          Each run has a store for its input and its output. An Actor opens a named one with{' '}
          <code>Actor.openKeyValueStore('name')</code>.
        </p>
      }
    />
  );
}
