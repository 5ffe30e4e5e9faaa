import { useQuery } from '@tanstack/react-query';
import { buildForRunQuery } from '../../services/builds.ts';
import { Empty, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Prose } from '../../ui/prose.tsx';
import { type ActorProps, taggedIdsOf } from './input-tab.tsx';

/** The README of the build that runs by default. */
export function AboutTab({ actor, isOwn }: ActorProps) {
  const build = actor.defaultRunOptions.build ?? 'latest';
  const { data, error } = useQuery({ ...buildForRunQuery(actor.id, taggedIdsOf(actor), build), retry: false });
  return (
    <Card title="README" note={data && `of build ${data.buildNumber}`} isPadded>
      {data === undefined && error === null && <Skeleton rows={6} />}
      {(error !== null || (data !== undefined && !data.readme)) && (
        <Empty title="No README">
          {isOwn ? (
            <p>
              Put a <code>README.md</code> beside the Actor's files and build it again.
            </p>
          ) : (
            <p>The Actor's owner has not written one.</p>
          )}
        </Empty>
      )}
      {data?.readme && <Prose text={data.readme} />}
    </Card>
  );
}
