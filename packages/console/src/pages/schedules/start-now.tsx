import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type ScheduleAction, startAction } from '../../services/schedules.ts';
import { actorNameQuery, taskNameQuery } from '../../services/targets.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import styles from './schedules.module.css';

/** Starts what the schedule starts, at once: by the calls that start an Actor or a task. */
export function StartNow({ actions }: { readonly actions: readonly ScheduleAction[] }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        disabledReason={actions.length === 0 ? 'It has nothing to start. Add an Actor or a task first.' : undefined}
        onClick={() => setIsOpen(true)}
      >
        Start now
      </Button>
      <Dialog title="Start now" isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <p>
          This starts a run with the input and the options of the schedule. It counts as a start of yours: the
          schedule's log and its next time stay as they are, and it is started even if a run of the schedule is not
          over.
        </p>
        <ul className={styles.starts}>
          {actions.map((action) => (
            <li key={action.id}>
              <StartOne action={action} />
            </li>
          ))}
        </ul>
        <DialogActions>
          <Button onClick={() => setIsOpen(false)}>Close</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

function StartOne({ action }: { readonly action: ScheduleAction }) {
  const [isBusy, setIsBusy] = useState(false);
  const navigate = useNavigate();
  const isActor = action.type === 'RUN_ACTOR';
  const actor = useQuery({ ...actorNameQuery(isActor ? action.actorId : ''), enabled: isActor });
  const task = useQuery({ ...taskNameQuery(isActor ? '' : action.actorTaskId), enabled: !isActor });
  const target = isActor ? actor.data : task.data;
  const name = target?.label ?? (isActor ? action.actorId : action.actorTaskId);
  const start = async () => {
    setIsBusy(true);
    try {
      const { id } = await startAction(action);
      say(`Started ${name}.`);
      await navigate({ to: '/runs/$runId', params: { runId: id } as never });
    } catch (error) {
      sayFailure(error);
      setIsBusy(false);
    }
  };
  return (
    <>
      <span>{name}</span>
      <Button
        size="small"
        kind="primary"
        isBusy={isBusy}
        disabledReason={target === null ? `This ${isActor ? 'Actor' : 'task'} was deleted.` : undefined}
        onClick={() => void start()}
      >
        Start {isActor ? 'the Actor' : 'the task'}
      </Button>
    </>
  );
}
