import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { ActionDraft, InputDraft } from '../../model/schedule-draft.ts';
import { InputForm } from '../../parts/input-form.tsx';
import { RunOptionsForm } from '../../parts/run-options.tsx';
import { ActorPicker, TaskPicker } from '../../parts/target-picker.tsx';
import { actorInputQuery, taskNameQuery } from '../../services/targets.ts';
import { Button } from '../../ui/button.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { Field, Switch } from '../../ui/fields.tsx';
import { Failure, Skeleton } from '../../ui/notice.tsx';
import styles from './schedules.module.css';

interface ActionEditorProps {
  readonly action: ActionDraft;
  readonly error: string | undefined;
  readonly onChange: (action: ActionDraft) => void;
  readonly onRemove: () => void;
}

/** One Actor or task that a schedule starts, with its input and options. */
export function ActionEditor({ action, error, onChange, onRemove }: ActionEditorProps) {
  const { type, targetId, input, options } = action;
  const isActor = type === 'RUN_ACTOR';
  const headingId = useId();
  // What nobody has had the time to choose is not wrong yet.
  const [wasThere, setWasThere] = useState(targetId !== '');
  const actorInput = useQuery({ ...actorInputQuery(targetId, options.build), enabled: isActor && targetId !== '' });
  // A task has an input, of which single properties are replaced.
  const example = isActor ? (actorInput.data?.example ?? {}) : {};
  const retarget = (id: string) => id !== targetId && onChange({ ...action, targetId: id, input: { kind: 'own' } });
  return (
    <section className={styles.action} aria-labelledby={headingId} onBlur={() => setWasThere(true)}>
      <div className={styles.actionTitle}>
        <h3 id={headingId}>{isActor ? 'Actor' : 'Task'}</h3>
        <Button size="small" kind="danger" onClick={onRemove}>
          Remove
        </Button>
      </div>
      <Field label={isActor ? 'Which Actor' : 'Which task'} error={wasThere ? error : undefined} isRequired>
        {isActor ? (
          <ActorPicker value={targetId} onChange={retarget} />
        ) : (
          <TaskPicker value={targetId} onChange={retarget} />
        )}
      </Field>
      {targetId !== '' && (
        <>
          <Switch
            className={styles.override!}
            label={isActor ? 'With an input of its own' : "With properties in place of the task's own"}
            isOn={input.kind !== 'own'}
            onChange={(isOn) =>
              onChange({ ...action, input: isOn ? { kind: 'json', value: example } : { kind: 'own' } })
            }
          />
          {input.kind !== 'own' && (
            <ActionInput action={action} onChange={(changed) => onChange({ ...action, input: changed })} />
          )}
          {isActor && (
            <details className={styles.options} open={Object.keys(options).length > 0}>
              <summary>Run options</summary>
              <RunOptionsForm value={options} onChange={(changed) => onChange({ ...action, options: changed })} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

interface ActionInputProps {
  readonly action: ActionDraft;
  readonly onChange: (input: InputDraft) => void;
}

function ActionInput({ action, onChange }: ActionInputProps) {
  const { type, targetId, input, options } = action;
  const isTask = type === 'RUN_ACTOR_TASK';
  const task = useQuery({ ...taskNameQuery(targetId), enabled: isTask });
  const actorId = isTask ? task.data?.actorId : targetId;
  const found = useQuery({ ...actorInputQuery(actorId ?? '', options.build), enabled: actorId !== undefined });
  if (input.kind === 'raw') {
    return (
      <CodeEditor
        label={`The body, ${input.contentType}`}
        language="text"
        value={input.body}
        onChange={(body) => onChange({ ...input, body })}
      />
    );
  }
  if (input.kind === 'own') return null;
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined && actorId !== undefined) return <Skeleton rows={4} />;
  return (
    <InputForm
      schema={found.data?.schema ?? null}
      value={input.value}
      onChange={(value) => onChange({ kind: 'json', value })}
    />
  );
}
