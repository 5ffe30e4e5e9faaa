import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type ConditionKind,
  eventGroups,
  type WebhookDraft,
  type WebhookErrors,
  webhookBodyOf,
  webhookErrorsOf,
} from '../../model/webhook-draft.ts';
import { ActorPicker, TaskPicker } from '../../parts/target-picker.tsx';
import type { WebhookCreate } from '../../services/webhooks.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { Halves } from '../../ui/columns.tsx';
import { Choices, Field, Select, Switch, Switches } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { PayloadCard } from './payload-card.tsx';
import styles from './webhooks.module.css';

interface WebhookFormProps {
  readonly initial: WebhookDraft;
  readonly onSave: (body: WebhookCreate) => Promise<void>;
  /** Undefined for a new one. */
  readonly webhookId?: string;
}

type Change = (changes: Partial<WebhookDraft>) => void;

export function WebhookForm({ initial, onSave, webhookId }: WebhookFormProps) {
  const [draft, setDraft] = useState(initial);
  const { mutate, isPending, error } = useMutation({ mutationFn: () => onSave(webhookBodyOf(draft)) });
  const change: Change = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const errors = webhookErrorsOf(draft);
  const isNew = webhookId === undefined;
  const unchanged = !isNew && JSON.stringify(draft) === JSON.stringify(initial) ? 'Nothing was changed.' : undefined;
  const [firstError] = Object.values(errors) as string[];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <Halves>
        <div>
          <EventsCard draft={draft} errors={errors} onChange={change} />
          <ReceiverCard draft={draft} errors={errors} onChange={change} />
        </div>
        <div>
          <PayloadCard draft={draft} errors={errors} onChange={change} />
          {error !== null && <Failure error={error} />}
          <div className={styles.save}>
            <Button type="submit" kind="primary" isBusy={isPending} disabledReason={firstError ?? unchanged}>
              {isNew ? 'Make the webhook' : 'Save'}
            </Button>
            <ApiButton
              call={{
                about: isNew ? 'Make this webhook' : 'Save this webhook',
                method: isNew ? 'POST' : 'PUT',
                path: isNew ? '/v2/webhooks' : `/v2/webhooks/${webhookId}`,
                body: webhookBodyOf(draft),
              }}
            />
          </div>
        </div>
      </Halves>
    </form>
  );
}

interface PartProps {
  readonly draft: WebhookDraft;
  readonly errors: WebhookErrors;
  readonly onChange: Change;
}

const kinds = [
  { value: 'actor', label: 'All runs and builds of an Actor' },
  { value: 'task', label: 'All runs of a task' },
  { value: 'run', label: 'One run' },
] as const;

function EventsCard({ draft, errors, onChange }: PartProps) {
  const { conditionKind, targetId, eventTypes } = draft;
  const toggle = (type: (typeof eventTypes)[number], isOn: boolean) =>
    onChange({ eventTypes: isOn ? [...eventTypes, type] : eventTypes.filter((each) => each !== type) });
  const setTarget = (id: string) => onChange({ targetId: id });
  // Tasks and runs have no builds.
  const groups = conditionKind === 'actor' ? eventGroups : eventGroups.slice(0, 1);
  return (
    <Card title="What it listens to" isPadded>
      <Field label="Of what">
        <Select
          options={kinds}
          value={conditionKind}
          onChange={(kind) => onChange({ conditionKind: kind as ConditionKind, targetId: '' })}
        />
      </Field>
      <Field
        label={{ actor: 'Actor', task: 'Task', run: 'Id of the run' }[conditionKind]}
        error={targetId === '' ? errors.targetId : undefined}
        isRequired
      >
        {conditionKind === 'actor' ? (
          <ActorPicker value={targetId} onChange={setTarget} />
        ) : conditionKind === 'task' ? (
          <TaskPicker value={targetId} onChange={setTarget} />
        ) : (
          <input value={targetId} spellCheck={false} onChange={({ target }) => setTarget(target.value)} />
        )}
      </Field>
      {groups.map(({ title, events }) => (
        <Choices key={title} legend={`${title} …`}>
          {events.map(({ type, title: text }) => (
            <label key={type}>
              <input
                type="checkbox"
                checked={eventTypes.includes(type)}
                onChange={({ target }) => toggle(type, target.checked)}
              />
              {text}
            </label>
          ))}
        </Choices>
      ))}
      {errors.eventTypes && <p className={styles.error}>{errors.eventTypes}</p>}
    </Card>
  );
}

function ReceiverCard({ draft, errors, onChange }: PartProps) {
  return (
    <Card title="Where it sends" isPadded>
      <Field
        label="URL"
        help="It gets a POST with JSON. Only public addresses are called, unless the platform was started with --allow-private-webhooks."
        error={draft.requestUrl === '' ? undefined : errors.requestUrl}
        isRequired
      >
        <input
          type="url"
          inputMode="url"
          value={draft.requestUrl}
          spellCheck={false}
          placeholder="https://"
          onChange={({ target }) => onChange({ requestUrl: target.value })}
        />
      </Field>
      <Field label="Description">
        <input
          value={draft.description}
          maxLength={10_000}
          onChange={({ target }) => onChange({ description: target.value })}
        />
      </Field>
      <Switches>
        <Switch
          label="Try it once only; without this, it is tried again for 34 hours"
          isOn={draft.doNotRetry}
          onChange={(doNotRetry) => onChange({ doNotRetry })}
        />
        <Switch
          label="Accept any TLS certificate"
          isOn={draft.ignoreSslErrors}
          onChange={(ignoreSslErrors) => onChange({ ignoreSslErrors })}
        />
      </Switches>
    </Card>
  );
}
