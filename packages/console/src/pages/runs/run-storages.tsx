import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatBytes, formatCount, formatNumber } from '../../model/format.ts';
import { type Run, type StorageCounts, storageCountsQuery } from '../../services/runs.ts';
import type { StorageKind } from '../../services/storages.ts';
import { CopyId } from '../../ui/copy-id.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Card } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';

interface Row {
  readonly kind: StorageKind;
  readonly alias: string;
  readonly id: string;
  /** Undefined while it is loaded, null when it is deleted. */
  readonly counts: StorageCounts | null | undefined;
}

const kinds = ['datasets', 'keyValueStores', 'requestQueues'] as const;
const names = { datasets: 'Dataset', keyValueStores: 'Key-value store', requestQueues: 'Request queue' } as const;

/** All storages that belong to the run. */
export function RunStorages({ run }: { readonly run: Run }) {
  const usual = {
    datasets: run.defaultDatasetId,
    keyValueStores: run.defaultKeyValueStoreId,
    requestQueues: run.defaultRequestQueueId,
  };
  const storages = kinds.flatMap((kind) =>
    Object.entries(run.storageIds?.[kind] ?? { default: usual[kind] }).map(([alias, id]) => ({ kind, alias, id })),
  );
  const counts = useQueries({ queries: storages.map(({ kind, id }) => storageCountsQuery(kind, id)) });
  const rows = storages.map((storage, index): Row => ({ ...storage, counts: counts[index]?.data }));
  return (
    <Card>
      <DataTable
        rows={rows}
        columns={columns}
        rowId={({ kind, alias }) => `${kind} ${alias}`}
        label="Storages of the run"
        empty={null}
      />
    </Card>
  );
}

const columns: readonly Column<Row>[] = [
  { id: 'kind', header: 'Kind', cell: ({ kind }) => names[kind] },
  { id: 'alias', header: 'Name', cell: ({ alias, counts }) => <StorageLabel alias={alias} name={counts?.name} /> },
  { id: 'has', header: 'Has', cell: (row) => <StorageLink {...row} /> },
  {
    id: 'size',
    header: 'Size',
    isNumber: true,
    isMinor: true,
    cell: ({ counts }) => (counts?.stats?.storageBytes === undefined ? '–' : formatBytes(counts.stats.storageBytes)),
  },
  { id: 'changed', header: 'Changed', isMinor: true, cell: ({ counts }) => <Time at={counts?.modifiedAt} /> },
  { id: 'id', header: 'Id', isMinor: true, cell: ({ id }) => <CopyId id={id} /> },
];

function StorageLabel({ alias, name }: { readonly alias: string; readonly name: string | null | undefined }) {
  return <>{name ? `${alias}, named ${name}` : alias}</>;
}

function StorageLink({ kind, id, counts }: Row) {
  if (counts === null) return <>deleted</>;
  if (kind === 'datasets') {
    return (
      <Link to="/datasets/$datasetId" params={{ datasetId: id }}>
        {countText(kind, counts)}
      </Link>
    );
  }
  if (kind === 'keyValueStores') {
    return (
      <Link to="/key-value-stores/$storeId" params={{ storeId: id }}>
        Records
      </Link>
    );
  }
  return (
    <Link to="/request-queues/$queueId" params={{ queueId: id }}>
      {countText(kind, counts)}
    </Link>
  );
}

function countText(kind: 'datasets' | 'requestQueues', counts: StorageCounts | undefined): string {
  if (counts === undefined) return '…';
  if (kind === 'datasets') return formatCount(counts.itemCount ?? 0, 'item');
  const { totalRequestCount = 0, handledRequestCount = 0 } = counts;
  if (totalRequestCount === 0) return '0 requests';
  return `${formatNumber(handledRequestCount)} of ${formatNumber(totalRequestCount)} handled`;
}
