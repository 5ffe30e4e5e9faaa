import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { actorNameQuery, taskNameQuery } from '../services/targets.ts';
import { CopyId } from '../ui/copy-id.tsx';

/** An Actor by its title with a link; its id where it was deleted or is not public any more. */
export function ActorName({ actorId }: { readonly actorId: string }) {
  const { data } = useQuery(actorNameQuery(actorId));
  if (data === null) return <Gone kind="Actor" id={actorId} />;
  return (
    <Link to="/actors/$actorId" params={{ actorId } as never} title={data?.address}>
      {data?.label ?? actorId}
    </Link>
  );
}

/** A task likewise. */
function TaskName({ taskId }: { readonly taskId: string }) {
  const { data } = useQuery(taskNameQuery(taskId));
  if (data === null) return <Gone kind="task" id={taskId} />;
  return (
    <Link to="/tasks/$taskId" params={{ taskId } as never} title={data?.address}>
      {data?.label ?? taskId}
    </Link>
  );
}

function Gone({ kind, id }: { readonly kind: string; readonly id: string }) {
  return (
    <span>
      deleted {kind} <CopyId id={id} />
    </span>
  );
}

/** What a webhook listens to, or an action starts. */
export function TargetName({
  actorId,
  taskId,
  runId,
}: {
  readonly actorId?: string | null | undefined;
  readonly taskId?: string | null | undefined;
  readonly runId?: string | null | undefined;
}) {
  if (actorId) return <ActorName actorId={actorId} />;
  if (taskId) return <TaskName taskId={taskId} />;
  if (!runId) return <>–</>;
  return (
    <Link to="/runs/$runId" params={{ runId } as never}>
      Run {runId}
    </Link>
  );
}
