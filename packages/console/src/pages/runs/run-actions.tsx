import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isOver } from '../../model/status.ts';
import { abortRun, type Run, rebootRun } from '../../services/runs.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { say } from '../../ui/toasts.tsx';
import { MetamorphDialog } from './metamorph-dialog.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { ResurrectDialog } from './resurrect-dialog.tsx';

type Question = 'abort' | 'abort-now' | 'reboot' | 'resurrect' | 'metamorph' | 'move';

/** What can be done with a run; what cannot be says why. */
export function RunActions({ run, name }: { readonly run: Run; readonly name: string }) {
  const [question, setQuestion] = useState<Question>();
  const queryClient = useQueryClient();
  const { id, status } = run;
  const isDone = isOver(status);
  const overReason = isDone ? `The run has ended (${status}).` : undefined;
  const movableReason =
    overReason ??
    (status === 'RUNNING' ? undefined : `This is for a run that is at work (RUNNING); this one is ${status}.`);
  const close = () => setQuestion(undefined);
  const changed = async (text: string) => {
    await queryClient.invalidateQueries({ queryKey: ['runs'] });
    say(text);
  };
  return (
    <>
      <Menu
        title="Abort"
        disabledReason={overReason}
        actions={[
          {
            title: 'Abort gracefully',
            about: 'The Actor has 30 s to save its work.',
            onChoose: () => setQuestion('abort'),
          },
          { title: 'Abort at once', isDangerous: true, onChoose: () => setQuestion('abort-now') },
        ]}
      />
      <Button disabledReason={movableReason} onClick={() => setQuestion('reboot')}>
        Reboot
      </Button>
      {!isDone && (
        <Menu
          title="More"
          actions={[
            {
              title: 'Metamorph…',
              about: 'Another Actor goes on in this run.',
              disabledReason: movableReason,
              onChoose: () => setQuestion('metamorph'),
            },
            {
              title: 'Resurrect…',
              disabledReason: 'Only a run that has ended can be resurrected.',
              onChoose: () => undefined,
            },
          ]}
        />
      )}
      <ApiButton
        call={{
          about: 'Get this run',
          method: 'GET',
          path: `/v2/actor-runs/${id}`,
          javascript: `run('${id}').get()`,
          python: `run('${id}').get()`,
        }}
      />
      <Button kind={isDone ? 'plain' : 'primary'} disabledReason={movableReason} onClick={() => setQuestion('move')}>
        Move…
      </Button>
      {isDone && (
        <Button kind="primary" onClick={() => setQuestion('resurrect')}>
          Resurrect…
        </Button>
      )}
      <Confirm
        title={question === 'abort-now' ? 'Abort the run at once?' : 'Abort the run?'}
        action={question === 'abort-now' ? 'Abort at once' : 'Abort'}
        isOpen={question === 'abort' || question === 'abort-now'}
        onClose={close}
        onConfirm={async () => {
          await abortRun(id, { gracefully: question === 'abort' });
          await changed('The run is being aborted.');
        }}
      >
        <p>
          {question === 'abort-now'
            ? 'Its attempt is killed now. What is in progress, and not saved, is lost; the results so far stay.'
            : 'The Actor is told that it will be aborted, and killed after 30 s at most. The results so far stay.'}
        </p>
        <p>An aborted run can be resurrected.</p>
      </Confirm>
      <Confirm
        title="Reboot the run?"
        action="Reboot"
        isOpen={question === 'reboot'}
        onClose={close}
        onConfirm={async () => {
          await rebootRun(id);
          await changed('The run reboots.');
        }}
      >
        <p>
          Its attempt is ended without a drain, and another one starts on the same server with the same storages. What
          was not saved is done again.
        </p>
      </Confirm>
      {question === 'resurrect' && <ResurrectDialog run={run} onClose={close} onDone={changed} />}
      {question === 'metamorph' && <MetamorphDialog run={run} onClose={close} onDone={changed} />}
      {question === 'move' && <MoveDialog run={run} name={name} onClose={close} />}
    </>
  );
}
