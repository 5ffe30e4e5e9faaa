import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Actor, type ActorUpdate, updateActor } from '../../services/actors.ts';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './actors.module.css';

/** Changes that are saved together. */
export function useActorUpdate(actor: Actor) {
  const [draft, setDraft] = useState<ActorUpdate>({});
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const isDirty = Object.keys(draft).length > 0;
  const save = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      await updateActor(actor.id, draft);
      await queryClient.invalidateQueries({ queryKey: ['actors'] });
      setDraft({});
      say('The settings are saved.');
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const footer = (
    <>
      {error !== undefined && <Failure error={error} />}
      <div className={styles.row}>
        <Button
          kind="primary"
          isBusy={isBusy}
          disabledReason={isDirty ? undefined : 'Nothing is changed.'}
          onClick={() => void save()}
        >
          Save
        </Button>
        {isDirty && (
          <Button kind="quiet" onClick={() => setDraft({})}>
            Discard changes
          </Button>
        )}
      </div>
    </>
  );
  return { draft, change: (next: ActorUpdate) => setDraft({ ...draft, ...next }), footer };
}
