import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { formatCount } from '../model/format.ts';
import { type NewRequests, parseRequests } from '../model/queue-requests.ts';
import { addRequests } from '../services/request-queues.ts';
import { Button } from '../ui/button.tsx';
import { DialogActions } from '../ui/dialog.tsx';
import { Field, Select, Switch } from '../ui/fields.tsx';
import { Failure } from '../ui/notice.tsx';
import { say } from '../ui/toasts.tsx';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** Adds requests to a queue: one URL a line. */
export function RequestForm({ queueId, onDone }: { readonly queueId: string; readonly onDone: () => void }) {
  const [typed, setTyped] = useState<NewRequests>({
    urls: '',
    method: 'GET',
    userData: '',
    payload: '',
    uniqueKey: '',
  });
  const [isFirst, setIsFirst] = useState(false);
  const [wasTried, setWasTried] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const parsed = parseRequests(typed);
  const errorOf = (field: keyof NewRequests) =>
    wasTried && parsed.kind === 'wrong' && parsed.field === field ? parsed.error : undefined;
  const change = (field: keyof NewRequests) => (value: string) => setTyped({ ...typed, [field]: value });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setWasTried(true);
    if (parsed.kind === 'wrong') return;
    setIsBusy(true);
    setError(undefined);
    try {
      const added = await addRequests(queueId, parsed.requests, { isFirst });
      const known = added.filter(({ wasAlreadyPresent }) => wasAlreadyPresent).length;
      const wereThere = known === 0 ? '' : ` ${formatCount(known, 'of them was', 'of them were')} there already.`;
      say(`${formatCount(added.length, 'request was', 'requests were')} sent.${wereThere}`);
      await queryClient.invalidateQueries({ queryKey: ['requestQueues', 'one', queueId] });
      onDone();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Field label="URLs" isRequired help="One a line." error={errorOf('urls')}>
        <textarea
          rows={4}
          value={typed.urls}
          onChange={({ target }) => change('urls')(target.value)}
          spellCheck={false}
        />
      </Field>
      <Field label="Method">
        <Select
          options={methods.map((method) => ({ value: method, label: method }))}
          value={typed.method}
          onChange={change('method')}
        />
      </Field>
      <Field
        label="User data"
        help="A JSON object that the Actor gets with each request, such as its label."
        error={errorOf('userData')}
      >
        <textarea
          rows={2}
          value={typed.userData}
          onChange={({ target }) => change('userData')(target.value)}
          spellCheck={false}
        />
      </Field>
      <Field label="Payload" help="The body that is sent to the URL.">
        <textarea rows={2} value={typed.payload} onChange={({ target }) => change('payload')(target.value)} />
      </Field>
      <Field
        label="Unique key"
        help="A request whose key is in the queue already is not added again. It is made of the URL unless you write one."
        error={errorOf('uniqueKey')}
      >
        <input
          value={typed.uniqueKey}
          onChange={({ target }) => change('uniqueKey')(target.value)}
          spellCheck={false}
        />
      </Field>
      <Switch label="Before all others" isOn={isFirst} onChange={setIsFirst} />
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button type="submit" kind="primary" isBusy={isBusy}>
          Add
        </Button>
      </DialogActions>
    </form>
  );
}
