import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useDeletion } from '../../live/deletion.ts';
import { formatCount, formatNumber, formatUsd } from '../../model/format.ts';
import { isOver } from '../../model/status.ts';
import { exitText } from '../../model/timeline-phases.ts';
import { ActorName } from '../../parts/target-name.tsx';
import { deleteRun, type Run, setRunAccess } from '../../services/runs.ts';
import { type Dispatch, runDispatchesQuery } from '../../services/webhooks.ts';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Select } from '../../ui/fields.tsx';
import { LoadedRows } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Time } from '../../ui/time.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import styles from './run-page.module.css';

/** All that is known of a run besides, its webhooks' calls, and its deletion. */
export function RunDetails({ run }: { readonly run: Run }) {
  return (
    <>
      <Card title="Details">
        <dl className={styles.details}>
          {detailsOf(run).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Dispatches runId={run.id} />
      <Deletion run={run} />
    </>
  );
}

function detailsOf(run: Run): [string, React.ReactNode][] {
  const { options, meta, stats, usage, chargedEventCounts } = run;
  return [
    ['Run', <CopyId key="id" id={run.id} />],
    ['Actor', <ActorName key="actor" actorId={run.actId} />],
    [
      'Build',
      <Link key="build" to="/builds/$buildId" params={{ buildId: run.buildId }}>
        {run.buildNumber ?? run.buildId}
      </Link>,
    ],
    ['Started', <Time key="at" at={run.startedAt} />],
    ['Ended', <Time key="at" at={run.finishedAt} />],
    ['Exit code', run.exitCode == null ? '–' : exitText(run.exitCode).replace(/^exit /, '')],
    ['Memory', `${formatNumber(options.memoryMbytes)} MB`],
    ['Disk', `${formatNumber(options.diskMbytes)} MB`],
    ['Timeout', options.timeoutSecs === 0 ? 'none' : `${formatNumber(options.timeoutSecs)} s`],
    ['Restarted on errors', options.restartOnError ? 'yes' : 'no'],
    ['Items at most', options.maxItems == null ? 'no limit' : formatNumber(options.maxItems)],
    ['Charged at most', options.maxTotalChargeUsd == null ? 'no limit' : formatUsd(options.maxTotalChargeUsd)],
    ['Origin', [meta.origin, meta.clientIp, meta.userAgent].filter(Boolean).join(', ')],
    ['Restarts', restartsText(stats)],
    [
      'Usage',
      Object.entries(usage ?? {})
        .map(([name, value]) => `${usageName(name)} ${Number(value).toFixed(4)}`)
        .join(', ') || '–',
    ],
    [
      'Charged events',
      Object.entries(chargedEventCounts ?? {})
        .map(([name, count]) => `${name} ${formatNumber(count)}`)
        .join(', ') || '–',
    ],
    [
      'Web server',
      run.isContainerServerReady && run.containerUrl ? <code key="url">{run.containerUrl}</code> : 'not listening',
    ],
    ['Who may see it', <Access key="access" run={run} />],
  ];
}

function restartsText(stats: Run['stats']): string {
  const counts: readonly [number | undefined, string][] = [
    [stats.migrationCount, 'migration'],
    [stats.rebootCount, 'reboot'],
    [stats.metamorph, 'metamorph'],
    [stats.restartCount, 'after an error'],
    [stats.resurrectCount, 'resurrection'],
  ];
  const named = counts.flatMap(([count = 0, what]) =>
    count === 0 ? [] : what === 'after an error' ? `${count} ${what}` : formatCount(count, what),
  );
  return named.join(', ') || 'none';
}

/** `ACTOR_COMPUTE_UNITS` as words. */
const usageName = (name: string): string =>
  name
    .replace(/^ACTOR_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();

const accesses = [
  { value: 'FOLLOW_USER_SETTING', label: "As the account's setting says" },
  { value: 'RESTRICTED', label: 'Only its owner' },
  { value: 'ANYONE_WITH_ID_CAN_READ', label: 'Anyone who knows its id' },
] as const;

function Access({ run: { id, generalAccess } }: { readonly run: Run }) {
  const queryClient = useQueryClient();
  const change = async (value: string) => {
    try {
      await setRunAccess(id, value as Run['generalAccess']);
      say('Who may see the run is changed.');
    } catch (error) {
      sayFailure(error);
    }
    await queryClient.invalidateQueries({ queryKey: ['runs', 'one', id], exact: true });
  };
  return (
    <Select
      aria-label="Who may see it"
      options={accesses}
      value={generalAccess}
      onChange={(value) => void change(value)}
    />
  );
}

const dispatchTones = { ACTIVE: 'late', SUCCEEDED: 'ok', FAILED: 'failed' } as const;

const dispatchColumns: readonly Column<Dispatch>[] = [
  {
    id: 'status',
    header: 'Status',
    cell: ({ status }) => (
      <Pill tone={dispatchTones[status]}>{status === 'ACTIVE' ? 'Waiting' : status.toLowerCase()}</Pill>
    ),
  },
  { id: 'event', header: 'Event', cell: ({ eventType }) => eventType },
  { id: 'at', header: 'At', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { id: 'url', header: 'To', isMinor: true, cell: ({ webhook }) => webhook?.requestUrl ?? '–' },
  {
    id: 'webhook',
    header: 'Webhook',
    cell: ({ webhookId }) => (
      <Link to="/webhooks/$webhookId" params={{ webhookId }}>
        <code>{webhookId}</code>
      </Link>
    ),
  },
];

function Dispatches({ runId }: { readonly runId: string }) {
  const dispatches = useQuery(runDispatchesQuery(runId));
  return (
    <Card title="Webhooks" note="what was sent about this run">
      <LoadedRows query={dispatches}>
        {(rows) => (
          <DataTable
            rows={rows}
            columns={dispatchColumns}
            rowId={({ id }) => id}
            label="Dispatches of webhooks"
            empty={
              <Empty title="Nothing was sent">
                <p>
                  <Link to="/webhooks">Webhooks</Link> tell other programs when a run starts and ends.
                </p>
              </Empty>
            }
          />
        )}
      </LoadedRows>
    </Card>
  );
}

function Deletion({ run }: { readonly run: Run }) {
  const [isAsked, setIsAsked] = useState(false);
  const deletion = useDeletion();
  const remove = async () => {
    await deletion({ kinds: 'runs', id: run.id, to: '/runs', call: () => deleteRun(run.id) });
    say('The run is deleted.');
  };
  return (
    <Card title="Delete" isPadded>
      <p>The run and its log are deleted for ever. Its storages stay until they are deleted themselves.</p>
      <p className={styles.after}>
        <Button
          kind="danger"
          disabledReason={isOver(run.status) ? undefined : 'Abort the run first.'}
          onClick={() => setIsAsked(true)}
        >
          Delete the run…
        </Button>
      </p>
      <Confirm
        title="Delete the run?"
        action="Delete"
        name={run.id}
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        onConfirm={remove}
      >
        <p>The run and its log cannot be had back.</p>
      </Confirm>
    </Card>
  );
}
