import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatCount } from '../../model/format.ts';
import { type Server, zonesOf } from '../../model/servers.ts';
import { formatMbytes } from '../../parts/server-load.tsx';
import { serversQuery } from '../../services/servers.ts';
import { sessionQuery } from '../../services/session.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { DrainPanel } from './drain-panel.tsx';
import { HandoffList } from './handoff-list.tsx';
import { ServerCard } from './server-card.tsx';
import styles from './servers-page.module.css';

const call = { about: 'List the servers', method: 'GET', path: '/wherry/v1/servers', wherry: 'servers' } as const;

export function ServersPage() {
  const { data: session } = useQuery(sessionQuery);
  return session?.role === 'administrator' ? <ForAdministrators /> : <ForMembers />;
}

/** Members have no right to see where the runs of others are. */
function ForMembers() {
  return (
    <Page title="Servers">
      <Card>
        <Empty title="Servers are for administrators">
          <p>
            They carry the runs of all users. Where a run of yours is, and a button that moves it, is on its own page.
          </p>
          <p>
            An administrator can give you the role: <code>npx wherry users role NAME --role administrator</code>
          </p>
        </Empty>
      </Card>
      <HandoffList serverIds={undefined} isAdministrator={false} />
    </Page>
  );
}

function ForAdministrators() {
  const refetchInterval = useRefetchInterval();
  const { data: servers, error, refetch } = useQuery({ ...serversQuery, refetchInterval });
  // The panel of a drain is a step, so "back" closes it and a link opens it.
  const [drained, setDrained] = useAddressState<string>('drain', '', { isStep: true });
  const server = servers?.find(({ id }) => id === drained);
  return (
    <Page title="Servers" about={servers && <Summary servers={servers} />} actions={<ApiButton call={call} />}>
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      <Tabs
        label="Servers and handoffs"
        tabs={[
          {
            id: 'servers',
            title: 'Servers',
            content: () => <Zones servers={servers} hasFailed={error !== null} onDrain={setDrained} />,
          },
          {
            id: 'handoffs',
            title: 'Handoffs',
            content: () => <HandoffList serverIds={(servers ?? []).map(({ id }) => id)} isAdministrator />,
          },
        ]}
      />
      {server !== undefined && <DrainPanel server={server} servers={servers!} onClose={() => setDrained('')} />}
    </Page>
  );
}

interface ZonesProps {
  /** Undefined while they are loaded. */
  readonly servers: readonly Server[] | undefined;
  readonly hasFailed: boolean;
  readonly onDrain: (serverId: string) => void;
}

function Zones({ servers, hasFailed, onDrain }: ZonesProps) {
  if (servers === undefined) return hasFailed ? null : <Skeleton rows={6} />;
  if (servers.length === 0) {
    return (
      <Empty title="There is no server">
        <p>The engine has no place to run containers: docs/servers.md and docs/docker.md say how to add one.</p>
      </Empty>
    );
  }
  return zonesOf(servers).map(({ engine, servers: each }) => (
    <section key={engine} className={styles.zone} aria-labelledby={`engine-${engine}`}>
      <h2 id={`engine-${engine}`}>
        {engine} <small>{formatCount(each.length, 'server')}</small>
      </h2>
      <ul>
        {each.map((one) => (
          <ServerCard key={one.id} server={one} onDrain={() => onDrain(one.id)} />
        ))}
      </ul>
    </section>
  ));
}

function Summary({ servers }: { readonly servers: readonly Server[] }) {
  const runs = servers.reduce((sum, { activeAttempts }) => sum + activeAttempts, 0);
  const ready = servers.filter(({ state }) => state === 'ready');
  const free = Math.max(0, ...ready.map(({ freeMemoryMbytes }) => freeMemoryMbytes ?? 0));
  return (
    <>
      {formatCount(runs, 'run')} on {formatCount(servers.length, 'server')}, {ready.length} ready
      {free > 0 && `; a run of up to ${formatMbytes(free)} finds room at once`}
    </>
  );
}
