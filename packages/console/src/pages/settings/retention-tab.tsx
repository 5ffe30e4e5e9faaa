import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { formatBytes, formatCount, formatNumber } from '../../model/format.ts';
import { isUnlimited } from '../../model/usage.ts';
import { aboutQuery } from '../../services/about.ts';
import { type Collection, collectionQuery, startCollection } from '../../services/gc.ts';
import { limitsQuery } from '../../services/limits.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Empty, Failure, Note } from '../../ui/notice.tsx';
import { Card, Facts } from '../../ui/page.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import { AdministratorsOnly } from './administrators-only.tsx';
import { OneValueCard } from './one-value-card.tsx';
import styles from './settings.module.css';

export function RetentionTab({ isAdministrator }: { readonly isAdministrator: boolean }) {
  return (
    <>
      <PlatformDays />
      <OwnDays />
      {isAdministrator ? (
        <Collections />
      ) : (
        <AdministratorsOnly what="What retention has deleted, and a collection at once, are shown here." />
      )}
    </>
  );
}

const kept = [
  { kind: 'runs', name: 'Runs, with their logs', setting: '--retain-runs' },
  { kind: 'storages', name: 'Unnamed storages', setting: '--retain-storages' },
  { kind: 'logs', name: 'Logs', setting: '--retain-logs' },
  { kind: 'builds', name: 'Builds without a tag', setting: '--retain-builds' },
] as const;

function PlatformDays() {
  const query = useQuery(aboutQuery);
  return (
    <Loaded query={query} rows={2}>
      {({ retentionDays }) => (
        <Facts
          facts={kept.map(({ kind, name, setting }) => {
            const days = retentionDays[kind];
            return {
              name,
              value: days === null ? 'kept for ever' : formatCount(days, 'day'),
              note: days === null ? `no ${setting}` : setting,
            };
          })}
        />
      )}
    </Loaded>
  );
}

/** A user may keep what is theirs for fewer days than the operator has set. */
function OwnDays() {
  const query = useQuery(limitsQuery);
  return (
    <Loaded query={query} rows={3}>
      {({ limits: { dataRetentionDays } }) => <OwnDaysForm key={dataRetentionDays} days={dataRetentionDays} />}
    </Loaded>
  );
}

function OwnDaysForm({ days }: { readonly days: number }) {
  const isForEver = isUnlimited(days);
  return (
    <OneValueCard
      title="My own runs and unnamed storages"
      label={isForEver ? 'Days, for ever until you set a number' : 'Days'}
      inputMode="numeric"
      stored={isForEver ? '' : String(days)}
      errorOf={(text) => (/^[1-9]\d*$/.test(text) ? undefined : 'Write how many days.')}
      changesOf={(text) => ({ dataRetentionDays: Number(text) })}
      done="The days were saved."
    >
      What has been over, or was not written, for so many days is deleted within an hour. Your ten newest runs stay.
    </OneValueCard>
  );
}

const kindNames: Readonly<Record<string, string>> = {
  runs: 'Runs',
  datasets: 'Datasets',
  keyValueStores: 'Key-value stores',
  requestQueues: 'Request queues',
  logs: 'Logs',
  builds: 'Builds',
};

interface CollectedRow {
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
}

const columns: readonly Column<CollectedRow>[] = [
  { id: 'kind', header: 'Of', cell: ({ kind }) => kindNames[kind] ?? kind },
  { id: 'count', header: 'How many', cell: ({ count }) => formatNumber(count), isNumber: true },
  { id: 'bytes', header: 'Contents', cell: ({ bytes }) => formatBytes(bytes), isNumber: true },
];

/** No event tells of it, and it may take hours. */
const whileUnderWayMs = 10_000;

function Collections() {
  const { data, error, refetch } = useQuery({
    ...collectionQuery,
    refetchInterval: ({ state }) => (state.data && state.data.finishedAt === null ? whileUnderWayMs : false),
  });
  const [isAsking, setIsAsking] = useState(false);
  const queryClient = useQueryClient();
  const start = async (isDryRun: boolean) => {
    queryClient.setQueryData(collectionQuery.queryKey, await startCollection(isDryRun));
    await queryClient.invalidateQueries({ queryKey: collectionQuery.queryKey });
  };
  const counting = useMutation({ mutationFn: () => start(true) });
  const isUnderWay = data?.finishedAt === null;
  const reason = isUnderWay ? 'One is under way.' : undefined;
  return (
    <Card
      title="Collections"
      note="each hour by themselves"
      actions={
        <>
          <ApiButton
            size="small"
            call={{
              about: 'Count what would be deleted',
              method: 'POST',
              path: '/wherry/v1/gc',
              body: { dryRun: true },
              wherry: 'gc --dry-run',
            }}
          />
          <Button size="small" isBusy={counting.isPending} disabledReason={reason} onClick={() => counting.mutate()}>
            Count only
          </Button>
          <Button size="small" kind="danger" disabledReason={reason} onClick={() => setIsAsking(true)}>
            Delete now
          </Button>
        </>
      }
    >
      {(error ?? counting.error) && <Failure error={error ?? counting.error} retry={() => void refetch()} />}
      {data === null && (
        <Empty title="There was none since the platform was started">
          <p>"Count only" says what a collection would delete, and deletes nothing.</p>
        </Empty>
      )}
      {data && <LastCollection collection={data} />}
      <Confirm
        title="Delete now what retention does not keep"
        action="Delete now"
        name="delete"
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        onConfirm={() => start(false)}
      >
        <p>
          Of all users: runs, unnamed storages, logs and builds that are older than their days. "Count only" says
          beforehand how many these are. It cannot be undone.
        </p>
      </Confirm>
    </Card>
  );
}

function LastCollection({ collection }: { readonly collection: Collection }) {
  const { isDryRun, startedAt, finishedAt, error, collected } = collection;
  const rows = Object.entries(collected).map(([kind, { count, bytes }]) => ({ kind, count, bytes }));
  return (
    <>
      <div className={styles.filters} role="status">
        <span>
          {isDryRun ? 'Counted, nothing deleted' : finishedAt === null ? 'Deleting' : 'Deleted'} ·{' '}
          <Time at={startedAt} /> · {finishedAt === null ? 'under way for' : 'took'}{' '}
          <Elapsed from={startedAt} to={finishedAt} />
        </span>
      </div>
      {error && <Note>It ended early: {error} The next one continues.</Note>}
      <DataTable rows={rows} columns={columns} rowId={({ kind }) => kind} label="The last collection" empty={null} />
    </>
  );
}
