import { formatDuration } from '../../model/format.ts';
import { reasonWords } from '../../model/run-story.ts';
import {
  type AttemptPhases,
  phasesOf,
  phaseWords,
  type TimelineAttempt,
  type TimelineHandoff,
} from '../../model/timeline-phases.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Time, useNow } from '../../ui/time.tsx';

interface Row extends AttemptPhases {
  /** How it took over from the one before. */
  readonly handoff: TimelineHandoff | undefined;
}

/** The facts of the timeline, for those who read rather than look. */
export function AttemptTable({
  attempts,
  handoffs,
}: {
  readonly attempts: readonly TimelineAttempt[];
  readonly handoffs: readonly TimelineHandoff[];
}) {
  const nowMs = useNow();
  const byTarget = new Map(handoffs.map((handoff) => [handoff.toAttempt, handoff]));
  const rows = phasesOf(attempts, handoffs, nowMs).map((each) => ({
    ...each,
    handoff: byTarget.get(each.attempt.number),
  }));
  return (
    <DataTable
      rows={rows.toReversed()}
      columns={columns}
      rowId={({ attempt }) => String(attempt.number)}
      label="Attempts"
      empty={null}
    />
  );
}

const took = ({ phases }: AttemptPhases, wanted: string): string => {
  const ms = phases.filter(({ name }) => name === wanted).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return ms === 0 ? '–' : formatDuration(ms);
};

function stateText({ attempt, phases, end }: Row): string {
  if (end.kind === 'open') return phaseWords[phases.at(-1)?.name ?? 'boots'];
  return end.kind === 'replaced' ? (attempt.activatedAtMs === null ? 'not needed' : 'fenced') : end.text;
}

const columns: readonly Column<Row>[] = [
  {
    id: 'number',
    header: 'Attempt',
    isNumber: true,
    sortBy: ({ attempt }) => attempt.number,
    cell: ({ attempt }) => attempt.number,
  },
  {
    id: 'server',
    header: 'Server',
    sortBy: ({ attempt }) => attempt.serverId,
    cell: ({ attempt }) => attempt.serverId,
  },
  { id: 'reason', header: 'Because of', cell: ({ attempt }) => reasonWords(attempt.reason) },
  {
    id: 'mode',
    header: 'Handoff',
    cell: ({ handoff }) =>
      handoff === undefined ? '–' : handoff.phase === 'cancelled' ? `${handoff.mode}, cancelled` : handoff.mode,
  },
  { id: 'started', header: 'Started', cell: ({ fromMs }) => <Time at={fromMs} /> },
  { id: 'boots', header: 'Boots', isNumber: true, isMinor: true, cell: (row) => took(row, 'boots') },
  { id: 'waits', header: 'At the gate', isNumber: true, isMinor: true, cell: (row) => took(row, 'waits') },
  { id: 'active', header: 'Active', isNumber: true, cell: (row) => took(row, 'active') },
  { id: 'drains', header: 'Drains', isNumber: true, isMinor: true, cell: (row) => took(row, 'drains') },
  {
    id: 'down',
    header: 'Downtime before',
    isNumber: true,
    sortBy: ({ handoff }) => handoff?.downtimeMs,
    cell: ({ handoff }) => (handoff?.downtimeMs == null ? '–' : formatDuration(handoff.downtimeMs)),
  },
  { id: 'end', header: 'State', cell: stateText },
];
