import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Actor, deleteEnvVar, type EnvVar, putEnvVar } from '../../services/actors.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm, Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field, Select, Switch } from '../../ui/fields.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';

/** The environment variables of a version. A secret is written only: nobody reads it again. */
export function EnvVars({ actor }: { readonly actor: Actor }) {
  const [chosen, setChosen] = useAddressState<string>('version', '');
  const [edited, setEdited] = useState<EnvVar | 'new'>();
  const [deleted, setDeleted] = useState<EnvVar>();
  const queryClient = useQueryClient();
  const version = actor.versions.find(({ versionNumber }) => versionNumber === chosen) ?? actor.versions.at(-1);
  const number = version?.versionNumber;
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['actors', 'one', actor.id] });
  return (
    <Card
      title="Environment variables"
      note={number && `of version ${number}; a new build has them`}
      actions={
        <>
          {actor.versions.length > 1 && (
            <Select
              aria-label="Version of the variables"
              value={number!}
              onChange={setChosen}
              options={actor.versions.map(({ versionNumber }) => ({ value: versionNumber, label: versionNumber }))}
            />
          )}
          <Button
            size="small"
            disabledReason={number === undefined ? 'The Actor has no version yet: make one under Source.' : undefined}
            onClick={() => setEdited('new')}
          >
            Add…
          </Button>
        </>
      }
    >
      <DataTable
        label="Environment variables"
        rows={version?.envVars ?? []}
        rowId={({ name }) => name}
        columns={columnsOf(setEdited, setDeleted)}
        sortParameter="variables"
        empty={<Empty title="None">Press “Add…” for the first one.</Empty>}
      />
      {edited !== undefined && number !== undefined && (
        <EnvVarDialog
          former={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSave={async (envVar) => {
            await putEnvVar(actor.id, number, envVar, edited === 'new');
            await refresh();
            say(`${envVar.name} is saved. Build the Actor again to use it.`);
          }}
        />
      )}
      <Confirm
        title={`Delete ${deleted?.name ?? ''}?`}
        action="Delete"
        name={deleted?.name}
        isOpen={deleted !== undefined}
        onClose={() => setDeleted(undefined)}
        onConfirm={async () => {
          await deleteEnvVar(actor.id, number!, deleted!.name);
          await refresh();
          say(`${deleted!.name} is deleted.`);
        }}
      >
        <p>Builds that were made with it keep it.</p>
      </Confirm>
    </Card>
  );
}

const columnsOf = (onEdit: (envVar: EnvVar) => void, onDelete: (envVar: EnvVar) => void): readonly Column<EnvVar>[] => [
  { id: 'name', header: 'Name', cell: ({ name }) => <code>{name}</code>, sortBy: ({ name }) => name },
  {
    id: 'value',
    header: 'Value',
    cell: ({ value, isSecret }) => (isSecret ? '•••••• secret' : <code title={value}>{value}</code>),
  },
  {
    id: 'actions',
    header: 'Actions',
    isNumber: true,
    cell: (envVar) => (
      <>
        <Button size="small" kind="quiet" aria-label={`Edit ${envVar.name}`} onClick={() => onEdit(envVar)}>
          Edit
        </Button>
        <Button size="small" kind="quiet" aria-label={`Delete ${envVar.name}`} onClick={() => onDelete(envVar)}>
          Delete
        </Button>
      </>
    ),
  },
];

function envVarProblem(name: string, isRevealed: boolean): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'Write a name of letters, digits and underscores.';
  return isRevealed ? 'A secret becomes no open value: write a new one.' : undefined;
}

interface EnvVarDialogProps {
  /** Undefined for a new one. */
  readonly former: EnvVar | undefined;
  readonly onClose: () => void;
  readonly onSave: (envVar: EnvVar) => Promise<void>;
}

function EnvVarDialog({ former, onClose, onSave }: EnvVarDialogProps) {
  const [name, setName] = useState(former?.name ?? '');
  const [value, setValue] = useState(former?.value ?? '');
  const [isSecret, setIsSecret] = useState(former?.isSecret === true);
  const [error, setError] = useState<unknown>();
  const wasSecret = former?.isSecret === true;
  const isKept = wasSecret && isSecret && value === '';
  const problem = envVarProblem(name, wasSecret && !isSecret && value === '');
  const save = async () => {
    setError(undefined);
    try {
      await onSave(isKept ? { name, isSecret } : { name, value, isSecret });
      onClose();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog title={former === undefined ? 'New environment variable' : former.name} isOpen onClose={onClose}>
      {former === undefined && (
        <Field label="Name">
          <input value={name} onChange={({ target }) => setName(target.value.trim())} spellCheck={false} />
        </Field>
      )}
      <Field
        label="Value"
        help={wasSecret ? 'The stored value is not shown. Write a new one to replace it.' : undefined}
      >
        {isSecret ? (
          <input
            type="password"
            value={value}
            autoComplete="new-password"
            onChange={({ target }) => setValue(target.value)}
          />
        ) : (
          <textarea rows={3} value={value} onChange={({ target }) => setValue(target.value)} spellCheck={false} />
        )}
      </Field>
      <Switch label="Secret: encrypted, and never shown again" isOn={isSecret} onChange={setIsSecret} />
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabledReason={problem} onClick={() => void save()}>
          Save
        </Button>
      </DialogActions>
    </Dialog>
  );
}
