import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { asUtf8, contentTypeFor, decodeStart, keyFor, prettyJson, recordKindOf } from '../model/record-preview.ts';
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
  if (recordKey === undefined) return <Form {...props} text="" isText />;
  if (error) return <Failure error={error} />;
  if (data === undefined) return <Skeleton rows={6} />;
  const { text, isExact } = decodeStart(data, contentType);
  const shown = recordKindOf(contentType) === 'json' ? (prettyJson(text) ?? text) : text;
  return <Form {...props} text={shown} isText={isExact} />;
}

interface FormProps extends RecordFormProps {
  readonly text: string;
  /** Whether the text is all of the record. Where it is not, only a file replaces it. */
  readonly isText: boolean;
}

function Form({ storeId, recordKey, contentType: former, text: formerText, isText, onDone }: FormProps) {
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
      await writeRecord(
        storeId,
        file ? { key, contentType, body: file } : { key, contentType: asUtf8(contentType), body: text },
      );
      await queryClient.invalidateQueries({ queryKey: ['keyValueStores', 'one', storeId] });
      say(`The record ${key} was stored.`);
      onDone(key);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const reason =
    key === ''
      ? 'Give the record a key first.'
      : isText || file
        ? undefined
        : 'Choose the file that replaces it first.';
  return (
    <form onSubmit={(event) => void submit(event)}>
      {recordKey === undefined && (
        <Field label="Key" isRequired help="Letters, digits and ! - _ . ' ( ). A record of this key is replaced.">
          <input value={key} onChange={({ target }) => setKey(target.value)} autoComplete="off" spellCheck={false} />
        </Field>
      )}
      <Field
        label="Content type"
        help={file === undefined ? 'A text that is written here is stored in UTF-8.' : undefined}
      >
        <input value={contentType} onChange={({ target }) => setContentType(target.value)} spellCheck={false} />
      </Field>
      <Field label="File" help={fileHelp(file, isText)}>
        <input type="file" onChange={({ target }) => chooseFile(target.files?.[0])} />
      </Field>
      {file === undefined && isText && (
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
        <Button type="submit" kind="primary" isBusy={isBusy} disabledReason={reason}>
          Store
        </Button>
      </DialogActions>
    </form>
  );
}

function fileHelp(file: File | undefined, isText: boolean): string {
  if (file !== undefined) return 'The file is the value.';
  return isText
    ? 'Or write the value below.'
    : 'The record has bytes that are no text, which an editor would lose. Choose the file that replaces it.';
}
