import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { contentTypeFor, decodeStart, keyFor, prettyJson, recordKindOf } from '../model/record-preview.ts';
import { recordStartQuery, writeRecord } from '../services/key-value-stores.ts';
import { Button } from '../ui/button.tsx';
import { CodeEditor } from '../ui/code-editor.tsx';
import { DialogActions } from '../ui/dialog.tsx';
import { Field } from '../ui/fields.tsx';
import { Failure, Skeleton } from '../ui/notice.tsx';
import { say } from '../ui/toasts.tsx';
import { previewBytes } from './record-preview.tsx';

interface RecordFormProps {
  readonly storeId: string;
  /** Of the record that is changed; a new one without. */
  readonly recordKey?: string;
  readonly contentType?: string;
  readonly onDone: (key: string) => void;
}

/** Writes a record: a text that is edited here, or a file. */
export function RecordForm(props: RecordFormProps) {
  const { storeId, recordKey, contentType = '' } = props;
  const { data, error } = useQuery({
    ...recordStartQuery(storeId, recordKey ?? '', previewBytes),
    enabled: recordKey !== undefined,
    // What is typed is not replaced.
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (recordKey === undefined) return <Form {...props} text="" />;
  if (error) return <Failure error={error} />;
  if (data === undefined) return <Skeleton rows={6} />;
  const text = decodeStart(data);
  return <Form {...props} text={recordKindOf(contentType) === 'json' ? (prettyJson(text) ?? text) : text} />;
}

function Form({
  storeId,
  recordKey,
  contentType: former,
  text: formerText,
  onDone,
}: RecordFormProps & { text: string }) {
  const [key, setKey] = useState(recordKey ?? '');
  const [contentType, setContentType] = useState(former ?? 'application/json; charset=utf-8');
  const [text, setText] = useState(formerText);
  const [file, setFile] = useState<File>();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const chooseFile = (next: File | undefined) => {
    setFile(next);
    if (next === undefined) return;
    setContentType(next.type || contentTypeFor(next.name));
    if (key === '') setKey(keyFor(next.name));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setError(undefined);
    try {
      await writeRecord(storeId, { key, contentType, body: file ?? text });
      await queryClient.invalidateQueries({ queryKey: ['keyValueStores', 'one', storeId] });
      say(`The record ${key} was stored.`);
      onDone(key);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {recordKey === undefined && (
        <Field label="Key" isRequired help="Letters, digits and ! - _ . ' ( ). A record of this key is replaced.">
          <input value={key} onChange={({ target }) => setKey(target.value)} autoComplete="off" spellCheck={false} />
        </Field>
      )}
      <Field label="Content type">
        <input value={contentType} onChange={({ target }) => setContentType(target.value)} spellCheck={false} />
      </Field>
      <Field label="File" help={file === undefined ? 'Or write the value below.' : 'The file is the value.'}>
        <input type="file" onChange={({ target }) => chooseFile(target.files?.[0])} />
      </Field>
      {file === undefined && (
        <CodeEditor
          value={text}
          onChange={setText}
          language={recordKindOf(contentType) === 'json' ? 'json' : 'text'}
          label="Value"
          minLines={10}
        />
      )}
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button
          type="submit"
          kind="primary"
          isBusy={isBusy}
          disabledReason={key === '' ? 'Give the record a key first.' : undefined}
        >
          Store
        </Button>
      </DialogActions>
    </form>
  );
}
