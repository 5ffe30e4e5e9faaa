import type { Actor } from '../../services/actors.ts';
import { CopyId } from '../../ui/copy-id.tsx';
import { Field, Switch } from '../../ui/fields.tsx';
import { Card } from '../../ui/page.tsx';
import { useActorUpdate } from './actor-update.tsx';
import styles from './actors.module.css';

type Standby = NonNullable<Actor['actorStandby']>;

const counts = [
  { name: 'maxRequestsPerActorRun', label: 'Most requests at once for a run', usual: '4' },
  { name: 'desiredRequestsPerActorRun', label: 'More requests than this start another run', usual: '3' },
  { name: 'idleTimeoutSecs', label: 'Seconds without a request after which a run ends', usual: '300' },
  { name: 'memoryMbytes', label: 'Memory of a run in MB', usual: '1024' },
] as const;

/** How the Actor is served as a web server that is always there. */
export function StandbySettings({ actor }: { readonly actor: Actor }) {
  const { draft, change, footer } = useActorUpdate(actor);
  const standby: Standby = { ...actor.actorStandby, ...draft.actorStandby };
  const set = (next: Standby) => change({ actorStandby: { ...draft.actorStandby, ...next } });
  return (
    <Card title="Standby" note="a web server that is there at once" isPadded>
      <div className={styles.form}>
        <Switch
          label="In Standby mode"
          isOn={standby.isEnabled === true}
          onChange={(isEnabled) => set({ isEnabled })}
        />
        {actor.standbyUrl && (
          <p className={styles.address}>
            At <CopyId id={actor.standbyUrl} />
            <br />
            <span className={styles.faint}>
              Requests need an API token: in the header <code>Authorization: Bearer …</code>, or as{' '}
              <code>?token=…</code>
            </span>
          </p>
        )}
        {standby.isEnabled === true && (
          <>
            {counts.map(({ name, label, usual }) => (
              <Field key={name} label={label}>
                <input
                  type="number"
                  min={1}
                  value={standby[name] ?? ''}
                  placeholder={usual}
                  onChange={({ target }) =>
                    set({ [name]: Number.isNaN(target.valueAsNumber) ? null : Math.trunc(target.valueAsNumber) })
                  }
                />
              </Field>
            ))}
            <Field label="Build" help="A tag or a number">
              <input
                value={standby.build ?? ''}
                placeholder="latest"
                onChange={({ target }) => set({ build: target.value.trim() || null })}
              />
            </Field>
            <div className={styles.row}>
              <Switch
                label="Give runs the Actor's input"
                isOn={standby.shouldPassActorInput === true}
                onChange={(shouldPassActorInput) => set({ shouldPassActorInput })}
              />
              <Switch
                label="Tasks cannot change these"
                isOn={standby.disableStandbyFieldsOverride === true}
                onChange={(disableStandbyFieldsOverride) => set({ disableStandbyFieldsOverride })}
              />
            </div>
          </>
        )}
        {footer}
      </div>
    </Card>
  );
}
