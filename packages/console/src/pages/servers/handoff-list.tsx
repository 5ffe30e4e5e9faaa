import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatDuration } from '../../model/format.ts';
import { type ListedHandoff, recentHandoffsQuery } from '../../services/handoffs.ts';
import { sessionQuery } from '../../services/session.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Select } from '../../ui/fields.tsx';
import { LoadedRows } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Pager, usePage } from '../../ui/pager.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Time } from '../../ui/time.tsx';
import { Toolbar } from '../../ui/toolbar.tsx';
import styles from './servers-page.module.css';

const modes = [
  { value: '', label: 'All modes' },
  { value: 'warm', label: 'Warm' },
  { value: 'cold', label: 'Cold' },
  { value: 'lost', label: 'Server lost' },
];
const outcomes = [
  { value: '', label: 'All outcomes' },
  { value: 'under-way', label: 'Under way' },
  { value: 'done', label: 'Done' },
  { value: 'cancelled', label: 'Cancelled' },
];
const owners = [
  { value: '', label: 'Of all users' },
  { value: 'mine', label: 'Of my runs' },
];

/** @param serverIds what one may choose from; undefined for who does not see the servers */
export function HandoffList({
  serverIds,
  isAdministrator,
}: {
  readonly serverIds: readonly string[] | undefined;
  readonly isAdministrator: boolean;
}) {
  const [mode, setMode] = useAddressState<string>('mode', '');
  const [outcome, setOutcome] = useAddressState<string>('outcome', '');
  const [server, setServer] = useAddressState<string>('server', '');
  const [whose, setWhose] = useAddressState<string>('whose', '');
  const filter = { mode, outcome, server, isMine: whose === 'mine' };
  const page = usePage(50, 'handoff-page');
  const query = useQuery({
    ...recentHandoffsQuery(filter, page),
    refetchInterval: useRefetchInterval(),
  });
  const { data: session } = useQuery(sessionQuery);
  const isNarrowed = mode !== '' || outcome !== '' || server !== '' || whose !== '';
  return (
    <Card
      title="Handoffs"
      note="under way, and of the last 24 hours"
      actions={
        <ApiButton size="small" call={{ about: 'List the handoffs', method: 'GET', path: '/wherry/v1/handoffs' }} />
      }
    >
      <Toolbar>
        <Select aria-label="Mode" options={modes} value={mode} onChange={setMode} />
        <Select aria-label="Outcome" options={outcomes} value={outcome} onChange={setOutcome} />
        {serverIds !== undefined && (
          <Select aria-label="Server" options={serverOptions(serverIds, server)} value={server} onChange={setServer} />
        )}
        {isAdministrator && <Select aria-label="Whose" options={owners} value={whose} onChange={setWhose} />}
      </Toolbar>
      <LoadedRows query={query}>
        {(loaded) => (
          <DataTable
            rows={loaded?.items}
            columns={columnsFor(session?.userId ?? '', isAdministrator)}
            rowId={({ id }) => id}
            label="Handoffs"
            empty={
              <Empty title={isNarrowed ? 'Nothing fits' : 'No run was moved'}>
                <p>A run is moved by a drain of its server, by “Move” on its page, and when its server is lost.</p>
              </Empty>
            }
          />
        )}
      </LoadedRows>
      {query.data !== undefined && <Pager page={page} total={query.data.total} label="Pages of handoffs" />}
    </Card>
  );
}

function serverOptions(serverIds: readonly string[], chosen: string) {
  // A link may name a server that is gone.
  const ids = chosen === '' || serverIds.includes(chosen) ? serverIds : [chosen, ...serverIds];
  return [{ value: '', label: 'All servers' }, ...ids.map((id) => ({ value: id, label: id }))];
}

const outcomePills = {
  requested: { tone: 'move', text: 'Under way' },
  switched: { tone: 'move', text: 'Under way' },
  done: { tone: 'ok', text: 'Done' },
  cancelled: { tone: 'failed', text: 'Cancelled' },
} as const;

const modeWords = { warm: 'warm', cold: 'cold', lost: 'server lost' } as const;

const duration = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));

const userColumn: Column<ListedHandoff> = {
  id: 'user',
  header: 'User',
  cell: ({ username }) => username,
  isMinor: true,
};

/** @param readerId whose runs have pages: an administrator sees where the runs of others are, and not what they do */
const columnsFor = (readerId: string, isAdministrator: boolean): readonly Column<ListedHandoff>[] => [
  { id: 'at', header: 'When', cell: ({ finishedAt, requestedAt }) => <Time at={finishedAt ?? requestedAt} /> },
  {
    id: 'run',
    header: 'Run',
    cell: ({ runId, userId, actorName, actorId }) =>
      userId === readerId ? (
        <Link to="/runs/$runId" params={{ runId } as never} title={runId}>
          <bdi>{actorName ?? actorId}</bdi>
        </Link>
      ) : (
        <bdi title={runId}>{actorName ?? actorId}</bdi>
      ),
  },
  ...(isAdministrator ? [userColumn] : []),
  {
    id: 'where',
    header: 'From → to',
    cell: ({ from, to }) => (
      <span className={styles.where}>
        {from} → {to ?? '–'}
      </span>
    ),
  },
  {
    id: 'mode',
    header: 'Mode',
    cell: ({ mode, reason }) => (reason === 'migration' || reason === 'lost' ? modeWords[mode] : `${reason}, ${mode}`),
    isMinor: true,
  },
  { id: 'drain', header: 'Drain', cell: ({ drainMs }) => duration(drainMs), isNumber: true, isMinor: true },
  { id: 'down', header: 'Down', cell: ({ downtimeMs }) => duration(downtimeMs), isNumber: true },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ phase, outcome }) => {
      const { tone, text } = outcomePills[phase];
      return (
        <span title={outcome}>
          <Pill tone={tone}>{text}</Pill>
        </span>
      );
    },
  },
];
