import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { ScheduleTable } from '../../parts/schedule-list.tsx';
import { schedulesQuery } from '../../services/schedules.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Pager, usePage } from '../../ui/pager.tsx';

const listCall = {
  about: 'List the schedules',
  method: 'GET',
  path: '/v2/schedules?desc=1',
  javascript: 'schedules().list({ desc: true })',
  python: 'schedules().list(desc=True)',
} as const;

export function SchedulesPage() {
  const page = usePage();
  const { data, error, refetch } = useQuery({ ...schedulesQuery(page), refetchInterval: useRefetchInterval() });
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
      <Card>
        {error ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : (
          <ScheduleTable
            rows={data?.items}
            empty={
              <Empty title="There is no schedule yet">
                <p>Make one to start an Actor or a task every hour, on weekdays at 7:30, or whenever you need it.</p>
                {create}
              </Empty>
            }
          />
        )}
        {data !== undefined && <Pager page={page} total={data.total} label="Pages of schedules" />}
      </Card>
    </Page>
  );
}
