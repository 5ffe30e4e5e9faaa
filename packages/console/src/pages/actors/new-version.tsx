import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { nextVersion } from '../../model/source-files.ts';
import { type Actor, createVersion, type Version } from '../../services/actors.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';

interface NewVersionProps {
  readonly actor: Actor;
  /** Whose source the new one has. */
  readonly from: Version | undefined;
  readonly onMade: (versionNumber: string) => void;
}

export function NewVersion(props: NewVersionProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setIsOpen(true)}>
        New version…
      </Button>
      {isOpen && <VersionDialog {...props} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function VersionDialog({ actor, from, onMade, onClose }: NewVersionProps & { readonly onClose: () => void }) {
  const [number, setNumber] = useState(nextVersion(actor.versions.map(({ versionNumber }) => versionNumber)));
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const make = async () => {
    setError(undefined);
    // Secrets cannot be read, so a copy would lack them: the variables are set anew.
    const { envVars: _, ...source } = from ?? ({ sourceType: 'SOURCE_FILES', sourceFiles: [] } as Partial<Version>);
    try {
      await createVersion(actor.id, { ...source, versionNumber: number, buildTag: null } as Version);
      await queryClient.invalidateQueries({ queryKey: ['actors', 'one', actor.id] });
      onClose();
      onMade(number);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog title="New version" isOpen onClose={onClose}>
      <Field
        label="Number"
        help={from && `With the source of version ${from.versionNumber}, without its environment variables.`}
      >
        <input value={number} onChange={({ target }) => setNumber(target.value.trim())} />
      </Field>
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          disabledReason={/^\d{1,2}\.\d{1,2}$/.test(number) ? undefined : 'Write a number such as 0.2.'}
          onClick={() => void make()}
        >
          Make it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
