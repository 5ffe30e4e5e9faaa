import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useRefetchInterval } from '../../live/live.tsx';
import { originText } from '../../model/run-filter.ts';
import { sourceTypeText } from '../../model/source-files.ts';
import { hasFailed, isOver } from '../../model/status.ts';
import { LogView } from '../../parts/log-view.tsx';
import { type Actor, actorQuery } from '../../services/actors.ts';
import { abortBuild, type Build, buildQuery } from '../../services/builds.ts';
import { sessionQuery } from '../../services/session.ts';
import { PageFailure } from '../../shell/page-failure.tsx';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { Empty, Failure, Note, Skeleton } from '../../ui/notice.tsx';
import { Card, Facts, Page } from '../../ui/page.tsx';
import { StatusPill } from '../../ui/pill.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';

const route = getRouteApi('/signed-in/builds/$buildId');

export function BuildPage() {
  const { buildId } = route.useParams();
  const refetchInterval = useRefetchInterval();
  const { data: build, error } = useQuery({ ...buildQuery(buildId), refetchInterval });
  const { data: session } = useQuery(sessionQuery);
  if (error !== null && build === undefined) return <PageFailure error={error} />;
  if (build === undefined) {
    return (
      <Page title="Build">
        <Card>
          <Skeleton rows={8} />
        </Card>
      </Page>
    );
  }
  return <LoadedBuild build={build} isOwn={build.userId === session?.userId} />;
}

function LoadedBuild({ build, isOwn }: { readonly build: Build; readonly isOwn: boolean }) {
  const { data: actor } = useQuery({ ...actorQuery(build.actId), retry: false });
  const isEnded = isOver(build.status);
  const title = `Build ${build.buildNumber}`;
  const actorName = actor?.title || actor?.name || build.actId;
  const heading = (
    <>
      {title}
      <span role="status">
        <StatusPill status={build.status} />
      </span>
    </>
  );
  const about = (
    <>
      of{' '}
      <Link to="/actors/$actorId" params={{ actorId: build.actId } as never}>
        <bdi>{actorName}</bdi>
      </Link>
      {' · '}
      <CopyId id={build.id} />
    </>
  );
  return (
    <Page
      title={title}
      heading={heading}
      about={about}
      actions={<Actions build={build} actor={actor} isOwn={isOwn} />}
      crumbs={[{ text: actorName, to: `/actors/${build.actId}` }, { text: title }]}
    >
      {build.statusMessage && !isEnded && <Note tone="ok">{build.statusMessage}</Note>}
      {build.statusMessage && build.status === 'ABORTED' && <Note>{build.statusMessage}</Note>}
      {build.statusMessage && hasFailed(build.status) && <Failure error={build.statusMessage} />}
      <BuildFacts build={build} />
      <Tabs
        label="Parts of the build"
        tabs={[
          {
            id: 'log',
            title: 'Log',
            content: () => (
              <Card>
                {isOwn ? (
                  <LogView id={build.id} isOver={isEnded} />
                ) : (
                  <Empty title="The log of a build is its owner's" />
                )}
              </Card>
            ),
          },
          { id: 'input', title: 'Input schema', content: () => <Schema text={build.inputSchema} /> },
          {
            id: 'definition',
            title: 'Definition',
            content: () => <Schema text={build.actorDefinition && JSON.stringify(build.actorDefinition)} />,
          },
          {
            id: 'readme',
            title: 'README',
            content: () => (
              <Card isPadded>{build.readme ? <Prose text={build.readme} /> : <Empty title="No README" />}</Card>
            ),
          },
        ]}
      />
    </Page>
  );
}

function BuildFacts({ build }: { readonly build: Build }) {
  const { sourceType, versionNumber, buildTag } = build.actVersion ?? {};
  return (
    <Facts
      facts={[
        { name: 'Started', value: <Time at={build.startedAt} />, note: originText(build.meta.origin) },
        { name: 'Duration', value: <Elapsed from={build.startedAt} to={build.finishedAt} /> },
        { name: 'Version', value: versionNumber ?? '–', note: sourceTypeText(sourceType) },
        { name: 'Tag', value: buildTag ?? '–' },
      ]}
    />
  );
}

interface ActionsProps {
  readonly build: Build;
  /** Undefined until it is loaded, and for one that was deleted. */
  readonly actor: Actor | undefined;
  readonly isOwn: boolean;
}

function Actions({ build, actor, isOwn }: ActionsProps) {
  const queryClient = useQueryClient();
  const abort = async () => {
    try {
      queryClient.setQueryData(buildQuery(build.id).queryKey, await abortBuild(build.id));
      say('The build is being aborted.');
    } catch (error) {
      sayFailure(error);
    }
  };
  const reason = isOwn ? (isOver(build.status) ? 'The build is over.' : undefined) : "It is another user's build.";
  const call = {
    about: 'Read the build',
    method: 'GET',
    path: `/v2/actor-builds/${build.id}`,
    javascript: `build(${JSON.stringify(build.id)}).get()`,
    python: `build(${JSON.stringify(build.id)}).get()`,
  } as const;
  return (
    <>
      <Button disabledReason={reason} onClick={() => void abort()}>
        Abort
      </Button>
      <ApiButton call={call} />
      {actor !== undefined && <NextStep build={build} actor={actor} isOwn={isOwn} />}
    </>
  );
}

/** What one does with a build that is over: start it, or correct the source. */
function NextStep({ build, actor, isOwn }: ActionsProps & { readonly actor: Actor }) {
  const to = { to: '/actors/$actorId', params: { actorId: actor.id } } as never as { to: string };
  const usual = actor.taggedBuilds?.[actor.defaultRunOptions.build ?? 'latest']?.buildId;
  if (build.status === 'SUCCEEDED' && usual === build.id) {
    return (
      <ButtonLink kind="primary" {...to}>
        Go to the input
      </ButtonLink>
    );
  }
  if (!isOwn || !hasFailed(build.status)) return null;
  const version = build.actVersion?.versionNumber;
  return (
    <ButtonLink kind="primary" {...to} search={{ tab: 'source', ...(version && { version }) } as never}>
      Go to the source
    </ButtonLink>
  );
}

function Schema({ text }: { readonly text: string | null | undefined }) {
  if (!text) {
    return (
      <Card>
        <Empty title="The build has none" />
      </Card>
    );
  }
  return (
    <Card isPadded>
      <CodeEditor value={pretty(text)} language="json" label="As the build has it" minLines={10} />
    </Card>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
