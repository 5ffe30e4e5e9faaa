import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Task, taskQuery, updateTask } from '../../services/tasks.ts';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './tasks.module.css';

/** What is wrong with a name; undefined for one that the platform takes. */
export function taskNameError(name: string): string | undefined {
  if (name.trim() === '') return 'Give it a name.';
  return /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name.trim())
    ? undefined
    : 'Use up to 63 letters, digits, hyphens, dots and underscores, with a letter or digit first and last.';
}

/** What a task is called. */
export function TaskSettings({ task }: { readonly task: Task }) {
  // The platform's tasks have a description, which Apify's API description does not name.
  const { id, title, description } = task as Task & { description?: string | null };
  const [draft, setDraft] = useState({ name: task.name, title: title ?? '', description: description ?? '' });
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      const body = {
        name: draft.name.trim(),
        title: draft.title.trim() || null,
        description: draft.description.trim() || null,
      };
      queryClient.setQueryData(taskQuery(id).queryKey, await updateTask(id, body));
      await queryClient.invalidateQueries({ queryKey: ['tasks'] });
      say('The task was saved.');
    },
  });
  const nameError = taskNameError(draft.name);
  const isChanged =
    draft.name !== task.name || draft.title !== (title ?? '') || draft.description !== (description ?? '');
  return (
    <form
      className={styles.settings}
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <Card title="Settings" isPadded>
        <Field label="Name" error={nameError} isRequired>
          <input
            value={draft.name}
            spellCheck={false}
            onChange={({ target }) => setDraft({ ...draft, name: target.value })}
          />
        </Field>
        <Field label="Title">
          <input
            value={draft.title}
            maxLength={200}
            onChange={({ target }) => setDraft({ ...draft, title: target.value })}
          />
        </Field>
        <Field label="Description">
          <textarea
            rows={4}
            value={draft.description}
            maxLength={10_000}
            onChange={({ target }) => setDraft({ ...draft, description: target.value })}
          />
        </Field>
        {task.standbyUrl && (
          <p>
            In Standby mode it is reached at <CopyId id={task.standbyUrl} />
          </p>
        )}
        {error !== null && <Failure error={error} />}
        <div className={styles.save}>
          <Button
            type="submit"
            kind="primary"
            isBusy={isPending}
            disabledReason={nameError ?? (isChanged ? undefined : 'Nothing was changed.')}
          >
            Save
          </Button>
        </div>
      </Card>
    </form>
  );
}
