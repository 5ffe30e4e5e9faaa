import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { TaskTable } from '../../parts/task-list.tsx';
import { tasksQuery } from '../../services/tasks.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { PagedCard } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { usePage } from '../../ui/pager.tsx';

const listCall = {
  about: 'List the tasks',
  method: 'GET',
  path: '/v2/actor-tasks?desc=1',
  javascript: 'tasks().list({ desc: true })',
  python: 'tasks().list(desc=True)',
} as const;

export function TasksPage() {
  const page = usePage();
  const query = useQuery({ ...tasksQuery(page), refetchInterval: useRefetchInterval() });
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
      <PagedCard query={query} page={page} pagerLabel="Pages of tasks">
        {(rows) => (
          <TaskTable
            rows={rows}
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
      </PagedCard>
    </Page>
  );
}
