import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { cronWords } from '../../model/cron-words.ts';
import { newAction, newSchedule, scheduleDraftOf } from '../../model/schedule-draft.ts';
import { browserZone } from '../../model/time-zones.ts';
import { DeleteButton } from '../../parts/delete-button.tsx';
import {
  createSchedule,
  deleteSchedule,
  type Schedule,
  type ScheduleBody,
  scheduleQuery,
  updateSchedule,
} from '../../services/schedules.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { LoadedPage } from '../../ui/loaded.tsx';
import { Facts, Page } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import { ScheduleForm } from './schedule-form.tsx';
import { ScheduleLog } from './schedule-log.tsx';
import { StartNow } from './start-now.tsx';

export function SchedulePage() {
  const { scheduleId } = useParams({ strict: false }) as { scheduleId: string };
  return scheduleId === 'new' ? <NewSchedulePage /> : <StoredSchedulePage key={scheduleId} scheduleId={scheduleId} />;
}

function NewSchedulePage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [actorId] = useAddressState<string>('actorId', '');
  const [taskId] = useAddressState<string>('taskId', '');
  const initial = useMemo(() => {
    const action =
      taskId === '' ? newAction('first', 'RUN_ACTOR', actorId) : newAction('first', 'RUN_ACTOR_TASK', taskId);
    return newSchedule(browserZone(), [action]);
  }, [actorId, taskId]);
  const create = async (body: ScheduleBody) => {
    const { id, name } = await createSchedule(body);
    await queryClient.invalidateQueries({ queryKey: ['schedules', 'list'] });
    say(`The schedule ${name} was made.`);
    await navigate({ to: '/schedules/$scheduleId', params: { scheduleId: id } as never });
  };
  return (
    <Page title="New schedule" about="Say when, and what it starts.">
      <ScheduleForm initial={initial} onSave={create} />
    </Page>
  );
}

function StoredSchedulePage({ scheduleId }: { readonly scheduleId: string }) {
  const query = useQuery({ ...scheduleQuery(scheduleId), refetchInterval: useRefetchInterval() });
  return (
    <LoadedPage title="Schedule" query={query}>
      {(data) => <ShownSchedule schedule={data} />}
    </LoadedPage>
  );
}

function ShownSchedule({ schedule }: { readonly schedule: Schedule }) {
  const { id, name, title, isEnabled, cronExpression, timezone, nextRunAt, lastRunAt } = schedule;
  const queryClient = useQueryClient();
  const save = async (body: ScheduleBody) => {
    queryClient.setQueryData(scheduleQuery(id).queryKey, await updateSchedule(id, body));
    await queryClient.invalidateQueries({ queryKey: ['schedules'] });
  };
  const edit = async (body: ScheduleBody) => {
    await save(body);
    say('The schedule was saved.');
  };
  return (
    <Page
      title={title || name}
      heading={
        <>
          {title || name}
          {isEnabled ? <Pill tone="ok">Enabled</Pill> : <Pill tone="ended">Disabled</Pill>}
        </>
      }
      about={
        <>
          {cronWords(cronExpression) ?? cronExpression}, {timezone} · <CopyId id={id} />
        </>
      }
      actions={<Actions schedule={schedule} save={save} />}
    >
      <Facts
        facts={[
          { name: 'Next', value: isEnabled ? <Time at={nextRunAt} /> : 'disabled' },
          { name: 'Last', value: lastRunAt ? <Time at={lastRunAt} /> : 'never yet' },
          { name: 'Starts', value: schedule.actions.length, note: schedule.actions.length === 1 ? 'thing' : 'things' },
          { name: 'Changed', value: <Time at={schedule.modifiedAt} /> },
        ]}
      />
      <Tabs
        label="Parts of the schedule"
        tabs={[
          {
            id: 'edit',
            title: 'Schedule',
            content: () => (
              <ScheduleForm
                key={schedule.modifiedAt}
                scheduleId={id}
                initial={scheduleDraftOf(schedule)}
                onSave={edit}
              />
            ),
          },
          { id: 'log', title: 'Log', content: () => <ScheduleLog scheduleId={id} /> },
        ]}
      />
    </Page>
  );
}

function Actions({
  schedule,
  save,
}: {
  readonly schedule: Schedule;
  readonly save: (body: ScheduleBody) => Promise<void>;
}) {
  const { id, name, isEnabled } = schedule;
  const [isBusy, setIsBusy] = useState(false);
  const toggle = async () => {
    setIsBusy(true);
    try {
      await save({ isEnabled: !isEnabled });
      say(isEnabled ? 'It is disabled: no time starts it any more.' : 'It is enabled.');
    } catch (error) {
      sayFailure(error);
    } finally {
      setIsBusy(false);
    }
  };
  const call = {
    about: 'Read this schedule',
    method: 'GET',
    path: `/v2/schedules/${id}`,
    javascript: `schedule('${id}').get()`,
    python: `schedule('${id}').get()`,
  } as const;
  return (
    <>
      <ApiButton call={call} />
      <Button isBusy={isBusy} onClick={() => void toggle()}>
        {isEnabled ? 'Disable' : 'Enable'}
      </Button>
      <StartNow actions={schedule.actions} />
      <DeleteButton
        title={`Delete the schedule ${name}`}
        name={name}
        kinds="schedules"
        id={id}
        to="/schedules"
        call={() => deleteSchedule(id)}
        done={`The schedule ${name} was deleted. Its runs stay.`}
      >
        It starts nothing any more, and its log is deleted. Runs that it has started stay, and go on.
      </DeleteButton>
    </>
  );
}
