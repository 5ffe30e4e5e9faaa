import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { callStatus, dispatchStatus } from '../../model/dispatch.ts';
import { formatCount, formatExact } from '../../model/format.ts';
import { eventText } from '../../model/webhook-draft.ts';
import {
  type Dispatch,
  type DispatchCall,
  dispatchesQuery,
  dispatchQuery,
  resendDispatch,
} from '../../services/webhooks.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Loaded, PagedCard } from '../../ui/loaded.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { usePage } from '../../ui/pager.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './webhooks.module.css';

/** The log of a webhook: each event that it was told of, and each call that was made for it. */
export function Dispatches({ webhookId }: { readonly webhookId: string }) {
  const page = usePage(25);
  const [openId, setOpenId] = useAddressState<string>('dispatch', '', { isStep: true });
  const query = useQuery({
    ...dispatchesQuery(webhookId, page),
    refetchInterval: useRefetchInterval(),
  });
  return (
    <>
      <PagedCard query={query} page={page} pagerLabel="Pages of dispatches">
        {(rows) => (
          <DataTable
            rows={rows}
            columns={columnsWith(setOpenId)}
            rowId={({ id }) => id}
            label="Dispatches"
            empty={
              <Empty title="Nothing was sent yet">
                <p>The first event shows here. "Send a test" sends one with made-up data at once.</p>
              </Empty>
            }
          />
        )}
      </PagedCard>
      <Dialog title="Dispatch" size="wide" isOpen={openId !== ''} onClose={() => setOpenId('')}>
        {openId !== '' && <OneDispatch dispatchId={openId} onClose={() => setOpenId('')} />}
      </Dialog>
    </>
  );
}

const columnsWith = (open: (id: string) => void): readonly Column<Dispatch>[] => [
  {
    id: 'status',
    header: 'Status',
    cell: ({ status, calls }) => {
      const { tone, text } = dispatchStatus(status, calls);
      return <Pill tone={tone}>{text}</Pill>;
    },
  },
  {
    id: 'event',
    header: 'Event',
    cell: ({ id, eventType }) => (
      <button type="button" className={styles.open} onClick={() => open(id)}>
        {eventText(eventType)}
      </button>
    ),
  },
  {
    id: 'of',
    header: 'Of',
    cell: ({ eventType, eventData }) => <Subject type={eventType} data={eventData} />,
    isMinor: true,
  },
  {
    id: 'calls',
    header: 'Calls',
    cell: ({ calls = [] }) => {
      const last = calls.at(-1);
      return last === undefined ? 'none yet' : `${calls.length}, the last: ${callStatus(last).text}`;
    },
    isMinor: true,
  },
  { id: 'at', header: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

/** The run or build that an event is about. */
function Subject({ type, data }: { readonly type: string; readonly data: Dispatch['eventData'] }) {
  if (type === 'TEST') return <>made-up data</>;
  if (data?.actorRunId) {
    return (
      <Link to="/runs/$runId" params={{ runId: data.actorRunId } as never}>
        Run {data.actorRunId}
      </Link>
    );
  }
  if (!data?.actorBuildId) return <>–</>;
  return (
    <Link to="/builds/$buildId" params={{ buildId: data.actorBuildId } as never}>
      Build {data.actorBuildId}
    </Link>
  );
}

function OneDispatch({ dispatchId, onClose }: { readonly dispatchId: string; readonly onClose: () => void }) {
  const query = useQuery({ ...dispatchQuery(dispatchId), staleTime: 0, refetchInterval: useRefetchInterval() });
  return (
    <Loaded query={query} rows={6}>
      {(dispatch) => <ShownDispatch dispatch={dispatch} onClose={onClose} />}
    </Loaded>
  );
}

function ShownDispatch({ dispatch, onClose }: { readonly dispatch: Dispatch; readonly onClose: () => void }) {
  const { id: dispatchId, status, eventType, eventData, createdAt, calls = [], webhook } = dispatch;
  const queryClient = useQueryClient();
  const resend = useMutation({
    mutationFn: () => resendDispatch(dispatchId),
    onSuccess: async (sent) => {
      queryClient.setQueryData(dispatchQuery(dispatchId).queryKey, sent);
      await queryClient.invalidateQueries({ queryKey: ['dispatches'] });
      say('It is sent again, with the same id.');
    },
  });
  const { tone, text } = dispatchStatus(status, calls);
  const isUnderWay = calls.length > 0 && !calls.at(-1)!.finishedAt;
  return (
    <>
      <dl className={styles.facts}>
        <dt>Status</dt>
        <dd>
          <span role="status">
            <Pill tone={tone}>{text}</Pill>
          </span>
        </dd>
        <dt>Event</dt>
        <dd>
          {eventText(eventType)} · <Subject type={eventType} data={eventData} /> · <Time at={createdAt} />
        </dd>
        <dt>Sent to</dt>
        <dd>{webhook?.requestUrl}</dd>
        <dt>Id</dt>
        <dd>
          <CopyId id={dispatchId} />
        </dd>
      </dl>
      <h3 className={styles.callsTitle}>{calls.length === 0 ? 'No call yet' : formatCount(calls.length, 'call')}</h3>
      <ol className={styles.calls}>
        {calls.map((call, index) => (
          <OneCall key={`${call.startedAt}`} call={call} number={index + 1} />
        ))}
      </ol>
      {resend.error && <Failure error={resend.error} />}
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        <ApiButton
          call={{ about: 'Send it again', method: 'POST', path: `/wherry/v1/webhook-dispatches/${dispatchId}/resend` }}
        />
        <Button
          kind="primary"
          isBusy={resend.isPending}
          disabledReason={isUnderWay ? 'A call is under way.' : undefined}
          onClick={() => resend.mutate()}
        >
          {status === 'ACTIVE' ? 'Send now' : 'Send again'}
        </Button>
      </DialogActions>
    </>
  );
}

function OneCall({ call, number }: { readonly call: DispatchCall; readonly number: number }) {
  const { tone, text } = callStatus(call);
  const { startedAt, finishedAt, errorMessage, responseBody } = call;
  return (
    <li>
      <div className={styles.call}>
        <b>Call {number}</b>
        <Pill tone={tone}>{text}</Pill>
        {startedAt && (
          <span>
            {formatExact(new Date(startedAt))} · took <Elapsed from={startedAt} to={finishedAt} />
          </span>
        )}
      </div>
      {errorMessage && <p className={styles.error}>{errorMessage}</p>}
      {responseBody && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        <pre className={styles.body} tabIndex={0}>
          {responseBody}
        </pre>
      )}
      {finishedAt && !responseBody && !errorMessage && <p className={styles.faint}>The response was empty.</p>}
    </li>
  );
}
