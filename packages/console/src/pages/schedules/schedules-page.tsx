import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { ScheduleTable } from '../../parts/schedule-list.tsx';
import { schedulesQuery } from '../../services/schedules.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { PagedCard } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { usePage } from '../../ui/pager.tsx';

const listCall = {
  about: 'List the schedules',
  method: 'GET',
  path: '/v2/schedules?desc=1',
  javascript: 'schedules().list({ desc: true })',
  python: 'schedules().list(desc=True)',
} as const;

export function SchedulesPage() {
  const page = usePage();
  const query = useQuery({ ...schedulesQuery(page), refetchInterval: useRefetchInterval() });
  const create = (
    <ButtonLink to="/schedules/$scheduleId" params={{ scheduleId: 'new' } as never} kind="primary">
      New schedule
    </ButtonLink>
  );
  return (
    <Page
      title="Schedules"
      about="Start Actors and tasks at the times that you set. Each scheduled time starts them once, whatever is restarted meanwhile."
      actions={
        <>
          <ApiButton call={listCall} />
          {create}
        </>
      }
    >
      <PagedCard query={query} page={page} pagerLabel="Pages of schedules">
        {(rows) => (
          <ScheduleTable
            rows={rows}
            empty={
              <Empty title="There is no schedule yet">
                <p>Make one to start an Actor or a task every hour, on weekdays at 7:30, or whenever you need it.</p>
                {create}
              </Empty>
            }
          />
        )}
      </PagedCard>
    </Page>
  );
}
