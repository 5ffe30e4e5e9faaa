import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { textsOf } from '../../model/input-schema.ts';
import {
  type ResourceType,
  type StorageName,
  storageNamesQuery,
  uploadInputFile,
} from '../../services/input-resources.ts';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/notice.tsx';
import { controlOf, type EditorProps } from './editor-props.ts';
import styles from './input-form.module.css';

const nouns: Readonly<Record<ResourceType, string>> = {
  dataset: 'dataset',
  keyValueStore: 'key-value store',
  requestQueue: 'request queue',
};

const isStorage = (type: unknown): type is ResourceType => typeof type === 'string' && type in nouns;

/** A storage by name or id, or several; what is no storage is a text. */
export function ResourceEditor(props: EditorProps) {
  const { field, value, onChange } = props;
  const { resourceType } = field.schema;
  if (field.type === 'array') return <ResourceList {...props} />;
  return (
    <ResourceInput
      {...controlOf(props)}
      resourceType={resourceType}
      value={typeof value === 'string' ? value : ''}
      onChange={(text) => onChange(text || undefined)}
    />
  );
}

interface ResourceInputProps {
  readonly resourceType: unknown;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ResourceInput({ resourceType, value, onChange, ...control }: ResourceInputProps & { 'aria-label'?: string }) {
  const listId = useId();
  const text = isStorage(resourceType) ? `Name or id of a ${nouns[resourceType]}` : undefined;
  return (
    <>
      <input
        {...control}
        list={listId}
        value={value}
        placeholder={text}
        onChange={({ target }) => onChange(target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      {isStorage(resourceType) && <StorageOptions type={resourceType} listId={listId} />}
    </>
  );
}

function StorageOptions({ type, listId }: { readonly type: ResourceType; readonly listId: string }) {
  const { data = [] } = useQuery(storageNamesQuery(type));
  return (
    <datalist id={listId}>
      {data.map(({ id, name }: StorageName) => (
        <option key={id} value={name ?? id}>
          {name === null ? 'without a name' : id}
        </option>
      ))}
    </datalist>
  );
}

function ResourceList({ field, value, onChange }: EditorProps) {
  const chosen = textsOf(value);
  const change = (next: readonly string[]) => onChange(next.length === 0 ? undefined : next);
  return (
    <div>
      {chosen.map((each, index) => (
        <div key={index} className={styles.row}>
          <ResourceInput
            aria-label={`${field.title} ${index + 1}`}
            resourceType={field.schema.resourceType}
            value={each}
            onChange={(text) => change(chosen.with(index, text))}
          />
          <Button
            size="small"
            kind="quiet"
            aria-label={`Remove ${index + 1}`}
            onClick={() => change(chosen.toSpliced(index, 1))}
          >
            ×
          </Button>
        </div>
      ))}
      <Button size="small" onClick={() => change([...chosen, ''])}>
        Add
      </Button>
    </div>
  );
}

/** The URL of a file, or of several: typed, or of one that is stored in the user's account. */
export function FileEditor(props: EditorProps) {
  const { field, value, onChange } = props;
  const isList = field.type === 'array';
  const urls = isList ? textsOf(value) : typeof value === 'string' ? [value] : [];
  const shown = isList || urls.length > 0 ? urls : [''];
  const change = (next: readonly string[]) => {
    if (isList) onChange(next.length === 0 ? undefined : next);
    else onChange(next[0] || undefined);
  };
  return (
    <div>
      {shown.map((url, index) => (
        <div key={index} className={styles.row}>
          <input
            aria-label={isList ? `${field.title} ${index + 1}` : `URL of ${field.title}`}
            value={url}
            placeholder="https://… or upload a file"
            onChange={({ target }) => change(shown.with(index, target.value))}
            spellCheck={false}
          />
          {isList && (
            <Button
              size="small"
              kind="quiet"
              aria-label={`Remove ${index + 1}`}
              onClick={() => change(urls.toSpliced(index, 1))}
            >
              ×
            </Button>
          )}
        </div>
      ))}
      <Upload
        title={field.title}
        isList={isList}
        onUploaded={(added) => change(isList ? [...urls, ...added] : added)}
      />
    </div>
  );
}

interface UploadProps {
  readonly title: string;
  readonly isList: boolean;
  readonly onUploaded: (urls: readonly string[]) => void;
}

function Upload({ title, isList, onUploaded }: UploadProps) {
  const picker = useRef<HTMLInputElement>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const upload = async (files: readonly File[]) => {
    setIsBusy(true);
    setError(undefined);
    try {
      onUploaded(await Promise.all(files.map(uploadInputFile)));
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple={isList}
        className={styles.hidden}
        tabIndex={-1}
        aria-label={`Files for ${title}`}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = '';
          if (files.length > 0) void upload(files);
        }}
      />
      <Button size="small" isBusy={isBusy} onClick={() => picker.current?.click()}>
        {isBusy ? 'Uploading…' : isList ? 'Upload files' : 'Upload a file'}
      </Button>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}
