import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../live/live.tsx';
import { dispatchStatus } from '../model/dispatch.ts';
import { formatNumber } from '../model/format.ts';
import { eventText } from '../model/webhook-draft.ts';
import { type ListedWebhook, webhooksQuery } from '../services/webhooks.ts';
import { ButtonLink } from '../ui/button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { PagedCard } from '../ui/loaded.tsx';
import { Empty } from '../ui/notice.tsx';
import { usePage } from '../ui/pager.tsx';
import { Pill } from '../ui/pill.tsx';
import { Time } from '../ui/time.tsx';
import { TargetName } from './target-name.tsx';

interface WebhookListProps {
  readonly actorId?: string;
  readonly taskId?: string;
}

/** The webhooks of an Actor or a task, or all of the account, with a way to a new one. */
export function WebhookList({ actorId, taskId }: WebhookListProps) {
  const page = usePage(50, 'webhooks');
  const query = useQuery({
    ...webhooksQuery({ actorId, taskId, offset: page.offset, limit: page.limit }),
    refetchInterval: useRefetchInterval(),
  });
  const isAll = actorId === undefined && taskId === undefined;
  const search = { ...(actorId && { actorId }), ...(taskId && { taskId }) };
  const create = (
    <ButtonLink
      to="/webhooks/$webhookId"
      params={{ webhookId: 'new' } as never}
      search={search as never}
      size={isAll ? 'normal' : 'small'}
      kind={isAll ? 'primary' : 'plain'}
    >
      New webhook
    </ButtonLink>
  );
  return (
    <PagedCard
      query={query}
      page={page}
      pagerLabel="Pages of webhooks"
      {...(!isAll && { title: 'Webhooks', actions: create })}
    >
      {(rows) => (
        <DataTable
          rows={rows}
          columns={isAll ? [...columns.slice(0, 1), targetColumn, ...columns.slice(1)] : columns}
          rowId={({ id }) => id}
          label="Webhooks"
          sortParameter="webhook-sort"
          empty={
            <Empty title={isAll ? 'There is no webhook yet' : 'No webhook listens to it'}>
              <p>A webhook sends a request to an address of yours when a run or a build starts or ends.</p>
              {isAll && create}
            </Empty>
          }
        />
      )}
    </PagedCard>
  );
}

const targetColumn: Column<ListedWebhook> = {
  id: 'of',
  header: 'Listens to',
  cell: ({ condition }) => (
    <TargetName actorId={condition.actorId} taskId={condition.actorTaskId} runId={condition.actorRunId} />
  ),
};

const columns: readonly Column<ListedWebhook>[] = [
  {
    id: 'url',
    header: 'Sends to',
    cell: ({ id, requestUrl }) => (
      <Link to="/webhooks/$webhookId" params={{ webhookId: id } as never} title={requestUrl ?? ''}>
        {requestUrl}
      </Link>
    ),
    sortBy: ({ requestUrl }) => requestUrl ?? null,
  },
  {
    id: 'events',
    header: 'Events',
    cell: ({ eventTypes }) => {
      const texts = eventTypes.map((type) => eventText(type));
      return <span title={texts.join(', ')}>{texts.join(', ')}</span>;
    },
    isMinor: true,
  },
  {
    id: 'last',
    header: 'Last dispatch',
    cell: ({ lastDispatch }) => {
      if (!lastDispatch) return <>none yet</>;
      const { tone, text } = dispatchStatus(lastDispatch.status);
      return (
        <>
          <Pill tone={tone}>{text}</Pill> {lastDispatch.finishedAt && <Time at={lastDispatch.finishedAt} />}
        </>
      );
    },
    sortBy: ({ lastDispatch }) => lastDispatch?.finishedAt ?? null,
  },
  {
    id: 'count',
    header: 'Dispatches',
    cell: ({ stats }) => formatNumber(stats?.totalDispatches ?? 0),
    sortBy: ({ stats }) => stats?.totalDispatches ?? 0,
    isNumber: true,
    isMinor: true,
  },
];
