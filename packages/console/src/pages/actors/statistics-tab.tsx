import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatBytes, formatDuration, formatNumber } from '../../model/format.ts';
import { chartSteps, knownMemoryOf, summaryOf } from '../../model/run-statistics.ts';
import { type RunStatistics, statisticsQuery } from '../../services/actors.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card, Facts } from '../../ui/page.tsx';
import { StatusPill } from '../../ui/pill.tsx';
import { Time } from '../../ui/time.tsx';
import styles from './actors.module.css';

/** With uPlot, which nothing else of the page needs. */
const RunChart = lazy(() => import('./run-chart.tsx'));

/** The last 200 runs: how long they took, what they needed, what they gave. */
export function StatisticsTab({ actorId }: { readonly actorId: string }) {
  const refetchInterval = useRefetchInterval();
  const { data: runs, error, refetch } = useQuery({ ...statisticsQuery(actorId), refetchInterval });
  if (runs === undefined) {
    return (
      <Card>{error === null ? <Skeleton rows={10} /> : <Failure error={error} retry={() => void refetch()} />}</Card>
    );
  }
  if (runs.length === 0) {
    return (
      <Card>
        <Empty title="No run yet">
          <p>Start the Actor under Input. Each run adds a bar here.</p>
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <Summary runs={runs} />
      <div className={styles.charts}>
        <Chart
          title="Duration"
          runs={runs}
          figureOf={({ durationMs }) => durationMs}
          format={formatDuration}
          steps={chartSteps.milliseconds}
        />
        <Chart title="Memory" runs={runs} figureOf={knownMemoryOf} format={formatBytes} steps={chartSteps.bytes} />
        <Chart
          title="Results"
          runs={runs}
          figureOf={({ results }) => results}
          format={formatNumber}
          steps={chartSteps.counts}
        />
      </div>
      <Card title="Runs" note={`the last ${runs.length}, newest first`}>
        <DataTable
          label="Runs with their figures"
          rows={runs}
          rowId={({ runId }) => runId}
          columns={columns}
          empty={null}
        />
      </Card>
    </>
  );
}

function Summary({ runs }: { readonly runs: readonly RunStatistics[] }) {
  const { ended, succeeded, medianDurationMs, memoryMaxBytes, results } = summaryOf(runs);
  return (
    <Facts
      facts={[
        { name: 'Runs', value: formatNumber(runs.length), note: runs.length >= 200 ? 'the last 200' : undefined },
        {
          name: 'Succeeded',
          value: ended === 0 ? '–' : `${Math.round((succeeded / ended) * 100)} %`,
          note: `${succeeded} of ${ended} that are over`,
        },
        { name: 'Median duration', value: medianDurationMs === undefined ? '–' : formatDuration(medianDurationMs) },
        { name: 'Most memory', value: memoryMaxBytes === undefined ? '–' : formatBytes(memoryMaxBytes) },
        { name: 'Results', value: formatNumber(results) },
      ]}
    />
  );
}

interface ChartProps {
  readonly title: string;
  readonly runs: readonly RunStatistics[];
  readonly figureOf: (run: RunStatistics) => number | null;
  readonly format: (value: number) => string;
  readonly steps: readonly number[];
}

function Chart({ title, runs, figureOf, format, steps }: ChartProps) {
  const oldestFirst = runs.toReversed();
  return (
    <Card title={title} note="oldest to newest">
      <div className={styles.chart}>
        <Suspense fallback={<Skeleton rows={5} />}>
          <RunChart
            title={title}
            values={oldestFirst.map(figureOf)}
            labels={oldestFirst.map(({ startedAt }) => startedAt)}
            format={format}
            steps={steps}
          />
        </Suspense>
      </div>
    </Card>
  );
}

const columns: readonly Column<RunStatistics>[] = [
  {
    id: 'run',
    header: 'Run',
    cell: ({ runId }) => (
      <Link to="/runs/$runId" params={{ runId } as never}>
        <code>{runId}</code>
      </Link>
    ),
  },
  { id: 'status', header: 'Status', cell: ({ status }) => <StatusPill status={status} />, sortBy: (run) => run.status },
  {
    id: 'started',
    header: 'Started',
    cell: ({ startedAt }) => <Time at={startedAt} />,
    sortBy: (run) => run.startedAt,
  },
  {
    id: 'duration',
    header: 'Duration',
    cell: ({ durationMs }) => (durationMs === null ? '–' : formatDuration(durationMs)),
    sortBy: (run) => run.durationMs,
    isNumber: true,
  },
  {
    id: 'memory',
    header: 'Memory',
    cell: (run) => {
      const bytes = knownMemoryOf(run);
      return bytes === null ? '–' : formatBytes(bytes);
    },
    sortBy: knownMemoryOf,
    isNumber: true,
    isMinor: true,
  },
  {
    id: 'results',
    header: 'Results',
    cell: ({ results }) => formatNumber(results),
    sortBy: (run) => run.results,
    isNumber: true,
  },
];
