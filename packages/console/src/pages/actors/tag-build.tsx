import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Actor, updateActor } from '../../services/actors.ts';
import type { BuildShort } from '../../services/builds.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import { say } from '../../ui/toasts.tsx';

interface TagBuildProps {
  readonly actor: Actor;
  readonly build: BuildShort;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function TagBuild({ actor, build, isOpen, onClose }: TagBuildProps) {
  const [tag, setTag] = useState('');
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const former = actor.taggedBuilds?.[tag]?.buildNumber;
  const save = async () => {
    setError(undefined);
    try {
      await updateActor(actor.id, { taggedBuilds: { [tag]: { buildId: build.id } } });
      await queryClient.invalidateQueries({ queryKey: ['actors'] });
      say(`${tag} is build ${build.buildNumber} now.`);
      onClose();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog title={`Tag build ${build.buildNumber}`} isOpen={isOpen} onClose={onClose}>
      <Field
        label="Tag"
        help={
          former
            ? `Build ${former} has it now and loses it.`
            : `Runs without a build get “${actor.defaultRunOptions.build ?? 'latest'}”.`
        }
      >
        <input value={tag} placeholder="latest" onChange={({ target }) => setTag(target.value.trim())} />
      </Field>
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          disabledReason={tag === '' ? 'Write a tag first.' : undefined}
          onClick={() => void save()}
        >
          Tag
        </Button>
      </DialogActions>
    </Dialog>
  );
}
