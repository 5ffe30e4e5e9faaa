import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useRefetchInterval } from '../live/live.tsx';
import { formatNumber } from '../model/format.ts';
import { linkOf } from '../model/item-values.ts';
import { otherFieldsOf } from '../model/queue-requests.ts';
import { deleteRequest, type QueueRequest, requestQuery } from '../services/request-queues.ts';
import { storagePath } from '../services/storages.ts';
import { ApiButton } from '../ui/api-call.tsx';
import { Button } from '../ui/button.tsx';
import { CopyId } from '../ui/copy-id.tsx';
import { Confirm, DialogActions } from '../ui/dialog.tsx';
import { Empty, Failure, Skeleton } from '../ui/notice.tsx';
import { Facts } from '../ui/page.tsx';
import { Pill } from '../ui/pill.tsx';
import { Time } from '../ui/time.tsx';
import { say } from '../ui/toasts.tsx';
import { ValueView } from '../ui/value-view.tsx';
import styles from './request-story.module.css';

interface StoryProps {
  readonly queueId: string;
  readonly requestId: string;
  readonly onClose: () => void;
}

/** What is known of a request: what it asks for, how often it was tried, what went wrong, who has it now. */
export function RequestStory({ queueId, requestId, onClose }: StoryProps) {
  const refetchInterval = useRefetchInterval();
  const query = requestQuery(queueId, requestId);
  const { data: request, error, refetch } = useQuery({ ...query, refetchInterval });
  if (error && request === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (request === undefined) return <Skeleton rows={8} />;
  if (request === null) {
    return (
      <Empty title="The queue has no such request">
        <p>It was deleted meanwhile, or the address is wrong.</p>
      </Empty>
    );
  }
  const { headers, payload, userData, errorMessages } = request;
  const others = otherFieldsOf(request);
  return (
    <div className={styles.story}>
      <Url request={request} />
      <StoryFacts request={request} />
      <Part title="Errors" isThere={(errorMessages?.length ?? 0) > 0}>
        <ol className={styles.errors}>
          {errorMessages?.map((message, index) => (
            <li key={index}>
              <pre dir="auto">{message.slice(0, 20_000)}</pre>
            </li>
          ))}
        </ol>
      </Part>
      <Part title="User data" isThere={userData !== undefined && userData !== null}>
        <ValueView value={userData} label="User data" />
      </Part>
      <Part title="Headers" isThere={headers !== undefined && headers !== null}>
        <ValueView value={headers} label="Headers" />
      </Part>
      <Part title="Payload" isThere={payload !== undefined && payload !== null}>
        <ValueView value={payload} label="Payload" />
      </Part>
      <Part title="Other fields" isThere={Object.keys(others).length > 0}>
        <ValueView value={others} label="Other fields" />
      </Part>
      <StoryActions queueId={queueId} request={request} onClose={onClose} />
    </div>
  );
}

export function StatePill({ request }: { readonly request: QueueRequest }) {
  if (request.handledAt) return <Pill tone="ok">Handled</Pill>;
  return request.lockExpiresAt === undefined ? <Pill tone="late">Pending</Pill> : <Pill tone="running">Locked</Pill>;
}

function Url({ request }: { readonly request: QueueRequest }) {
  const { url, loadedUrl } = request;
  return (
    <div className={styles.urls}>
      <p>
        <code className={styles.method}>{request.method ?? 'GET'}</code> <Address url={url} />
      </p>
      {loadedUrl && loadedUrl !== url && (
        <p>
          finally loaded from <Address url={loadedUrl} />
        </p>
      )}
    </div>
  );
}

function Address({ url }: { readonly url: string }) {
  const link = linkOf(url);
  const text = (
    <bdi className={styles.url}>
      {url.slice(0, 2000)}
      {url.length > 2000 && '…'}
    </bdi>
  );
  return link === undefined ? (
    text
  ) : (
    <a href={link} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}

function StoryFacts({ request }: { readonly request: QueueRequest }) {
  const { id, uniqueKey, url, retryCount = 0, noRetry, handledAt, lockExpiresAt, lockByClient } = request;
  const facts = [
    { name: 'State', value: <StatePill request={request} /> },
    { name: 'Retries', value: formatNumber(retryCount), ...(noRetry === true && { note: 'no more of them' }) },
    ...(handledAt ? [{ name: 'Handled', value: <Time at={handledAt} /> }] : []),
    ...(lockExpiresAt === undefined
      ? []
      : [
          { name: 'Locked until', value: <Time at={lockExpiresAt} /> },
          { name: 'Locked by', value: <bdi>{lockByClient ?? 'a client that gave no key'}</bdi> },
        ]),
    { name: 'Id', value: <CopyId id={id} /> },
    {
      name: 'Unique key',
      value: uniqueKey === url ? 'its URL' : <CopyId id={uniqueKey} label={uniqueKey.slice(0, 200)} />,
    },
  ];
  return <Facts facts={facts} />;
}

function Part({
  title,
  isThere,
  children,
}: {
  readonly title: string;
  readonly isThere: boolean;
  readonly children: React.ReactNode;
}) {
  if (!isThere) return null;
  return (
    <section>
      <h3 className={styles.heading}>{title}</h3>
      {children}
    </section>
  );
}

function StoryActions({
  queueId,
  request,
  onClose,
}: {
  readonly queueId: string;
  readonly request: QueueRequest;
  readonly onClose: () => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const queryClient = useQueryClient();
  const { id } = request;
  const remove = async () => {
    await deleteRequest(queueId, id);
    onClose();
    say('The request was deleted.');
    await queryClient.invalidateQueries({ queryKey: ['requestQueues', 'one', queueId] });
  };
  const isLocked = request.lockExpiresAt !== undefined;
  return (
    <DialogActions>
      <ApiButton
        call={{
          about: 'Get the request',
          method: 'GET',
          path: `${storagePath('requestQueues', queueId)}/requests/${encodeURIComponent(id)}`,
          javascript: `requestQueue('${queueId}').getRequest('${id}')`,
          python: `request_queue('${queueId}').get_request('${id}')`,
        }}
      />
      <Button
        kind="danger"
        disabledReason={isLocked ? 'A client works on it. Delete it when its lock has ended.' : undefined}
        onClick={() => setIsOpen(true)}
      >
        Delete…
      </Button>
      <Confirm
        title="Delete the request?"
        action="Delete"
        name={id}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        onConfirm={remove}
      >
        <p>It will not be crawled. The same URL can be added again afterwards.</p>
      </Confirm>
    </DialogActions>
  );
}
