import { type ClipboardEvent, useEffect, useRef, useState } from 'react';
import {
  detailCount,
  emptyItem,
  keyValueItem,
  keyValueRow,
  lineItem,
  pastedLines,
  rowItem,
  rowText,
  sourceItem,
  sourceRow,
} from '../../model/input-lists.ts';
import { type InputField, maxListRows } from '../../model/input-schema.ts';
import { Button } from '../../ui/button.tsx';
import type { EditorProps } from './editor-props.ts';
import styles from './input-form.module.css';
import { SourceDetails } from './source-details.tsx';

const nouns: Readonly<Record<string, string>> = {
  requestListSources: 'URL',
  globs: 'glob',
  pseudoUrls: 'pseudo-URL',
  keyValue: 'pair',
  stringList: 'item',
};

/** Lists whose items are rows: one below the other, each with a button that takes it away. Pasted lines become rows. */
export function ListEditor({ field, value, onChange, path }: EditorProps) {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const list = useRef<HTMLDivElement>(null);
  const focusRow = useFocusOfRows(list, items.length);
  const noun = nouns[field.editor] ?? 'item';
  const change = (next: readonly unknown[]) => onChange(next.length === 0 ? undefined : next);
  const set = (index: number, item: unknown) => change(items.with(index, item));
  const add = () => {
    focusRow(items.length);
    change([...items, emptyItem(field.editor)]);
  };
  const remove = (index: number) => {
    focusRow(Math.max(0, index - 1));
    change(items.toSpliced(index, 1));
  };
  const paste = (index: number) => (event: ClipboardEvent) => {
    const lines = pastedLines(event.clipboardData.getData('text'));
    if (lines === undefined) return;
    event.preventDefault();
    change(items.toSpliced(index, 1, ...lines.map((line) => lineItem(field.editor, line))));
  };
  return (
    <div ref={list}>
      {items.map((item, index) => (
        <div key={index} className={styles.row} data-row={index}>
          <Row
            field={field}
            item={item}
            label={`${field.title}: ${noun} ${index + 1}`}
            path={`${path}.${index}`}
            onChange={(next) => set(index, next)}
            onPaste={paste(index)}
            onEnter={add}
          />
          <Button size="small" kind="quiet" aria-label={`Remove ${noun} ${index + 1}`} onClick={() => remove(index)}>
            ×
          </Button>
        </div>
      ))}
      <div className={styles.line}>
        <Button
          size="small"
          onClick={add}
          disabledReason={
            items.length >= maxListRows ? `Lists of more than ${maxListRows} are edited as JSON.` : undefined
          }
        >
          Add {noun}
        </Button>
        {field.editor === 'requestListSources' && (
          <Button size="small" onClick={() => change([...items, { requestsFromUrl: '' }])}>
            Add a file of URLs
          </Button>
        )}
      </div>
    </div>
  );
}

/** Moves the focus to a row once it is there. */
function useFocusOfRows(list: React.RefObject<HTMLDivElement | null>, count: number): (index: number) => void {
  const [wanted, setWanted] = useState<number>();
  useEffect(() => {
    if (wanted === undefined) return;
    setWanted(undefined);
    const row = list.current?.querySelector(`[data-row="${wanted}"]`) ?? list.current;
    row?.querySelector<HTMLElement>('input, button')?.focus();
  }, [list, wanted, count]);
  return setWanted;
}

interface RowProps {
  readonly field: InputField;
  readonly item: unknown;
  readonly label: string;
  readonly path: string;
  readonly onChange: (item: unknown) => void;
  readonly onPaste: (event: ClipboardEvent) => void;
  readonly onEnter: () => void;
}

function Row({ field, item, label, path, onChange, onPaste, onEnter }: RowProps) {
  const shared = {
    onPaste,
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      onEnter();
    },
    autoComplete: 'off',
    spellCheck: false,
    dir: 'auto',
  } as const;
  if (field.editor === 'keyValue') {
    const { key, value } = keyValueRow(item);
    const { placeholderKey, placeholderValue } = field.schema as Readonly<Record<string, string | undefined>>;
    return (
      <>
        <input
          {...shared}
          aria-label={`${label}, key`}
          placeholder={placeholderKey ?? 'Key'}
          value={key}
          onChange={({ target }) => onChange(keyValueItem(target.value, value, item))}
        />
        <input
          {...shared}
          aria-label={`${label}, value`}
          placeholder={placeholderValue ?? 'Value'}
          value={value}
          onChange={({ target }) => onChange(keyValueItem(key, target.value, item))}
        />
      </>
    );
  }
  if (field.editor !== 'requestListSources') {
    return (
      <input
        {...shared}
        aria-label={label}
        value={rowText(field.editor, item)}
        placeholder={field.editor === 'globs' ? 'https://example.com/**' : undefined}
        onChange={({ target }) => onChange(rowItem(field.editor, target.value, item))}
      />
    );
  }
  const row = sourceRow(item);
  return (
    <div className={styles.grow}>
      <input
        {...shared}
        aria-label={row.isFile ? `${label}, a file of URLs` : label}
        inputMode="url"
        value={row.url}
        placeholder={row.isFile ? 'https://example.com/urls.txt, a file of URLs' : 'https://example.com'}
        onChange={({ target }) => onChange(sourceItem({ ...row, url: target.value }, item))}
      />
      <details className={styles.details}>
        <summary>
          Options{detailCount(row) > 0 && ` (${detailCount(row)})`}
          <span className={styles.hidden}> of {label}</span>
        </summary>
        <SourceDetails
          row={row}
          label={label}
          path={path}
          onChange={(next) => onChange(sourceItem({ ...row, ...next }, item))}
        />
      </details>
    </div>
  );
}
