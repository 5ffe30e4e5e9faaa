import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import type { JsonObject } from '../../model/input-schema.ts';
import type { RunOptions } from '../../model/run-options.ts';
import { givenOptions } from '../../model/schedule-draft.ts';
import { InputForm } from '../../parts/input-form.tsx';
import { RunOptionsForm } from '../../parts/run-options.tsx';
import { actorQuery, inputErrorsQuery } from '../../services/actors.ts';
import { actorInputQuery } from '../../services/targets.ts';
import { startTask, type Task, type TaskOptions, taskQuery, updateTask } from '../../services/tasks.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { WithSide } from '../../ui/columns.tsx';
import { Failure, Note, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './tasks.module.css';

/** Each option is sent, so that one that was taken away is the Actor's again. */
const allOptions = (options: RunOptions): TaskOptions => ({
  build: options.build ?? null,
  memoryMbytes: options.memoryMbytes ?? null,
  timeoutSecs: options.timeoutSecs ?? null,
  maxItems: options.maxItems ?? null,
  maxTotalChargeUsd: options.maxTotalChargeUsd ?? null,
  restartOnError: options.restartOnError ?? null,
});

/** The input and the run options of a task. */
export function TaskInputForm({ task }: { readonly task: Task }) {
  const { id, actId } = task;
  const [input, setInput] = useState<JsonObject>(task.input ?? {});
  const [options, setOptions] = useState<RunOptions>(() => givenOptions(task.options ?? {}));
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const found = useQuery(actorInputQuery(actId, options.build));
  const errors = useQuery({
    ...inputErrorsQuery(actId, options.build ?? '', useDeferredValue(input)),
    enabled: found.data != null,
  });
  const actor = useQuery({ ...actorQuery(actId), enabled: found.data != null });
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const save = async () => {
    const saved = await updateTask(id, { input, options: allOptions(options) });
    queryClient.setQueryData(taskQuery(id).queryKey, saved);
    await queryClient.invalidateQueries({ queryKey: ['tasks', 'list'] });
  };
  const saving = useMutation({ mutationFn: save, onSuccess: () => say('The task was saved.') });
  const starting = useMutation({
    mutationFn: async () => {
      await save();
      const run = await startTask(id);
      await navigate({ to: '/runs/$runId', params: { runId: run.id } as never });
    },
  });
  const isChanged =
    JSON.stringify(input) !== JSON.stringify(task.input ?? {}) ||
    JSON.stringify(options) !== JSON.stringify(givenOptions(task.options ?? {}));
  const [problem] = Object.values(problems);
  const error = saving.error ?? starting.error;
  if (found.data === undefined && !found.error) return <Skeleton rows={8} />;
  const side = (
    <>
      <Card title="Run options" note="what is empty is as the Actor has it" isPadded>
        <RunOptionsForm value={options} onChange={setOptions} defaults={actor.data?.defaultRunOptions ?? {}} />
      </Card>
      {error !== null && <Failure error={error} />}
      <div className={styles.save}>
        <Button
          type="submit"
          kind={isChanged ? 'primary' : 'plain'}
          isBusy={saving.isPending}
          disabledReason={problem ?? (isChanged ? undefined : 'Nothing was changed.')}
        >
          Save
        </Button>
        <Button
          isBusy={starting.isPending}
          disabledReason={problem ?? (isChanged ? undefined : 'Nothing was changed: Start is at the top of the page.')}
          onClick={() => starting.mutate()}
        >
          Save and start
        </Button>
        <ApiButton
          call={{
            about: 'Save the input and the options',
            method: 'PUT',
            path: `/v2/actor-tasks/${id}`,
            body: { input, options: allOptions(options) },
          }}
        />
      </div>
    </>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <WithSide side={side}>
        <Card title="Input" isPadded>
          {found.data === null && <Note>There is no build that it would start, so the input is shown as JSON.</Note>}
          <InputForm
            schema={found.data?.schema ?? null}
            value={input}
            onChange={setInput}
            errors={errors.data ?? {}}
            onProblems={setProblems}
          />
        </Card>
      </WithSide>
    </form>
  );
}
