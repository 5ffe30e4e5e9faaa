import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatBytes, formatNumber } from '../../model/format.ts';
import { storageName } from '../../model/storage-list.ts';
import { QueueRequests } from '../../parts/queue-requests.tsx';
import { StorageAbout, StorageActions } from '../../parts/storage-page.tsx';
import { queueQuery, type RequestQueue } from '../../services/request-queues.ts';
import { storagePath } from '../../services/storages.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { LoadedPage } from '../../ui/loaded.tsx';
import { Card, Facts, Page } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';

export function QueuePage() {
  const { queueId } = useParams({ strict: false }) as { readonly queueId: string };
  const refetchInterval = useRefetchInterval();
  const query = useQuery({ ...queueQuery(queueId), refetchInterval });
  return (
    <LoadedPage title="Request queue" query={query}>
      {(queue) => <ShownQueue queue={queue} />}
    </LoadedPage>
  );
}

function ShownQueue({ queue }: { readonly queue: RequestQueue }) {
  const { id, stats, totalRequestCount, handledRequestCount, pendingRequestCount, hadMultipleClients } = queue;
  return (
    <Page
      title={storageName(queue)}
      heading={<bdi>{storageName(queue)}</bdi>}
      about={<StorageAbout kind="requestQueues" storage={queue} />}
      actions={
        <>
          <ApiButton
            call={{
              about: 'Get the request queue',
              method: 'GET',
              path: storagePath('requestQueues', id),
              javascript: `requestQueue('${id}').get()`,
              python: `request_queue('${id}').get()`,
            }}
          />
          <StorageActions kind="requestQueues" storage={queue} />
        </>
      }
    >
      <Facts
        facts={[
          { name: 'Requests', value: formatNumber(totalRequestCount) },
          { name: 'Pending or locked', value: formatNumber(pendingRequestCount) },
          { name: 'Handled', value: formatNumber(handledRequestCount) },
          { name: 'Clients', value: hadMultipleClients ? 'several' : 'one at most' },
          { name: 'Size', value: formatBytes(stats.storageBytes) },
          { name: 'Last change', value: <Time at={queue.modifiedAt} /> },
        ]}
      />
      <Card title="Requests">
        <QueueRequests queueId={id} />
      </Card>
    </Page>
  );
}
