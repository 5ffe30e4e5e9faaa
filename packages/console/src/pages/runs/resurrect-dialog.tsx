import { useState } from 'react';
import type { RunOptions } from '../../model/run-options.ts';
import { RunOptionsForm } from '../../parts/run-options.tsx';
import { type Run, resurrectRun } from '../../services/runs.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Failure } from '../../ui/notice.tsx';

export interface ActionDialogProps {
  readonly run: Run;
  readonly onClose: () => void;
  readonly onDone: (text: string) => Promise<void>;
}

/** Continues a run that has ended, with its storages, and other options if one likes. */
export function ResurrectDialog({ run, onClose, onDone }: ActionDialogProps) {
  const [options, setOptions] = useState<RunOptions>({});
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const resurrect = async () => {
    setIsBusy(true);
    setError(undefined);
    const { timeoutSecs: timeout, memoryMbytes: memory, ...others } = options;
    try {
      await resurrectRun(run.id, { timeout, memory, ...others });
      await onDone('The run continues.');
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Dialog title="Resurrect the run" isOpen onClose={onClose}>
      <p>
        It continues with its storages as they are, so an Actor that saves its state goes on where it was. What is left
        empty stays as it was.
      </p>
      <RunOptionsForm value={options} onChange={setOptions} defaults={run.options} usual="As it was" />
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" isBusy={isBusy} onClick={() => void resurrect()}>
          Resurrect
        </Button>
      </DialogActions>
    </Dialog>
  );
}
