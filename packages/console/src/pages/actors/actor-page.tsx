import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatNumber } from '../../model/format.ts';
import { RunTable } from '../../parts/run-table.tsx';
import { ScheduleList } from '../../parts/schedule-list.tsx';
import { TaskList } from '../../parts/task-list.tsx';
import { WebhookList } from '../../parts/webhook-list.tsx';
import { type Actor, actorQuery } from '../../services/actors.ts';
import { sessionQuery } from '../../services/session.ts';
import { PageFailure } from '../../shell/page-failure.tsx';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { CopyId } from '../../ui/copy-id.tsx';
import { Skeleton } from '../../ui/notice.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { type Tab, Tabs } from '../../ui/tabs.tsx';
import { AboutTab } from './about-tab.tsx';
import styles from './actors.module.css';
import { BuildsTab } from './builds-tab.tsx';
import { InputTab } from './input-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { SourceTab } from './source-tab.tsx';
import { StatisticsTab } from './statistics-tab.tsx';

const route = getRouteApi('/signed-in/actors/$actorId');

export function ActorPage() {
  const { actorId } = route.useParams();
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const refetchInterval = useRefetchInterval();
  const { data: actor, error } = useQuery({ ...actorQuery(actorId), refetchInterval });
  useEffect(() => {
    // An address by `username~name` becomes that by the id, which events name.
    if (actor === undefined || actor.id === actorId) return;
    void navigate({ to: '/actors/$actorId', params: { actorId: actor.id }, search: true, replace: true } as never);
  }, [actor, actorId, navigate]);
  if (error !== null && actor === undefined) return <PageFailure error={error} />;
  if (actor === undefined || !session) {
    return (
      <Page title="Actor">
        <Card>
          <Skeleton rows={8} />
        </Card>
      </Page>
    );
  }
  return <LoadedActor actor={actor} isOwn={actor.userId === session.userId} />;
}

function LoadedActor({ actor, isOwn }: { readonly actor: Actor; readonly isOwn: boolean }) {
  const title = actor.title || actor.name;
  const heading = (
    <>
      <bdi>{title}</bdi>
      {actor.isPublic && <Pill tone="ended">Public</Pill>}
      {actor.isDeprecated && <Pill tone="late">Deprecated</Pill>}
    </>
  );
  const about = (
    <>
      <code>
        {actor.username}/{actor.name}
      </code>
      {' · '}
      <CopyId id={actor.id} />
      {actor.description && <Description text={actor.description} />}
    </>
  );
  const call = {
    about: 'Read the Actor',
    method: 'GET',
    path: `/v2/actors/${actor.id}`,
    javascript: `actor(${JSON.stringify(actor.id)}).get()`,
    python: `actor(${JSON.stringify(actor.id)}).get()`,
  } as const;
  return (
    <Page title={title} heading={heading} about={about} actions={<ApiButton call={call} />}>
      {!isOwn && (
        <p className={styles.owner}>
          This Actor belongs to <b>{actor.username}</b>. You can start it, and make tasks and schedules of it. Its
          source, builds and settings are its owner's. Your runs are yours alone.
        </p>
      )}
      <Tabs label="Parts of the Actor" tabs={tabsOf(actor, isOwn)} />
    </Page>
  );
}

/** More than this is folded: the form to start the Actor stays in sight. */
const shownChars = 400;
const shownLines = 4;

function Description({ text }: { readonly text: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const isLong = text.length > shownChars || text.split('\n').length > shownLines;
  return (
    <>
      <p className={classes(styles.description, isLong && !isOpen && styles.folded)}>{text}</p>
      {isLong && (
        <Button size="small" kind="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Less' : 'All of the description'}
        </Button>
      )}
    </>
  );
}

function tabsOf(actor: Actor, isOwn: boolean): readonly Tab[] {
  const { id, stats } = actor;
  const input: Tab = { id: 'input', title: 'Input', content: () => <InputTab actor={actor} isOwn={isOwn} /> };
  const runs: Tab = {
    id: 'runs',
    title: 'Runs',
    count: isOwn ? formatNumber(stats.totalRuns ?? 0) : undefined,
    content: () => (
      <Card>
        <RunTable actorId={id} />
      </Card>
    ),
  };
  const starts: readonly Tab[] = [
    { id: 'tasks', title: 'Tasks', content: () => <TaskList actorId={id} /> },
    { id: 'schedules', title: 'Schedules', content: () => <ScheduleList actorId={id} /> },
  ];
  const about: Tab = { id: 'about', title: 'README', content: () => <AboutTab actor={actor} isOwn={isOwn} /> };
  const statistics: Tab = {
    id: 'statistics',
    title: 'Statistics',
    content: () => <StatisticsTab actorId={id} />,
  };
  if (!isOwn) return [input, about, runs, ...starts];
  return [
    input,
    runs,
    {
      id: 'builds',
      title: 'Builds',
      count: formatNumber(stats.totalBuilds ?? 0),
      content: () => <BuildsTab actor={actor} />,
    },
    { id: 'source', title: 'Source', content: () => <SourceTab actor={actor} /> },
    ...starts,
    { id: 'webhooks', title: 'Webhooks', content: () => <WebhookList actorId={id} /> },
    statistics,
    about,
    { id: 'settings', title: 'Settings', content: () => <SettingsTab actor={actor} /> },
  ];
}
