import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type ActionDraft,
  firstErrorOf,
  newAction,
  type ScheduleDraft,
  scheduleBodyOf,
  scheduleErrorsOf,
} from '../../model/schedule-draft.ts';
import type { ScheduleBody } from '../../services/schedules.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { WithSide } from '../../ui/columns.tsx';
import { Field, Switch, Switches } from '../../ui/fields.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { ActionEditor } from './action-editor.tsx';
import { NextTimes } from './next-times.tsx';
import styles from './schedules.module.css';
import { TimingFields } from './timing-fields.tsx';

/** As on Apify. */
const maxActions = 10;

interface ScheduleFormProps {
  readonly initial: ScheduleDraft;
  readonly onSave: (body: ScheduleBody) => Promise<void>;
  /** Its address in the API; it is made without. */
  readonly scheduleId?: string;
}

export function ScheduleForm({ initial, onSave, scheduleId }: ScheduleFormProps) {
  const [draft, setDraft] = useState(initial);
  const { mutate, isPending, error } = useMutation({ mutationFn: () => onSave(scheduleBodyOf(draft)) });
  const change = (changes: Partial<ScheduleDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const errors = scheduleErrorsOf(draft, Date.now());
  const isChanged = JSON.stringify(draft) !== JSON.stringify(initial);
  const isNew = scheduleId === undefined;
  const unsaved = isNew || isChanged ? undefined : 'Nothing was changed.';
  const side = (
    <>
      <NextTimes timing={draft} isValid={errors.cronExpression === undefined} isEnabled={draft.isEnabled} />
      <SettingsCard draft={draft} errors={errors} onChange={change} isNew={isNew} />
      {error !== null && <Failure error={error} />}
      <div className={styles.save}>
        <Button type="submit" kind="primary" isBusy={isPending} disabledReason={firstErrorOf(errors) ?? unsaved}>
          {isNew ? 'Make the schedule' : 'Save'}
        </Button>
        <ApiButton
          call={{
            about: isNew ? 'Make this schedule' : 'Save this schedule',
            method: isNew ? 'POST' : 'PUT',
            path: isNew ? '/v2/schedules' : `/v2/schedules/${scheduleId}`,
            body: scheduleBodyOf(draft),
          }}
        />
      </div>
    </>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <WithSide side={side}>
        <Card title="When" isPadded>
          <TimingFields timing={draft} error={errors.cronExpression} onChange={change} />
        </Card>
        <ActionCards actions={draft.actions} errors={errors.actions} onChange={(actions) => change({ actions })} />
      </WithSide>
    </form>
  );
}

function ActionCards({
  actions,
  errors,
  onChange,
}: {
  readonly actions: readonly ActionDraft[];
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (actions: readonly ActionDraft[]) => void;
}) {
  const add = (type: ActionDraft['type']) =>
    onChange([...actions, newAction(crypto.getRandomValues(new Uint32Array(2)).join('-'), type)]);
  const reasonOf = (type: ActionDraft['type']) =>
    actions.filter((action) => action.type === type).length >= maxActions
      ? `A schedule starts ${maxActions} of these at most. Make another schedule for the rest.`
      : undefined;
  return (
    <Card
      title="What it starts"
      actions={
        <>
          <Button size="small" disabledReason={reasonOf('RUN_ACTOR')} onClick={() => add('RUN_ACTOR')}>
            Add an Actor
          </Button>
          <Button size="small" disabledReason={reasonOf('RUN_ACTOR_TASK')} onClick={() => add('RUN_ACTOR_TASK')}>
            Add a task
          </Button>
        </>
      }
    >
      {actions.length === 0 && (
        <Empty title="It starts nothing yet">
          <p>Add an Actor or a task.</p>
        </Empty>
      )}
      {actions.map((action, index) => (
        <ActionEditor
          key={action.key}
          action={action}
          error={errors[action.key]}
          onChange={(changed) => onChange(actions.with(index, changed))}
          onRemove={() => onChange(actions.filter(({ key }) => key !== action.key))}
        />
      ))}
    </Card>
  );
}

function SettingsCard({
  draft,
  errors,
  onChange,
  isNew,
}: {
  readonly draft: ScheduleDraft;
  readonly errors: { readonly name?: string };
  readonly onChange: (changes: Partial<ScheduleDraft>) => void;
  readonly isNew: boolean;
}) {
  return (
    <Card title="Settings" isPadded>
      <Field label="Name" help={isNew ? 'It gets one by itself when this is empty.' : undefined} error={errors.name}>
        <input value={draft.name} onChange={({ target }) => onChange({ name: target.value })} spellCheck={false} />
      </Field>
      <Field label="Title">
        <input value={draft.title} maxLength={200} onChange={({ target }) => onChange({ title: target.value })} />
      </Field>
      <Field label="Description">
        <textarea
          value={draft.description}
          maxLength={10_000}
          rows={2}
          onChange={({ target }) => onChange({ description: target.value })}
        />
      </Field>
      <Switches>
        <Switch label="Enabled" isOn={draft.isEnabled} onChange={(isEnabled) => onChange({ isEnabled })} />
        <Switch
          label="One run at a time: what is not over yet is not started again"
          isOn={draft.isExclusive}
          onChange={(isExclusive) => onChange({ isExclusive })}
        />
      </Switches>
    </Card>
  );
}
