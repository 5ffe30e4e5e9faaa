import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { TaskTable } from '../../parts/task-list.tsx';
import { tasksQuery } from '../../services/tasks.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Pager, usePage } from '../../ui/pager.tsx';

const listCall = {
  about: 'List the tasks',
  method: 'GET',
  path: '/v2/actor-tasks?desc=1',
  javascript: 'tasks().list({ desc: true })',
  python: 'tasks().list(desc=True)',
} as const;

export function TasksPage() {
  const page = usePage();
  const { data, error, refetch } = useQuery({ ...tasksQuery(page), refetchInterval: useRefetchInterval() });
  const create = (
    <ButtonLink to="/tasks/$taskId" params={{ taskId: 'new' } as never} kind="primary">
      New task
    </ButtonLink>
  );
  return (
    <Page
      title="Tasks"
      about="Actors with an input and run options of their own, under a name."
      actions={
        <>
          <ApiButton call={listCall} />
          {create}
        </>
      }
    >
      <Card>
        {error ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : (
          <TaskTable
            rows={data?.items}
            empty={
              <Empty title="There is no task yet">
                <p>
                  Make one for an input that is used again and again, so that schedules and people start it by name.
                </p>
                {create}
              </Empty>
            }
          />
        )}
        {data !== undefined && <Pager page={page} total={data.total} label="Pages of tasks" />}
      </Card>
    </Page>
  );
}
