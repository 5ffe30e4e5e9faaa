import { useState } from 'react';
import { useDeletion } from '../../live/deletion.ts';
import { RunOptionsForm } from '../../parts/run-options.tsx';
import { type Actor, deleteActor } from '../../services/actors.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, Select, Switch } from '../../ui/fields.tsx';
import { Note } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import { useActorUpdate } from './actor-update.tsx';
import styles from './actors.module.css';
import { EnvVars } from './env-vars.tsx';
import { StandbySettings } from './standby-settings.tsx';

export function SettingsTab({ actor }: { readonly actor: Actor }) {
  return (
    <>
      <General actor={actor} />
      <RunDefaults actor={actor} />
      <StandbySettings actor={actor} />
      <EnvVars actor={actor} />
      <DeleteActor actor={actor} />
    </>
  );
}

const levels = [
  { value: 'LIMITED_PERMISSIONS', label: 'Limited' },
  { value: 'FULL_PERMISSIONS', label: 'Full' },
];

function General({ actor }: { readonly actor: Actor }) {
  const { draft, change, footer } = useActorUpdate(actor);
  const edited = { ...actor, ...draft };
  return (
    <Card title="General" isPadded>
      <div className={styles.form}>
        <Field label="Title">
          <input dir="auto" value={edited.title ?? ''} onChange={({ target }) => change({ title: target.value })} />
        </Field>
        <Field
          label="Name"
          help={`Its address is ${actor.username}~${edited.name}. Whoever calls it by the old one does not find it.`}
        >
          <input value={edited.name} onChange={({ target }) => change({ name: target.value })} spellCheck={false} />
        </Field>
        <Field label="Description">
          <textarea
            dir="auto"
            rows={4}
            value={edited.description ?? ''}
            onChange={({ target }) => change({ description: target.value })}
          />
        </Field>
        <Field
          label="Permissions of its runs"
          help="Limited: its own storages, and those that the input names. Full: all of the account of who starts it."
        >
          <Select
            value={edited.actorPermissionLevel ?? 'LIMITED_PERMISSIONS'}
            onChange={(level) => change({ actorPermissionLevel: level as Actor['actorPermissionLevel'] & string })}
            options={levels}
          />
        </Field>
        <div className={styles.row}>
          <Switch label="Public" isOn={edited.isPublic} onChange={(isPublic) => change({ isPublic })} />
          <Switch
            label="Deprecated"
            isOn={edited.isDeprecated === true}
            onChange={(isDeprecated) => change({ isDeprecated })}
          />
        </div>
        {draft.isPublic === true && !actor.isPublic && (
          <Note>
            Every user of this platform will see its title, description, README and input, and start it for themselves.
            They will not see its source, its environment variables or your runs.
          </Note>
        )}
        {footer}
      </div>
    </Card>
  );
}

function RunDefaults({ actor }: { readonly actor: Actor }) {
  const { draft, change, footer } = useActorUpdate(actor);
  const { forcePermissionLevel: _, maxItems, ...usual } = { ...actor.defaultRunOptions, ...draft.defaultRunOptions };
  return (
    <Card title="Run options" note="of a start that does not say them" isPadded>
      <div className={styles.form}>
        <RunOptionsForm
          value={{ ...usual, ...(typeof maxItems === 'number' && { maxItems }) }}
          onChange={({ maxTotalChargeUsd: __, ...next }) =>
            // What was taken out goes back to the platform's own default, which only a value says.
            change({ defaultRunOptions: { ...next, maxItems: next.maxItems ?? null } })
          }
          builds={Object.keys(actor.taggedBuilds ?? {})}
          isOfActor
        />
        {footer}
      </div>
    </Card>
  );
}

function DeleteActor({ actor }: { readonly actor: Actor }) {
  const [isOpen, setIsOpen] = useState(false);
  const deletion = useDeletion();
  return (
    <Card title="Delete the Actor" isPadded>
      <div className={styles.form}>
        <p>Its source, builds and environment variables go. Its runs and what they have stored stay.</p>
        <Button kind="danger" onClick={() => setIsOpen(true)}>
          Delete…
        </Button>
      </div>
      <Confirm
        title={`Delete ${actor.name}?`}
        action="Delete"
        name={actor.name}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        onConfirm={async () => {
          const { id } = actor;
          await deletion({ kinds: 'actors', id, to: '/actors', call: () => deleteActor(id) });
          say(`${actor.name} is deleted.`);
        }}
      >
        <p>
          Tasks and schedules of it cannot start it any more. Builds that are at work are aborted. This cannot be
          undone.
        </p>
      </Confirm>
    </Card>
  );
}
