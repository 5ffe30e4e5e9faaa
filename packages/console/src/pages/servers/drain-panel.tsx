import { useMutation, useMutationState, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatCount, formatDuration } from '../../model/format.ts';
import {
  type Drained,
  type DrainResult,
  drainedRuns,
  drainObstacle,
  drainSummary,
  type MoveState,
  type Server,
  type ServerRun,
} from '../../model/servers.ts';
import type { Tone } from '../../model/status.ts';
import { formatMbytes } from '../../parts/server-load.tsx';
import { drainServer, lastHandoffQuery, serverRunsQuery, undrainServer } from '../../services/servers.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Failure, Note, Skeleton } from '../../ui/notice.tsx';
import { Facts } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import styles from './servers-page.module.css';

interface DrainPanelProps {
  readonly server: Server;
  readonly servers: readonly Server[];
  readonly onClose: () => void;
}

/** Says what a drain will do, and once it has begun, how far it is. */
export function DrainPanel({ server, servers, onClose }: DrainPanelProps) {
  const refetchInterval = useRefetchInterval();
  const { data: present, error } = useQuery({ ...serverRunsQuery(server.id), refetchInterval });
  const drain = useDrain(server.id);
  const hasBegun = drain.status !== undefined || server.state === 'draining';
  return (
    <Dialog title={`Drain ${server.id}`} isOpen onClose={onClose} size="wide">
      {error !== null && <Failure error={error} />}
      {drain.error !== null && <Failure error={drain.error} />}
      {hasBegun ? (
        <Progress server={server} present={present} drain={drain} onClose={onClose} />
      ) : (
        <Plan server={server} servers={servers} present={present} onDrain={() => drain.begin(present ?? [])} />
      )}
    </Dialog>
  );
}

interface DrainUnderWay {
  readonly status: 'pending' | 'success' | 'error' | undefined;
  readonly runs: readonly ServerRun[];
  readonly result: DrainResult | undefined;
  readonly error: unknown;
  readonly begin: (runs: readonly ServerRun[]) => void;
}

/** The latest drain of a server by this page. It is kept when the panel is closed, and found when it is opened again. */
function useDrain(serverId: string): DrainUnderWay {
  const queryClient = useQueryClient();
  const mutationKey = ['servers', 'drain', serverId];
  const { mutate } = useMutation({
    mutationKey,
    gcTime: Number.POSITIVE_INFINITY,
    mutationFn: (_: readonly ServerRun[]) => drainServer(serverId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['servers'] }),
  });
  const [latest] = useMutationState({ filters: { mutationKey }, select: ({ state }) => state }).slice(-1);
  return {
    status: latest === undefined || latest.status === 'idle' ? undefined : latest.status,
    runs: (latest?.variables as readonly ServerRun[] | undefined) ?? none,
    result: latest?.data as DrainResult | undefined,
    error: latest?.error ?? null,
    begin: mutate,
  };
}

const none: readonly ServerRun[] = [];

const runName = ({ actorName, actorId }: ServerRun): string => actorName ?? actorId;

const runColumns: readonly Column<ServerRun>[] = [
  {
    id: 'run',
    header: 'Run',
    cell: (run) => (
      <Link to="/runs/$runId" params={{ runId: run.runId }}>
        {runName(run)}
      </Link>
    ),
  },
  { id: 'user', header: 'User', cell: ({ username }) => username, isMinor: true },
  { id: 'attempt', header: 'Attempt', cell: ({ attempt }) => attempt, isNumber: true },
  { id: 'memory', header: 'Memory', cell: ({ memoryMbytes }) => formatMbytes(memoryMbytes), isNumber: true },
];

interface PlanProps {
  readonly server: Server;
  readonly servers: readonly Server[];
  readonly present: readonly ServerRun[] | undefined;
  readonly onDrain: () => void;
}

/** What will happen, before it does. */
function Plan({ server, servers, present, onDrain }: PlanProps) {
  const obstacle = drainObstacle(server, servers);
  const count = present?.length ?? server.activeAttempts;
  return (
    <>
      <p>
        No new run starts on <b>{server.id}</b> from now on
        {count === 0
          ? '. No run is on it, so it is empty at once.'
          : `, and ${formatCount(count, 'run is', 'runs are')} moved to other servers, four at a time.`}
      </p>
      {count > 0 && (
        <ul className={styles.steps}>
          <li>Each move is warm: the next attempt boots first, the present one finishes what it has in flight.</li>
          <li>Where there is no memory for both, the move is cold, and the run waits while the next attempt boots.</li>
          <li>
            An Actor with durable state repeats nothing. A stock one repeats what it has not saved when its time to
            finish is over.
          </li>
          <li>A run that finds no room elsewhere goes on here, and is listed with the reason.</li>
        </ul>
      )}
      {obstacle !== undefined && <Note>{obstacle}</Note>}
      {present === undefined && <Skeleton />}
      {present !== undefined && present.length > 0 && (
        <div className={styles.table}>
          <DataTable
            rows={present}
            columns={runColumns}
            rowId={({ runId, attempt }) => `${runId}/${attempt}`}
            label="Runs that will be moved"
            empty={null}
          />
        </div>
      )}
      <DialogActions>
        <ApiButton
          call={{
            about: `Drain ${server.id}`,
            method: 'POST',
            path: `/wherry/v1/servers/${encodeURIComponent(server.id)}/drain`,
            wherry: `drain ${server.id}`,
          }}
        />
        <Button
          kind="primary"
          disabledReason={present === undefined ? 'Its runs are not known yet.' : undefined}
          onClick={onDrain}
        >
          Drain {server.id}
        </Button>
      </DialogActions>
    </>
  );
}

interface ProgressProps {
  readonly server: Server;
  readonly present: readonly ServerRun[] | undefined;
  readonly drain: DrainUnderWay;
  readonly onClose: () => void;
}

function Progress({ server, present, drain, onClose }: ProgressProps) {
  const queryClient = useQueryClient();
  const refetchInterval = useRefetchInterval();
  const seen = useSeen(drain.runs, present);
  const handoffs = useQueries({ queries: seen.map(({ runId }) => ({ ...lastHandoffQuery(runId), refetchInterval })) });
  const runs = drainedRuns({
    serverId: server.id,
    seen,
    present,
    handoffs: new Map(seen.map(({ runId }, index) => [runId, handoffs[index]?.data])),
    result: drain.result,
  });
  const undrain = useMutation({
    mutationFn: () => undrainServer(server.id),
    onSuccess: onClose,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['servers'] }),
  });
  const { medianMs, worstMs, moved, open, failed, sentence } = drainSummary(runs);
  const isOver = drain.result !== undefined || (drain.status !== 'pending' && open === 0);
  return (
    <>
      <p role="status">
        {isOver && failed.length === 0 ? `${server.id} is drained. ` : ''}
        {sentence}
        {isOver && failed.length === 0 && ' The machine may go.'}
      </p>
      {runs.length > 0 && (
        <Facts
          facts={[
            { name: 'Moved', value: moved, note: `of ${runs.length}` },
            { name: 'Median downtime', value: medianMs === undefined ? '–' : formatDuration(medianMs) },
            { name: 'Worst downtime', value: worstMs === undefined ? '–' : formatDuration(worstMs) },
            { name: 'Not moved', value: failed.length },
          ]}
        />
      )}
      {failed.length > 0 && (
        <Note>What could not be moved goes on here. Make room on another server, then drain again.</Note>
      )}
      {runs.length > 0 && (
        <div className={styles.table}>
          <DataTable
            rows={runs}
            columns={moveColumns}
            rowId={({ run }) => `${run.runId}/${run.attempt}`}
            label="Handoffs of the drain"
            empty={null}
          />
        </div>
      )}
      {undrain.error !== null && <Failure error={undrain.error} />}
      <DialogActions>
        {drain.status !== 'pending' && open + failed.length > 0 && (
          <Button onClick={() => drain.begin(present ?? [])}>Drain again</Button>
        )}
        <Button
          isBusy={undrain.isPending}
          disabledReason={drain.status === 'pending' ? 'Its runs are being moved.' : undefined}
          onClick={() => undrain.mutate()}
        >
          Undrain
        </Button>
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </>
  );
}

/** The runs of a drain: those that were there when it began, and what was seen since. A run stays when it has left. */
function useSeen(begun: readonly ServerRun[], present: readonly ServerRun[] | undefined): readonly ServerRun[] {
  const [seen, setSeen] = useState(begun);
  useEffect(() => {
    setSeen((before) => {
      const known = new Set(before.map(({ runId }) => runId));
      const more = [...begun, ...(present ?? [])].filter(({ runId, phase }) => !known.has(runId) && phase === 'active');
      return more.length === 0 ? before : [...before, ...more];
    });
  }, [begun, present]);
  return seen;
}

const moveTexts: Readonly<Record<MoveState['kind'], { readonly tone: Tone; readonly text: string }>> = {
  waits: { tone: 'late', text: 'Waits' },
  moving: { tone: 'move', text: 'Moving' },
  moved: { tone: 'ok', text: 'Moved' },
  left: { tone: 'ended', text: 'Left' },
  failed: { tone: 'failed', text: 'Not moved' },
};

const moveColumns: readonly Column<Drained>[] = [
  { id: 'run', header: 'Run', cell: ({ run }) => runColumns[0]!.cell(run) },
  { id: 'user', header: 'User', cell: ({ run }) => run.username, isMinor: true },
  {
    id: 'state',
    header: 'Handoff',
    cell: ({ state }) => <Pill tone={moveTexts[state.kind].tone}>{moveTexts[state.kind].text}</Pill>,
  },
  { id: 'how', header: 'How', cell: ({ state }) => <How state={state} /> },
  { id: 'drained', header: 'Drained in', cell: ({ state }) => msOf(state, 'drainMs'), isNumber: true, isMinor: true },
  { id: 'down', header: 'Down', cell: ({ state }) => msOf(state, 'downtimeMs'), isNumber: true },
];

function msOf(state: MoveState, field: 'drainMs' | 'downtimeMs'): string {
  const ms = state.kind === 'moved' ? state.handoff[field] : null;
  return ms === null ? '–' : formatDuration(ms);
}

function How({ state }: { readonly state: MoveState }) {
  switch (state.kind) {
    case 'waits':
      return 'for its turn, four at a time';
    case 'moving':
      return state.to === null ? 'the next attempt is being placed' : `to ${state.to}`;
    case 'moved':
      return `${state.handoff.mode}, to ${state.handoff.to}`;
    case 'left':
      return 'ended, or was moved before';
    case 'failed':
      return <span className={styles.reason}>{state.message}</span>;
  }
}
