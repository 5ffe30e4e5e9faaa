import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { metamorphRun } from '../../services/runs.ts';
import { actorChoicesQuery } from '../../services/targets.ts';
import { Button } from '../../ui/button.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import type { ActionDialogProps } from './resurrect-dialog.tsx';
import styles from './run-page.module.css';

/** Turns a run into one of another Actor. */
export function MetamorphDialog({ run, onClose, onDone }: ActionDialogProps) {
  const actors = useQuery(actorChoicesQuery);
  const [actorId, setActorId] = useState('');
  const [build, setBuild] = useState('');
  const [input, setInput] = useState('{}');
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const problem = jsonProblem(input);
  const metamorph = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      await metamorphRun(run.id, { actorId, build, input: input.trim() === '' ? undefined : input });
      await onDone('The run becomes another Actor.');
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const options = (actors.data ?? []).map(({ id, label }) => ({ value: id, label }));
  const missing = actorId === '' ? 'Choose the Actor that the run becomes.' : problem;
  return (
    <Dialog title="Metamorph the run" isOpen onClose={onClose} size="wide">
      <p>
        The attempt is ended without a drain, and the chosen Actor goes on in the same run with the same storages. This
        cannot be undone.
      </p>
      <Field label="Actor" isRequired>
        <Select options={[{ value: '', label: 'Choose' }, ...options]} value={actorId} onChange={setActorId} />
      </Field>
      <Field label="Build" help="A tag or a number. Left empty, it is the Actor's own default.">
        <input value={build} onChange={({ target }) => setBuild(target.value)} />
      </Field>
      <div className={styles.input}>
        <b>Input</b>
        <CodeEditor label="Input" language="json" value={input} onChange={setInput} minLines={6} />
        <small>JSON. Left empty, the Actor gets no input; it does not get that of the run's start.</small>
      </div>
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" disabledReason={missing} isBusy={isBusy} onClick={() => void metamorph()}>
          Metamorph
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function jsonProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return 'The input is no JSON.';
  }
}
