import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { glanceOf, type Overview } from '../../model/overview.ts';
import type { Server } from '../../model/servers.ts';
import { overviewQuery, runningRunsQuery } from '../../services/overview.ts';
import { serversQuery } from '../../services/servers.ts';
import { sessionQuery } from '../../services/session.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Failures } from './failures.tsx';
import { Figures } from './figures.tsx';
import { NextScheduled } from './next-scheduled.tsx';
import styles from './overview-page.module.css';
import { RecentRuns } from './recent-runs.tsx';
import { RunningRuns } from './running-runs.tsx';
import { ServerLanes } from './server-lanes.tsx';

const call = {
  about: 'Read the overview',
  method: 'GET',
  path: '/wherry/v1/overview',
} as const;

export function OverviewPage() {
  const refetchInterval = useRefetchInterval();
  const { data: session } = useQuery(sessionQuery);
  const isAdministrator = session?.role === 'administrator';
  const overview = useQuery({ ...overviewQuery, refetchInterval });
  const running = useQuery({ ...runningRunsQuery, refetchInterval });
  const servers = useQuery({ ...serversQuery, refetchInterval, enabled: isAdministrator });
  const known = isAdministrator ? servers.data : undefined;
  return (
    <Page
      title="Overview"
      about={overview.data && <GlanceLine overview={overview.data} servers={known} />}
      actions={<ApiButton call={call} />}
    >
      {overview.error !== null && <Failure error={overview.error} retry={() => void overview.refetch()} />}
      <Figures overview={overview.data} isAdministrator={isAdministrator} />
      <Failures overview={overview.data} />
      <RunningRuns
        runs={running.data}
        count={overview.data?.running}
        error={running.error}
        retry={() => void running.refetch()}
      />
      <RecentRuns />
      <div className={styles.pair}>
        {isAdministrator && (
          <Card title="Servers" note="what runs where, by memory">
            {servers.error !== null && <Failure error={servers.error} retry={() => void servers.refetch()} />}
            {servers.data === undefined ? <Skeleton /> : <ServerLanes servers={servers.data} />}
          </Card>
        )}
        <NextScheduled overview={overview.data} />
      </div>
    </Page>
  );
}

/** Whether anything is wrong, in one line. */
function GlanceLine({
  overview,
  servers,
}: {
  readonly overview: Overview;
  readonly servers: readonly Server[] | undefined;
}) {
  const { tone, title, sentences } = glanceOf(overview, servers);
  return (
    <div className={styles.glance} role="status">
      <Pill tone={tone}>{title}</Pill>
      <span>{sentences.join(' ')}</span>
    </div>
  );
}
