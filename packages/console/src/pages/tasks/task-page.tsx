import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatCount } from '../../model/format.ts';
import { DeleteButton } from '../../parts/delete-button.tsx';
import { RunTable } from '../../parts/run-table.tsx';
import { ScheduleList } from '../../parts/schedule-list.tsx';
import { ActorName } from '../../parts/target-name.tsx';
import { WebhookList } from '../../parts/webhook-list.tsx';
import { actorNameQuery } from '../../services/targets.ts';
import { deleteTask, startTask, type Task, taskQuery } from '../../services/tasks.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { LoadedPage } from '../../ui/loaded.tsx';
import { Note } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import { NewTaskPage } from './new-task.tsx';
import { TaskInputForm } from './task-input-form.tsx';
import { TaskSettings } from './task-settings.tsx';

export function TaskPage() {
  const { taskId } = useParams({ strict: false }) as { taskId: string };
  return taskId === 'new' ? <NewTaskPage /> : <StoredTaskPage key={taskId} taskId={taskId} />;
}

function StoredTaskPage({ taskId }: { readonly taskId: string }) {
  const query = useQuery({ ...taskQuery(taskId), refetchInterval: useRefetchInterval() });
  return (
    <LoadedPage title="Task" query={query}>
      {(data) => <ShownTask task={data} />}
    </LoadedPage>
  );
}

function ShownTask({ task }: { readonly task: Task }) {
  const { id, actId, name, title, stats } = task;
  const actor = useQuery(actorNameQuery(actId));
  const isOrphan = actor.data === null;
  return (
    <Page
      title={title || name}
      about={
        <>
          Task of <ActorName actorId={actId} /> · {formatCount(stats?.totalRuns ?? 0, 'run')} ·{' '}
          <CopyId id={id} label={`${task.username}/${name}`} />
        </>
      }
      actions={<Actions task={task} isOrphan={isOrphan} />}
    >
      {isOrphan && <Note>Its Actor was deleted. The task can be read, changed and deleted, but not started.</Note>}
      <Tabs
        label="Parts of the task"
        tabs={[
          { id: 'input', title: 'Input', content: () => <TaskInputForm key={task.modifiedAt} task={task} /> },
          { id: 'runs', title: 'Runs', content: () => <RunTable taskId={id} /> },
          { id: 'schedules', title: 'Schedules', content: () => <ScheduleList taskId={id} /> },
          { id: 'webhooks', title: 'Webhooks', content: () => <WebhookList taskId={id} /> },
          { id: 'settings', title: 'Settings', content: () => <TaskSettings key={task.modifiedAt} task={task} /> },
        ]}
      />
    </Page>
  );
}

function Actions({ task, isOrphan }: { readonly task: Task; readonly isOrphan: boolean }) {
  const { id, name } = task;
  const navigate = useNavigate();
  const [isBusy, setIsBusy] = useState(false);
  const start = async () => {
    setIsBusy(true);
    try {
      const run = await startTask(id);
      say(`Started ${name}.`);
      await navigate({ to: '/runs/$runId', params: { runId: run.id } as never });
    } catch (error) {
      sayFailure(error);
      setIsBusy(false);
    }
  };
  const call = {
    about: 'Start this task',
    method: 'POST',
    path: `/v2/actor-tasks/${id}/runs`,
    javascript: `task('${id}').start()`,
    python: `task('${id}').start()`,
  } as const;
  return (
    <>
      <ApiButton call={call} />
      <DeleteButton
        title={`Delete the task ${name}`}
        name={name}
        kinds="tasks"
        id={id}
        to="/tasks"
        call={() => deleteTask(id)}
        done={`The task ${name} was deleted. Its runs stay.`}
      >
        Its input and options are deleted, and its webhooks end. Runs that it has started stay. Schedules that start it
        say in their log that they cannot.
      </DeleteButton>
      <Button
        kind="primary"
        isBusy={isBusy}
        disabledReason={isOrphan ? 'Its Actor was deleted.' : undefined}
        onClick={() => void start()}
      >
        Start
      </Button>
    </>
  );
}
