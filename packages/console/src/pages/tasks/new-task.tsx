import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { JsonObject } from '../../model/input-schema.ts';
import type { RunOptions } from '../../model/run-options.ts';
import { InputForm } from '../../parts/input-form.tsx';
import { RunOptionsForm } from '../../parts/run-options.tsx';
import { ActorPicker } from '../../parts/target-picker.tsx';
import { actorQuery, inputErrorsQuery } from '../../services/actors.ts';
import { actorInputQuery } from '../../services/targets.ts';
import { createTask } from '../../services/tasks.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { WithSide } from '../../ui/columns.tsx';
import { Field } from '../../ui/fields.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import { taskNameError } from './task-settings.tsx';
import styles from './tasks.module.css';

export function NewTaskPage() {
  const [actorId, setActorId] = useAddressState<string>('actorId', '');
  return (
    <Page title="New task" about="An Actor with an input and run options of its own.">
      <NewTaskForm key={actorId} actorId={actorId} onActor={setActorId} />
    </Page>
  );
}

interface NewTaskFormProps {
  readonly actorId: string;
  readonly onActor: (actorId: string) => void;
}

function NewTaskForm({ actorId, onActor }: NewTaskFormProps) {
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  /** Undefined until it is changed: the Actor's example. */
  const [changed, setChanged] = useState<JsonObject>();
  const [options, setOptions] = useState<RunOptions>({});
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const found = useQuery({ ...actorInputQuery(actorId, options.build), enabled: actorId !== '' });
  const input = changed ?? found.data?.example ?? {};
  const errors = useQuery({ ...inputErrorsQuery(actorId, options.build ?? '', input), enabled: found.data != null });
  const actor = useQuery({ ...actorQuery(actorId), enabled: actorId !== '' });
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const body = { actId: actorId, name: name.trim(), ...(title.trim() && { title: title.trim() }), input, options };
  const creating = useMutation({
    mutationFn: async () => {
      const task = await createTask({ ...body, input: { ...input } });
      await queryClient.invalidateQueries({ queryKey: ['tasks', 'list'] });
      say(`The task ${task.name} was made.`);
      await navigate({ to: '/tasks/$taskId', params: { taskId: task.id } as never });
    },
  });
  const nameError = taskNameError(name);
  const missing = actorId === '' ? 'Choose the Actor first.' : (nameError ?? Object.values(problems)[0]);
  const side = (
    <>
      <Card title="Task" isPadded>
        <Field label="Actor" isRequired>
          <ActorPicker value={actorId} onChange={onActor} />
        </Field>
        <Field label="Name" error={name === '' ? undefined : nameError} isRequired>
          <input value={name} spellCheck={false} autoComplete="off" onChange={({ target }) => setName(target.value)} />
        </Field>
        <Field label="Title">
          <input value={title} maxLength={200} onChange={({ target }) => setTitle(target.value)} />
        </Field>
      </Card>
      <Card title="Run options" note="what is empty is as the Actor has it" isPadded>
        <RunOptionsForm value={options} onChange={setOptions} defaults={actor.data?.defaultRunOptions ?? {}} />
      </Card>
      {creating.error && <Failure error={creating.error} />}
      <div className={styles.save}>
        <Button type="submit" kind="primary" isBusy={creating.isPending} disabledReason={missing}>
          Make the task
        </Button>
        <ApiButton call={{ about: 'Make this task', method: 'POST', path: '/v2/actor-tasks', body }} />
      </div>
    </>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        creating.mutate();
      }}
    >
      <WithSide side={side}>
        <Card title="Input" isPadded>
          {actorId === '' ? (
            <Empty title="Choose the Actor" />
          ) : found.error ? (
            <Failure error={found.error} retry={() => void found.refetch()} />
          ) : found.data === undefined ? (
            <Skeleton rows={6} />
          ) : (
            <InputForm
              schema={found.data?.schema ?? null}
              value={input}
              onChange={setChanged}
              errors={errors.data ?? {}}
              onProblems={setProblems}
            />
          )}
        </Card>
      </WithSide>
    </form>
  );
}
