import { formatNumber } from '../../model/format.ts';
import { StorageList } from '../../parts/storage-list.tsx';
import type { RequestQueue } from '../../services/request-queues.ts';
import type { Column } from '../../ui/data-table.tsx';

const columns: readonly Column<RequestQueue>[] = [
  {
    id: 'pending',
    header: 'Not handled',
    cell: ({ pendingRequestCount }) => formatNumber(pendingRequestCount),
    sortBy: ({ pendingRequestCount }) => pendingRequestCount,
    isNumber: true,
  },
  {
    id: 'total',
    header: 'Requests',
    cell: ({ totalRequestCount }) => formatNumber(totalRequestCount),
    sortBy: ({ totalRequestCount }) => totalRequestCount,
    isNumber: true,
  },
];

export function QueuesPage() {
  return (
    <StorageList
      kind="requestQueues"
      title="Request queues"
      noun="queue"
      to="/request-queues/$queueId"
      parameter="queueId"
      columns={columns}
      about={
        <p>
          Each run has a queue for what it crawls. An Actor opens a named one with{' '}
          <code>Actor.openRequestQueue('name')</code>.
        </p>
      }
    />
  );
}
