import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatDuration } from '../../model/format.ts';
import { originText } from '../../model/run-filter.ts';
import { isOver } from '../../model/status.ts';
import { LogView } from '../../parts/log-view.tsx';
import { type Actor, updateActor } from '../../services/actors.ts';
import { abortBuild, type BuildShort, buildsQuery, deleteBuild } from '../../services/builds.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { PagedCard } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { usePage } from '../../ui/pager.tsx';
import { StatusPill } from '../../ui/pill.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import styles from './actors.module.css';
import { NoSource } from './no-source.tsx';
import { StartBuild } from './start-build.tsx';
import { TagBuild } from './tag-build.tsx';

const pageSize = 20;

export function BuildsTab({ actor }: { readonly actor: Actor }) {
  const page = usePage(pageSize);
  const refetchInterval = useRefetchInterval();
  const query = useQuery({ ...buildsQuery(actor.id, page.offset, pageSize), refetchInterval });
  const atWork = query.data?.items.find(({ status }) => !isOver(status));
  return (
    <>
      <PagedCard
        title="Builds"
        note="what the source became, ready to run"
        actions={<StartBuild actor={actor} />}
        query={query}
        page={page}
        pagerLabel="Pages of builds"
      >
        {(rows) => (
          <DataTable
            label="Builds"
            rows={rows}
            rowId={({ id }) => id}
            columns={columnsOf(actor)}
            sortParameter="order"
            empty={<NoBuilds actor={actor} />}
          />
        )}
      </PagedCard>
      {atWork !== undefined && (
        <Card title={`Log of build ${atWork.buildNumber}`} note="at work">
          <LogView id={atWork.id} isOver={false} />
        </Card>
      )}
    </>
  );
}

function NoBuilds({ actor }: { readonly actor: Actor }) {
  if (actor.versions.length === 0) return <NoSource />;
  return (
    <Empty title="No build yet">
      <p>
        Press “Build…”, or push from your machine: <code>apify push</code>
      </p>
    </Empty>
  );
}

const tagsOf = ({ taggedBuilds }: Actor, buildId: string): readonly string[] =>
  Object.entries(taggedBuilds ?? {})
    .filter(([, build]) => build?.buildId === buildId)
    .map(([tag]) => tag);

const durationMs = ({ startedAt, finishedAt }: BuildShort): number | undefined =>
  finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : undefined;

const columnsOf = (actor: Actor): readonly Column<BuildShort>[] => [
  {
    id: 'number',
    header: 'Build',
    cell: ({ id, buildNumber }) => (
      <Link to="/builds/$buildId" params={{ buildId: id } as never}>
        {buildNumber}
      </Link>
    ),
    sortBy: ({ buildNumberInt }) => buildNumberInt,
  },
  { id: 'status', header: 'Status', cell: ({ status }) => <StatusPill status={status} />, sortBy: (row) => row.status },
  {
    id: 'tags',
    header: 'Tags',
    cell: ({ id }) => (
      <span className={styles.tags}>
        {tagsOf(actor, id).map((tag) => (
          <span key={tag} className={styles.tag}>
            {tag}
          </span>
        ))}
      </span>
    ),
  },
  {
    id: 'started',
    header: 'Started',
    cell: ({ startedAt }) => <Time at={startedAt} />,
    sortBy: ({ startedAt }) => startedAt,
    isMinor: true,
  },
  {
    id: 'duration',
    header: 'Duration',
    cell: (build) => {
      const ms = durationMs(build);
      return ms === undefined ? <Elapsed from={build.startedAt} to={null} /> : formatDuration(ms);
    },
    sortBy: durationMs,
    isNumber: true,
    isMinor: true,
  },
  { id: 'origin', header: 'Origin', cell: ({ meta }) => (meta ? originText(meta.origin) : '–'), isMinor: true },
  { id: 'actions', header: 'Actions', cell: (build) => <BuildActions actor={actor} build={build} />, isNumber: true },
];

function BuildActions({ actor, build }: { readonly actor: Actor; readonly build: BuildShort }) {
  const [open, setOpen] = useState<'tag' | 'delete'>();
  const queryClient = useQueryClient();
  const isEnded = isOver(build.status);
  const tags = tagsOf(actor, build.id);
  const refresh = () =>
    Promise.all(['builds', 'actors'].map((kind) => queryClient.invalidateQueries({ queryKey: [kind] })));
  const act = (action: Promise<unknown>, text: string) =>
    void action.then(refresh).then(
      () => say(text),
      (error) => sayFailure(error),
    );
  return (
    <>
      <Menu
        title="More"
        size="small"
        aria-label={`More about build ${build.buildNumber}`}
        actions={[
          {
            title: 'Tag…',
            about: 'Runs by this tag get the build',
            disabledReason: build.status === 'SUCCEEDED' ? undefined : 'Only a build that succeeded can be tagged.',
            onChoose: () => setOpen('tag'),
          },
          ...tags.map((tag) => ({
            title: `Remove the tag ${tag}`,
            onChoose: () => act(updateActor(actor.id, { taggedBuilds: { [tag]: null } }), `The tag ${tag} is removed.`),
          })),
          {
            title: 'Abort',
            disabledReason: isEnded ? 'The build is over.' : undefined,
            onChoose: () => act(abortBuild(build.id), `Build ${build.buildNumber} is being aborted.`),
          },
          {
            title: 'Delete…',
            isDangerous: true,
            disabledReason: isEnded ? undefined : 'The build is not over yet. Abort it first.',
            onChoose: () => setOpen('delete'),
          },
        ]}
      />
      <TagBuild actor={actor} build={build} isOpen={open === 'tag'} onClose={() => setOpen(undefined)} />
      <Confirm
        title={`Delete build ${build.buildNumber}?`}
        action="Delete"
        name={build.buildNumber}
        isOpen={open === 'delete'}
        onClose={() => setOpen(undefined)}
        onConfirm={async () => {
          await deleteBuild(build.id);
          await refresh();
          say(`Build ${build.buildNumber} is deleted.`);
        }}
      >
        <p>Runs of it that are over stay. It cannot be started again.</p>
      </Confirm>
    </>
  );
}
